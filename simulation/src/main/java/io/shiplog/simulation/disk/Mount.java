// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.disk;

import io.shiplog.storage.files.LogFile;
import io.shiplog.storage.files.LogFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A {@link SimDisk} as one process sees it. Once the process is gone every call fails. */
public final class Mount implements LogFiles {
    /** The file that says that a log is being cut. */
    private static final String CUTTING = "truncating";
    /** The end of the name under which a segment is received; it loses that when it becomes one of the log. */
    private static final String SHIPPED = ".shipped";

    private final SimDisk disk;
    private boolean attached = true;

    Mount(SimDisk disk) {
        this.disk = disk;
    }

    void detach() {
        attached = false;
    }

    public SimDisk disk() {
        return disk;
    }

    /** Whether the process that uses the disk through this may do so. */
    boolean isAttached() {
        return attached;
    }

    private void check() throws IOException {
        if (!attached) {
            throw new IOException("the process is gone");
        }
    }

    private void checkRoom() throws IOException {
        if (disk.isFull()) {
            throw new IOException(SimDisk.NO_SPACE);
        }
    }

    private Node find(Path path) {
        Node node = disk.rootNode();
        int from = disk.root().getNameCount();
        int to = path.getNameCount();
        for (int i = from; i < to; i++) {
            if (!(node instanceof DirectoryNode directory)) {
                return null;
            }
            node = directory.get(path.getName(i).toString());
        }
        return node;
    }

    private DirectoryNode parent(Path path) throws IOException {
        if (find(path.getParent()) instanceof DirectoryNode directory) {
            return directory;
        }
        throw new NoSuchFileException(path.toString());
    }

    private static boolean isSegment(Path path) {
        return name(path).endsWith(".log");
    }

    private static String name(Path path) {
        return path.getFileName().toString();
    }

    @Override
    public LogFile create(Path path) throws IOException {
        check();
        disk.beforeChange(name(path).equals(CUTTING));
        checkRoom();
        DirectoryNode parent = parent(path);
        if (parent.get(name(path)) != null) {
            throw new FileAlreadyExistsException(path.toString());
        }
        FileNode node = new FileNode();
        parent.put(name(path), node);
        return new OpenFile(node, isSegment(path));
    }

    @Override
    public LogFile open(Path path) throws IOException {
        check();
        if (find(path) instanceof FileNode file) {
            return new OpenFile(file, isSegment(path));
        }
        throw new NoSuchFileException(path.toString());
    }

    @Override
    public void createDirectory(Path path) throws IOException {
        check();
        if (find(path) instanceof DirectoryNode) {
            return;
        }
        disk.beforeChange(false);
        checkRoom();
        parent(path).put(name(path), new DirectoryNode());
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        check();
        disk.beforeChange(name(from).endsWith(SHIPPED));
        DirectoryNode source = parent(from);
        Node node = source.get(name(from));
        if (node == null) {
            throw new NoSuchFileException(from.toString());
        }
        DirectoryNode target = parent(to);
        if (source == target) {
            source.rename(name(from), name(to));
        } else {
            target.put(name(to), node);
            source.remove(name(from));
        }
    }

    @Override
    public void delete(Path path) throws IOException {
        check();
        disk.beforeChange(false);
        DirectoryNode parent = parent(path);
        if (parent.get(name(path)) instanceof DirectoryNode directory
                && !directory.entries().isEmpty()) {
            throw new DirectoryNotEmptyException(path.toString());
        }
        parent.remove(name(path));
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        check();
        disk.beforeChange(false);
        if (!(find(directory) instanceof DirectoryNode node)) {
            throw new NoSuchFileException(directory.toString());
        }
        if (disk.takeFailingSync()) {
            throw new IOException("Input/output error");
        }
        node.sync();
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        check();
        if (!(find(directory) instanceof DirectoryNode node)) {
            throw new NoSuchFileException(directory.toString());
        }
        List<Path> paths = new ArrayList<>();
        node.entries().keySet().forEach(name -> paths.add(directory.resolve(name)));
        return paths;
    }

    @Override
    public boolean exists(Path path) throws IOException {
        check();
        return find(path) != null;
    }

    @Override
    public long size(Path path) throws IOException {
        check();
        if (find(path) instanceof FileNode file) {
            return file.size();
        }
        throw new NoSuchFileException(path.toString());
    }

    @Override
    public boolean isDirectory(Path path) {
        return find(path) instanceof DirectoryNode;
    }

    @Override
    public long lastModifiedMs(Path path) throws IOException {
        check();
        if (find(path) instanceof FileNode file) {
            return file.modifiedMs;
        }
        throw new NoSuchFileException(path.toString());
    }

    @Override
    public long usableBytes(Path directory) {
        return disk.isFull() ? 0 : Long.MAX_VALUE;
    }

    private final class OpenFile implements LogFile {
        private final FileNode node;
        private final boolean segment;

        OpenFile(FileNode node, boolean segment) {
            this.node = node;
            this.segment = segment;
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            check();
            disk.beforeChange(false);
            int at = Math.toIntExact(position);
            byte[] bytes = new byte[source.remaining()];
            source.get(bytes);
            if (disk.isFull() && at + bytes.length > node.size()) {
                throw new IOException(SimDisk.NO_SPACE);
            }
            node.write(bytes, at);
            node.cache(Mount.this, at);
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            check();
            if (disk.takeFailingRead()) {
                throw new IOException("Input/output error");
            }
            int at = Math.toIntExact(position);
            int count = Math.max(0, Math.min(target.remaining(), node.size() - at));
            boolean fromDisk = segment && count > 0 && !node.isCached(Mount.this, at);
            if (fromDisk && disk.takeMisdirectedRead()) {
                at = Math.min(disk.elsewhere(at, node.size()), node.size() - count);
            }
            int stale = fromDisk && count > 1 && disk.takeStaleRead() ? count / 2 : 0;
            target.put(node.data(), Math.min(at, node.size()), count - stale);
            target.put(new byte[stale]);
            return count;
        }

        @Override
        public long size() throws IOException {
            check();
            return node.size();
        }

        @Override
        public void truncate(long size) throws IOException {
            check();
            disk.beforeChange(true);
            node.truncate(Math.toIntExact(size));
        }

        @Override
        public void sync() throws IOException {
            check();
            disk.beforeChange(false);
            if (disk.takeFailingSync()) {
                node.syncFailed();
                throw new IOException("Input/output error");
            }
            node.sync();
        }

        /** Nothing is sent by a kernel here. */
        @Override
        public FileChannel channel() {
            throw new UnsupportedOperationException("a simulated file has no channel");
        }

        @Override
        public void close() {}
    }
}
