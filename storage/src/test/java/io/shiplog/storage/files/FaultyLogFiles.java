// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** A disk that fails when it is told to: the n-th call of one kind throws, and calls are counted. */
public final class FaultyLogFiles implements LogFiles {
    /** Kinds of calls that can fail. */
    public enum Call {
        CREATE,
        WRITE,
        READ,
        SYNC,
        SYNC_DIRECTORY,
        TRUNCATE,
        RENAME,
        DELETE
    }

    private final LogFiles files;
    private final Map<Call, Integer> calls = new EnumMap<>(Call.class);
    private final Map<Call, Integer> failAt = new EnumMap<>(Call.class);
    private String message = "Input/output error";

    public FaultyLogFiles(LogFiles files) {
        this.files = files;
    }

    /** The n-th such call from now on (1 is the next) fails; a failing write writes half of its bytes first. */
    public synchronized void fail(Call call, int nth, String error) {
        failAt.put(call, count(call) + nth);
        message = error;
    }

    public synchronized int count(Call call) {
        return calls.getOrDefault(call, 0);
    }

    private synchronized boolean fails(Call call) {
        int n = calls.merge(call, 1, Integer::sum);
        return failAt.getOrDefault(call, -1) == n;
    }

    private void check(Call call) throws IOException {
        if (fails(call)) throw new IOException(message);
    }

    @Override
    public LogFile create(Path path) throws IOException {
        check(Call.CREATE);
        return new FaultyFile(files.create(path));
    }

    @Override
    public LogFile open(Path path) throws IOException {
        return new FaultyFile(files.open(path));
    }

    @Override
    public void createDirectory(Path path) throws IOException {
        files.createDirectory(path);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        check(Call.RENAME);
        files.rename(from, to);
    }

    @Override
    public void delete(Path path) throws IOException {
        check(Call.DELETE);
        files.delete(path);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        check(Call.SYNC_DIRECTORY);
        files.syncDirectory(directory);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        return files.list(directory);
    }

    @Override
    public boolean exists(Path path) throws IOException {
        return files.exists(path);
    }

    @Override
    public long size(Path path) throws IOException {
        return files.size(path);
    }

    @Override
    public boolean isDirectory(Path path) throws IOException {
        return files.isDirectory(path);
    }

    private final class FaultyFile implements LogFile {
        private final LogFile file;

        FaultyFile(LogFile file) {
            this.file = file;
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            if (fails(Call.WRITE)) {
                source.limit(source.position() + source.remaining() / 2);
                file.write(source, position);
                throw new IOException(message);
            }
            file.write(source, position);
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            check(Call.READ);
            return file.read(target, position);
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void truncate(long size) throws IOException {
            check(Call.TRUNCATE);
            file.truncate(size);
        }

        @Override
        public void sync() throws IOException {
            check(Call.SYNC);
            file.sync();
        }

        @Override
        public FileChannel channel() {
            return file.channel();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
