// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.history;

import io.shiplog.metadata.proto.HistoryLine;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * The lines of one {@link Share} on disk: a few files of bounded size, the oldest deleted for the newest. Never synced: a power failure costs
 * the last lines, which are told to be missing. The writing half belongs to one thread; reading is for any.
 *
 * <pre>
 * file       SHARE-(offset of the first line, 20 digits).log
 * line       length 4 bytes, CRC32C 4 bytes, HistoryLine
 * </pre>
 */
final class HistoryFiles implements Closeable {
    private static final String SUFFIX = ".log";
    private static final int FRAME_BYTES = 8;
    /** Longer than any line that we write: what says so is damage. */
    private static final int MAX_LINE_BYTES = 64 << 10;

    private final Path directory;
    private final Share share;
    private final int maxFileBytes;
    private final int maxFiles;
    private DataOutputStream out;
    private long size;

    HistoryFiles(Path directory, Share share, int maxFileBytes, int maxFiles) {
        this.directory = directory;
        this.share = share;
        this.maxFileBytes = maxFileBytes;
        this.maxFiles = maxFiles;
    }

    /**
     * Opens the newest file, without what may be torn at its end.
     *
     * @return the last line; null when there is none
     */
    HistoryLine open() throws IOException {
        Files.createDirectories(directory);
        HistoryLine[] last = {null};
        List<Path> files = files(directory, share);
        for (int i = files.size() - 1; i >= 0 && last[0] == null; i--) {
            long valid = read(files.get(i), line -> last[0] = line);
            if (i == files.size() - 1) {
                append(files.get(i), valid);
            }
        }
        return last[0];
    }

    private void append(Path file, long validBytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(validBytes);
        }
        begin(file, validBytes);
    }

    private void begin(Path file, long bytes) throws IOException {
        out = new DataOutputStream(new BufferedOutputStream(
                Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)));
        size = bytes;
    }

    /** Adds a line; it can be read after {@link #flush}. */
    void write(HistoryLine line) throws IOException {
        if (out == null || size >= maxFileBytes) {
            roll(line.getOffset());
        }
        byte[] bytes = line.toByteArray();
        out.writeInt(bytes.length);
        out.writeInt(crc(bytes));
        out.write(bytes);
        size += FRAME_BYTES + bytes.length;
    }

    void flush() throws IOException {
        if (out != null) {
            out.flush();
        }
    }

    private void roll(long offset) throws IOException {
        close();
        Path file = directory.resolve(share.prefix() + String.format(Locale.ROOT, "%020d", offset) + SUFFIX);
        Files.deleteIfExists(file);
        begin(file, 0);
        List<Path> files = files(directory, share);
        for (Path old : files.subList(0, Math.max(0, files.size() - maxFiles))) {
            Files.delete(old);
        }
    }

    @Override
    public void close() throws IOException {
        DataOutputStream ended = out;
        out = null;
        if (ended != null) {
            ended.close();
        }
    }

    /** The files of a directory, oldest first. */
    static List<Path> files(Path directory, Share share) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(directory)) {
            return new ArrayList<>(
                    all.filter(file -> isOf(share, file)).sorted().toList());
        }
    }

    private static boolean isOf(Share share, Path file) {
        String name = file.getFileName().toString();
        return name.startsWith(share.prefix()) && name.endsWith(SUFFIX);
    }

    /**
     * Reads the lines of a file, up to its end or to what is torn or damaged.
     *
     * @return how many bytes were read well
     */
    static long read(Path file, Consumer<HistoryLine> lines) throws IOException {
        long valid = 0;
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            while (true) {
                int length = in.readInt();
                int crc = in.readInt();
                if (length <= 0 || length > MAX_LINE_BYTES) {
                    return valid;
                }
                byte[] bytes = in.readNBytes(length);
                if (bytes.length < length || crc(bytes) != crc) {
                    return valid;
                }
                lines.accept(HistoryLine.parseFrom(bytes));
                valid += FRAME_BYTES + length;
            }
        } catch (EOFException e) {
            return valid;
        }
    }

    private static int crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length);
        return (int) crc.getValue();
    }
}
