// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.trial;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** An ext4 image and where it is mounted. The work directory above it must be marked ({@code bin/lib/disk work}). */
public final class Disk {
    private static final String SCRIPT = "lib/disk";

    private final Scripts scripts;
    private final Path image;
    private final Path directory;
    private final int sizeMib;

    Disk(Scripts scripts, Path image, Path directory, int sizeMib) {
        this.scripts = scripts;
        this.image = image;
        this.directory = directory;
        this.sizeMib = sizeMib;
    }

    public Path image() {
        return image;
    }

    public Path directory() {
        return directory;
    }

    /** A new, empty disk, in the place of the old one if there was one; mounted. */
    public void renew() throws IOException, InterruptedException {
        Files.createDirectories(image.getParent());
        run("make", image.toString(), Integer.toString(sizeMib));
        mount();
    }

    public void mount() throws IOException, InterruptedException {
        run("mount", image.toString(), directory.toString());
    }

    /** After a power cut, when nobody holds a file on it any more. */
    void unmount() throws IOException, InterruptedException {
        run("unmount", directory.toString());
    }

    private void run(String... arguments) throws IOException, InterruptedException {
        scripts.run(Map.of(), SCRIPT, List.of(arguments));
    }
}
