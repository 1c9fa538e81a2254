// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.start;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The copy of picocli's jar that can be archived. */
class StackMapsTest {
    private static final int JAVA_8 = 52;

    @TempDir
    private Path directory;

    @Test
    void everyOldClassIsNewerAndAllElseIsTheSame() throws IOException {
        byte[] jar = Files.readAllBytes(picocli());
        Map<String, byte[]> before = entries(jar);
        Map<String, byte[]> after = entries(copied(jar));
        assertThat(after.keySet()).isEqualTo(before.keySet());
        int newer = 0;
        for (String name : before.keySet()) {
            if (name.endsWith(".class") && StackMapsMain.majorVersion(before.get(name)) < 50) {
                assertThat(StackMapsMain.majorVersion(after.get(name))).isEqualTo(JAVA_8);
                newer++;
            } else {
                assertThat(after.get(name)).as(name).isEqualTo(before.get(name));
            }
        }
        assertThat(newer).isGreaterThan(100);
    }

    /** The JVM verifies each class that it initialises by its stack maps. */
    @Test
    void copyIsVerifiedAndWorks() throws Exception {
        Path copy = Files.write(directory.resolve("copy.jar"), copied(Files.readAllBytes(picocli())));
        try (URLClassLoader alone = new URLClassLoader(new URL[] {copy.toUri().toURL()}, null)) {
            for (String name : entries(Files.readAllBytes(copy)).keySet()) {
                if (name.startsWith("picocli/CommandLine") && name.endsWith(".class")) {
                    Class.forName(name.replace('/', '.').replace(".class", ""), true, alone);
                }
            }
        }
    }

    private static Path picocli() {
        return Path.of(CommandLine.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath());
    }

    private static byte[] copied(byte[] jar) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StackMapsMain.copy(new ByteArrayInputStream(jar), out);
        return out.toByteArray();
    }

    private static Map<String, byte[]> entries(byte[] jar) throws IOException {
        Map<String, byte[]> entries = new TreeMap<>();
        ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(jar));
        for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
            entries.put(entry.getName(), zip.readAllBytes());
        }
        return entries;
    }
}
