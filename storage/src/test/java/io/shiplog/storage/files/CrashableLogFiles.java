// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A disk that can lose power. Works on real files under a root, and keeps beside them what a disk would still hold: the
 * bytes of each file at its last sync, the entries of each directory at its last sync. {@link #powerOff} stops it,
 * {@link #restore} puts back what survived. Files that were not made through this port (RocksDB's) are left alone.
 */
public final class CrashableLogFiles implements LogFiles {
    /** What becomes of bytes that were written but not synced. */
    public enum Unsynced {
        LOST,
        KEPT,
        /** The file has its length, but zeros in it. */
        ZEROS,
        /** The first half of the new bytes arrived. */
        TORN
    }

    private abstract static class Node {}

    private static final class FileNode extends Node {
        byte[] durable = {};
        byte[] atPowerOff;
        Path path;
    }

    private static final class DirectoryNode extends Node {
        final Map<String, Node> current = new TreeMap<>();
        Map<String, Node> durable = new TreeMap<>();
    }

    private final DiskLogFiles disk = new DiskLogFiles();
    private final Path root;
    private DirectoryNode rootNode = new DirectoryNode();
    private int changes;
    private int powerOffAfter = Integer.MAX_VALUE;
    private boolean off;

    /** @param root an existing directory, empty; itself durable */
    public CrashableLogFiles(Path root) {
        this.root = root;
    }

    /** Changes (writes, syncs, entries) so far. */
    public synchronized int changes() {
        return changes;
    }

    /** Power fails after so many further changes. */
    public synchronized void powerOffAfter(int furtherChanges) {
        powerOffAfter = changes + furtherChanges;
    }

    public synchronized boolean isOff() {
        return off;
    }

    /** Power fails now: every later call fails. */
    public synchronized void powerOff() {
        if (off) return;
        off = true;
        try {
            remember(rootNode);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Power is back: the root holds what survived. All files must have been closed. */
    public synchronized void restore(Unsynced unsynced) throws IOException {
        powerOff();
        removeTracked(root, rootNode);
        DirectoryNode survivor = new DirectoryNode();
        rebuild(root, rootNode, survivor, unsynced);
        rootNode = survivor;
        off = false;
        powerOffAfter = Integer.MAX_VALUE;
    }

    @Override
    public synchronized LogFile create(Path path) throws IOException {
        change();
        LogFile file = disk.create(path);
        FileNode node = new FileNode();
        node.path = path;
        parent(path).current.put(name(path), node);
        return new TrackedFile(file, node);
    }

    @Override
    public synchronized LogFile open(Path path) throws IOException {
        check();
        Node node = parent(path).current.get(name(path));
        LogFile file = disk.open(path);
        return node == null ? file : new TrackedFile(file, (FileNode) node);
    }

    @Override
    public synchronized void createDirectory(Path path) throws IOException {
        if (disk.exists(path)) {
            if (!path.equals(root) && find(path) == null) throw new IOException("untracked directory " + path);
            return;
        }
        change();
        disk.createDirectory(path);
        parent(path).current.put(name(path), new DirectoryNode());
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        change();
        disk.rename(from, to);
        Node node = parent(from).current.remove(name(from));
        if (node == null) return;
        parent(to).current.put(name(to), node);
        relocate(node, to);
    }

    @Override
    public synchronized void delete(Path path) throws IOException {
        if (disk.exists(path)) change();
        disk.delete(path);
        parent(path).current.remove(name(path));
    }

    @Override
    public synchronized void syncDirectory(Path directory) throws IOException {
        change();
        DirectoryNode node = (DirectoryNode) find(directory);
        if (node != null) node.durable = new TreeMap<>(node.current);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        check();
        return disk.list(directory);
    }

    @Override
    public boolean exists(Path path) throws IOException {
        check();
        return disk.exists(path);
    }

    @Override
    public long size(Path path) throws IOException {
        check();
        return disk.size(path);
    }

    @Override
    public boolean isDirectory(Path path) {
        return disk.isDirectory(path);
    }

    private synchronized void change() throws IOException {
        check();
        if (changes >= powerOffAfter) {
            powerOff();
            check();
        }
        changes++;
    }

    private synchronized void check() throws IOException {
        if (off) throw new IOException("the power is off");
    }

    private DirectoryNode parent(Path path) {
        Node node = find(path.getParent());
        return node instanceof DirectoryNode directory ? directory : new DirectoryNode();
    }

    private Node find(Path path) {
        if (path.equals(root)) return rootNode;
        if (!path.startsWith(root)) return null;
        Node node = rootNode;
        for (Path part : root.relativize(path)) {
            if (!(node instanceof DirectoryNode directory)) return null;
            node = directory.current.get(part.toString());
        }
        return node;
    }

    private static String name(Path path) {
        return path.getFileName().toString();
    }

    private static void relocate(Node node, Path to) {
        if (node instanceof FileNode file) file.path = to;
        else ((DirectoryNode) node).current.forEach((name, child) -> relocate(child, to.resolve(name)));
    }

    private static void remember(DirectoryNode directory) throws IOException {
        List<Node> all = new ArrayList<>(directory.current.values());
        all.addAll(directory.durable.values());
        for (Node node : all) {
            if (node instanceof DirectoryNode child) remember(child);
            else if (node instanceof FileNode file && file.atPowerOff == null) {
                file.atPowerOff = Files.exists(file.path) ? Files.readAllBytes(file.path) : file.durable;
            }
        }
    }

    private static void removeTracked(Path path, DirectoryNode directory) throws IOException {
        for (String name : directory.current.keySet()) {
            Path child = path.resolve(name);
            if (!Files.exists(child)) continue;
            try (Stream<Path> below = Files.walk(child)) {
                for (Path each : below.sorted(Comparator.reverseOrder()).toList()) Files.delete(each);
            }
        }
    }

    private static void rebuild(Path path, DirectoryNode from, DirectoryNode to, Unsynced unsynced) throws IOException {
        for (Map.Entry<String, Node> entry : from.durable.entrySet()) {
            Path child = path.resolve(entry.getKey());
            if (entry.getValue() instanceof DirectoryNode directory) {
                Files.createDirectories(child);
                DirectoryNode survivor = new DirectoryNode();
                rebuild(child, directory, survivor, unsynced);
                to.current.put(entry.getKey(), survivor);
            } else {
                FileNode file = new FileNode();
                file.path = child;
                file.durable = surviving((FileNode) entry.getValue(), unsynced);
                Files.write(child, file.durable);
                to.current.put(entry.getKey(), file);
            }
        }
        to.durable = new TreeMap<>(to.current);
    }

    private static byte[] surviving(FileNode file, Unsynced unsynced) {
        byte[] durable = file.durable;
        byte[] written = file.atPowerOff;
        switch (unsynced) {
            case LOST -> {
                return durable;
            }
            case KEPT -> {
                return written;
            }
            case ZEROS -> {
                return written.length > durable.length ? Arrays.copyOf(durable, written.length) : durable;
            }
            case TORN -> {
                int same = Math.max(0, Arrays.mismatch(durable, written));
                int upTo = same + (written.length - Math.min(written.length, same)) / 2;
                byte[] torn = Arrays.copyOf(durable, Math.max(upTo, durable.length));
                System.arraycopy(written, 0, torn, 0, Math.min(upTo, written.length));
                return torn;
            }
        }
        throw new IllegalStateException();
    }

    private final class TrackedFile implements LogFile {
        private final LogFile file;
        private final FileNode node;

        TrackedFile(LogFile file, FileNode node) {
            this.file = file;
            this.node = node;
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            synchronized (CrashableLogFiles.this) {
                change();
                file.write(source, position);
            }
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            check();
            return file.read(target, position);
        }

        @Override
        public long size() throws IOException {
            check();
            return file.size();
        }

        @Override
        public void truncate(long size) throws IOException {
            synchronized (CrashableLogFiles.this) {
                change();
                file.truncate(size);
            }
        }

        @Override
        public void sync() throws IOException {
            synchronized (CrashableLogFiles.this) {
                change();
                ByteBuffer all = ByteBuffer.allocate((int) file.size());
                file.read(all, 0);
                node.durable = Arrays.copyOf(all.array(), all.position());
            }
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
