// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;

/** A process with so many file descriptors: whoever wants to open one more is refused as the operating system does it. */
public final class ScarceLogFiles implements LogFiles {
    private final LogFiles files;
    private int descriptors;
    private int open;
    private int mostOpen;
    private int opened;

    public ScarceLogFiles(LogFiles files, int descriptors) {
        this.files = files;
        this.descriptors = descriptors;
    }

    /** Others take descriptors, or give them back. */
    public synchronized void leave(int count) {
        descriptors = count;
    }

    public synchronized int open() {
        return open;
    }

    public synchronized int mostOpen() {
        return mostOpen;
    }

    /** How many files were opened so far, those that were created among them. */
    public synchronized int opened() {
        return opened;
    }

    private synchronized void take(Path path) throws IOException {
        if (open >= descriptors) throw new FileSystemException(path.toString(), null, "Too many open files");
        open++;
        opened++;
        mostOpen = Math.max(mostOpen, open);
    }

    private synchronized void giveBack() {
        open--;
    }

    private interface Opening {
        LogFile open(Path path) throws IOException;
    }

    private LogFile counted(Path path, Opening opening) throws IOException {
        take(path);
        try {
            return new CountedFile(opening.open(path));
        } catch (IOException e) {
            giveBack();
            throw e;
        }
    }

    @Override
    public LogFile create(Path path) throws IOException {
        return counted(path, files::create);
    }

    @Override
    public LogFile open(Path path) throws IOException {
        return counted(path, files::open);
    }

    @Override
    public void createDirectory(Path path) throws IOException {
        files.createDirectory(path);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        files.rename(from, to);
    }

    @Override
    public void delete(Path path) throws IOException {
        files.delete(path);
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

    private final class CountedFile implements LogFile {
        private final LogFile file;

        CountedFile(LogFile file) {
            this.file = file;
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            file.write(source, position);
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
            giveBack();
        }
    }
}
