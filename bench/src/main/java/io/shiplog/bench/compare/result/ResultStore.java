// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.result;

import io.shiplog.tools.text.Json;
import io.shiplog.tools.text.JsonReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Results in a file, a line of JSON each. Lines are only appended; a last line that was cut short is as if it had never been. */
public final class ResultStore {
    private static final byte LINE_END = '\n';

    private final Path file;

    /** The file is made when the first result comes; its directory must exist. */
    public ResultStore(Path file) {
        this.file = file;
    }

    /**
     * All of them, in the order in which they came.
     *
     * @throws IOException when a line that is not the last is no result
     */
    public List<Result> all() throws IOException {
        if (!Files.exists(file)) {
            return List.of();
        }
        String text = Files.readString(file, StandardCharsets.UTF_8);
        String[] lines = text.substring(0, text.lastIndexOf(LINE_END) + 1).split("\n", -1);
        List<Result> results = new ArrayList<>();
        for (int i = 0; i < lines.length; i++) {
            if (lines[i].isBlank()) {
                continue;
            }
            try {
                results.add(Result.of(JsonReader.read(lines[i])));
            } catch (RuntimeException e) {
                throw new IOException(file + ", line " + (i + 1) + ": not a result (" + e.getMessage() + ")", e);
            }
        }
        return results;
    }

    /** Whether there are figures of this unit at this commit. */
    public boolean has(UnitId unit, String commit) throws IOException {
        return all().stream()
                .anyMatch(result -> result.ok()
                        && result.unit().equals(unit)
                        && result.commit().equals(commit));
    }

    /** Durable when it returns. What is left of a line that was cut short goes. */
    public void append(Result result) throws IOException {
        ByteBuffer line = StandardCharsets.UTF_8.encode(Json.line(result.toMap()) + (char) LINE_END);
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            channel.truncate(endOfWholeLines(channel));
            channel.position(channel.size());
            while (line.hasRemaining()) {
                channel.write(line);
            }
            channel.force(false);
        }
    }

    private static long endOfWholeLines(FileChannel channel) throws IOException {
        ByteBuffer one = ByteBuffer.allocate(1);
        long end = channel.size();
        while (end > 0) {
            one.clear();
            channel.read(one, end - 1);
            if (one.get(0) == LINE_END) {
                return end;
            }
            end--;
        }
        return 0;
    }
}
