// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.demo;

import io.shiplog.tools.trial.Verification;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The lines of several files, in order, as bytes. A line ends before its line feed; a last line may lack one. */
final class LineFiles implements Verification.LineNames {
    /** Takes one line at a time. */
    interface LineSink {
        /** Takes the line; returns whether it wants more. */
        boolean line(byte[] line, Path file, long lineNumber) throws IOException, InterruptedException;
    }

    private static final int BUFFER_BYTES = 1 << 16;

    private final List<Path> files;
    private final long totalBytes;

    private LineFiles(List<Path> files, long totalBytes) {
        this.files = files;
        this.totalBytes = totalBytes;
    }

    /** Throws when one of the files cannot be read. */
    static LineFiles of(List<Path> files) throws IOException {
        long bytes = 0;
        for (Path file : files) {
            if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
                throw new IOException(file + " is not a readable file");
            }
            bytes += Files.size(file);
        }
        return new LineFiles(List.copyOf(files), bytes);
    }

    int fileCount() {
        return files.size();
    }

    /** Bytes of all files, line feeds included. */
    long totalBytes() {
        return totalBytes;
    }

    void forEachLine(LineSink sink) throws IOException, InterruptedException {
        for (Path file : files) {
            try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES)) {
                if (!linesOf(file, in, sink)) {
                    return;
                }
            }
        }
    }

    /** Says where the line with this number, counted from 0 over all files and passes, stands: {@code path:line}. */
    @Override
    public String placeOf(long sequence) throws IOException, InterruptedException {
        long[] count = {0};
        forEachLine((line, file, number) -> ++count[0] > 0);
        String[] place = {"line " + sequence};
        long[] left = {count[0] == 0 ? 0 : sequence % count[0]};
        forEachLine((line, file, number) -> {
            if (left[0]-- > 0) {
                return true;
            }
            place[0] = file + ":" + number;
            return false;
        });
        return place[0];
    }

    private static boolean linesOf(Path file, InputStream in, LineSink sink) throws IOException, InterruptedException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        long number = 1;
        boolean open = false;
        for (int b = in.read(); b >= 0; b = in.read()) {
            if (b != '\n') {
                line.write(b);
                open = true;
                continue;
            }
            if (!sink.line(line.toByteArray(), file, number++)) {
                return false;
            }
            line.reset();
            open = false;
        }
        return !open || sink.line(line.toByteArray(), file, number);
    }
}
