// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A disk of so many bytes. A write that does not fit writes what does and then fails, as the C library's does; a file that is
 * deleted or cut gives its bytes back. Only bytes in files count, and only of files made through this port.
 */
public final class SmallDiskLogFiles implements LogFiles {
    private static final String NO_SPACE = "No space left on device";

    private final LogFiles files = new DiskLogFiles();
    private final Map<Path, Long> sizes = new HashMap<>();
    private final long totalBytes;
    private long takenByOthers;
    private boolean noNewFiles;

    public SmallDiskLogFiles(long totalBytes) {
        this.totalBytes = totalBytes;
    }

    /** Others leave so many bytes. */
    public synchronized void leave(long bytes) {
        takenByOthers = 0;
        takenByOthers = usableBytes(null) - bytes;
    }

    /** No room for entries of directories. */
    public synchronized void refuseNewFiles(boolean refuse) {
        noNewFiles = refuse;
    }

    public synchronized long sizeOf(Path path) {
        return sizes.getOrDefault(path, -1L);
    }

    @Override
    public synchronized long usableBytes(Path directory) {
        long used = 0;
        for (long size : sizes.values()) used += size;
        return totalBytes - used - takenByOthers;
    }

    @Override
    public long totalBytes(Path directory) {
        return totalBytes;
    }

    @Override
    public synchronized LogFile create(Path path) throws IOException {
        if (noNewFiles) throw new IOException(path + ": " + NO_SPACE);
        LogFile file = files.create(path);
        sizes.put(path, 0L);
        return new SmallFile(file, path);
    }

    @Override
    public LogFile open(Path path) throws IOException {
        return new SmallFile(files.open(path), path);
    }

    @Override
    public void createDirectory(Path path) throws IOException {
        files.createDirectory(path);
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        files.rename(from, to);
        Long size = sizes.remove(from);
        if (size != null) sizes.put(to, size);
    }

    @Override
    public synchronized void delete(Path path) throws IOException {
        files.delete(path);
        sizes.remove(path);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
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

    private synchronized long grow(Path path, long end) {
        long size = sizes.getOrDefault(path, 0L);
        long more = Math.min(Math.max(0, end - size), Math.max(0, usableBytes(path)));
        sizes.put(path, size + more);
        return size + more;
    }

    private synchronized void cut(Path path, long size) {
        sizes.put(path, Math.min(sizes.getOrDefault(path, 0L), size));
    }

    private final class SmallFile implements LogFile {
        private final LogFile file;
        private final Path path;

        SmallFile(LogFile file, Path path) {
            this.file = file;
            this.path = path;
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            long end = position + source.remaining();
            long reached = grow(path, end);
            if (reached >= end) {
                file.write(source, position);
                return;
            }
            source.limit(source.position() + (int) Math.max(0, reached - position));
            file.write(source, position);
            throw new IOException(NO_SPACE);
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return file.read(target, position);
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void truncate(long size) throws IOException {
            file.truncate(size);
            cut(path, size);
        }

        @Override
        public void sync() throws IOException {
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
