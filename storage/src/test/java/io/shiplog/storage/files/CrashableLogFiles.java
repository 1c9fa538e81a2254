// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A disk that can lose power, as unkind as POSIX allows. It works on real files under a root and keeps beside them what
 * the disk is bound to hold: of each file its bytes at the last sync, of each directory its entries at the last sync, and
 * what was changed since. {@link #powerOff} stops it, {@link #restore} puts back what {@link Survivors} chooses.
 *
 * <ul>
 *   <li>Of writes and cuts since the last sync of a file any subset survives, block by block, in any order; its size is
 *       that after any of them. A block below that size that never arrived holds zeros.
 *   <li>Of entries that were made, renamed or removed since the last sync of their directory any subset survives. A rename
 *       within a directory is atomic; the sync of a file says nothing of its entry.
 *   <li>What a failed sync should have written may be lost for good, though it can be read until the power goes and a later
 *       sync succeeds (the kernel marks such pages clean).
 * </ul>
 *
 * <p>Files that were not made through this port (RocksDB's) are left alone.
 */
public final class CrashableLogFiles implements LogFiles {
    /** What becomes of bytes that were written but not synced, in four simple ways; entries that were not synced go. */
    public enum Unsynced {
        LOST,
        KEPT,
        /** The file has its length, but zeros in it. */
        ZEROS,
        /** The first half of the new bytes arrived. */
        TORN
    }

    private final DiskLogFiles disk = new DiskLogFiles();
    private final Path root;
    private CrashNodes.Directory rootNode = new CrashNodes.Directory();
    private int changes;
    private int powerOffAfter = Integer.MAX_VALUE;
    private boolean lastOneHappens;
    private int failingSync = Integer.MAX_VALUE;
    private String failureOfSync;
    private int syncs;
    private boolean off;
    private boolean full;

    /** @param root an existing directory, empty; itself durable */
    public CrashableLogFiles(Path root) {
        this.root = root;
    }

    /** Changes (writes, cuts, syncs, entries) so far. */
    public synchronized int changes() {
        return changes;
    }

    /** Power fails after so many further changes: the one after them does not happen. */
    public synchronized void powerOffAfter(int furtherChanges) {
        powerOffAfter = changes + furtherChanges;
        lastOneHappens = false;
    }

    /** Power fails in the n-th change from now on (1 is the next), which happens as far as unsynced things do; its caller hears of a failure. */
    public synchronized void powerOffDuring(int nth) {
        powerOffAfter = changes + nth - 1;
        lastOneHappens = true;
    }

    /** The n-th sync of a file from now on (1 is the next) fails; what it should have written may never arrive. */
    public synchronized void failSync(int nth) {
        failSync(nth, "Input/output error");
    }

    /** The same with another message. */
    public synchronized void failSync(int nth, String message) {
        failingSync = syncs + nth;
        failureOfSync = message;
    }

    public synchronized boolean isOff() {
        return off;
    }

    /** Power fails now: every later call fails. */
    public synchronized void powerOff() {
        off = true;
    }

    /** It was not the power: the process died, and whatever it wrote is as it was, synced or not. */
    public synchronized void processDied() {
        off = false;
        powerOffAfter = Integer.MAX_VALUE;
    }

    /** Others have taken the last block and the last inode, or gave them back: nothing is made, and nothing written where there are no bytes. */
    public synchronized void full(boolean isFull) {
        full = isFull;
    }

    private void take(boolean isNew) throws IOException {
        check();
        if (full && isNew) throw new IOException("No space left on device");
    }

    /** Power is back: the root holds what survived. All files must have been closed. */
    public synchronized void restore(Unsynced unsynced) throws IOException {
        restore(Survivors.of(unsynced));
    }

    public synchronized void restore(Survivors survivors) throws IOException {
        off = true;
        removeTracked(root, rootNode);
        CrashNodes.Directory survivor = new CrashNodes.Directory();
        rebuild(root, rootNode, survivor, survivors);
        rootNode = survivor;
        off = false;
        powerOffAfter = Integer.MAX_VALUE;
    }

    @Override
    public synchronized LogFile create(Path path) throws IOException {
        take(true);
        boolean last = change();
        LogFile file = disk.create(path);
        CrashNodes.File node = new CrashNodes.File();
        parent(path).put(name(path), node);
        if (last) {
            file.close();
            throw off();
        }
        return new TrackedFile(file, node);
    }

    @Override
    public synchronized LogFile open(Path path) throws IOException {
        check();
        CrashNodes.Node node = parent(path).get(name(path));
        LogFile file = disk.open(path);
        return node == null ? file : new TrackedFile(file, (CrashNodes.File) node);
    }

    @Override
    public synchronized void createDirectory(Path path) throws IOException {
        if (disk.exists(path)) {
            if (!path.equals(root) && find(path) == null) throw new IOException("untracked directory " + path);
            return;
        }
        take(true);
        boolean last = change();
        disk.createDirectory(path);
        parent(path).put(name(path), new CrashNodes.Directory());
        if (last) throw off();
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        boolean last = change();
        disk.rename(from, to);
        if (parent(from) == parent(to)) {
            parent(from).rename(name(from), name(to));
        } else {
            CrashNodes.Node node = parent(from).get(name(from));
            parent(to).put(name(to), node);
            parent(from).remove(name(from));
        }
        if (last) throw off();
    }

    @Override
    public synchronized void delete(Path path) throws IOException {
        boolean last = disk.exists(path) && change();
        disk.delete(path);
        parent(path).remove(name(path));
        if (last) throw off();
    }

    @Override
    public synchronized void syncDirectory(Path directory) throws IOException {
        boolean last = change();
        if (find(directory) instanceof CrashNodes.Directory node) node.sync();
        if (last) throw off();
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
    public synchronized long usableBytes(Path directory) throws IOException {
        return full ? 0 : LogFiles.super.usableBytes(directory);
    }

    @Override
    public boolean isDirectory(Path path) {
        return disk.isDirectory(path);
    }

    /** Counts a change; true when the power goes during it. */
    private boolean change() throws IOException {
        check();
        boolean now = changes >= powerOffAfter;
        if (now) off = true;
        if (now && !lastOneHappens) check();
        changes++;
        return now;
    }

    private synchronized void check() throws IOException {
        if (off) throw off();
    }

    private static IOException off() {
        return new IOException("the power is off");
    }

    /** The node of a directory; changes of one that is not tracked go nowhere. */
    private CrashNodes.Directory parent(Path path) {
        return find(path.getParent()) instanceof CrashNodes.Directory node ? node : new CrashNodes.Directory();
    }

    private CrashNodes.Node find(Path path) {
        if (path.equals(root)) return rootNode;
        if (!path.startsWith(root)) return null;
        CrashNodes.Node node = rootNode;
        for (Path part : root.relativize(path)) {
            if (!(node instanceof CrashNodes.Directory directory)) return null;
            node = directory.get(part.toString());
        }
        return node;
    }

    private static String name(Path path) {
        return path.getFileName().toString();
    }

    private static void removeTracked(Path path, CrashNodes.Directory directory) throws IOException {
        for (String name : directory.names()) {
            Path child = path.resolve(name);
            if (!Files.exists(child)) continue;
            try (Stream<Path> below = Files.walk(child)) {
                for (Path each : below.sorted(Comparator.reverseOrder()).toList()) Files.delete(each);
            }
        }
    }

    private static void rebuild(Path path, CrashNodes.Directory from, CrashNodes.Directory to, Survivors survivors)
            throws IOException {
        for (Map.Entry<String, CrashNodes.Node> entry : survivors.entries(from).entrySet()) {
            Path child = path.resolve(entry.getKey());
            if (entry.getValue() instanceof CrashNodes.Directory directory) {
                Files.createDirectories(child);
                CrashNodes.Directory survivor = new CrashNodes.Directory();
                rebuild(child, directory, survivor, survivors);
                to.put(entry.getKey(), survivor);
            } else {
                byte[] bytes = survivors.bytes((CrashNodes.File) entry.getValue());
                Files.write(child, bytes);
                to.put(entry.getKey(), new CrashNodes.File(bytes));
            }
        }
        to.sync();
    }

    private final class TrackedFile implements LogFile {
        private final LogFile file;
        private final CrashNodes.File node;

        TrackedFile(LogFile file, CrashNodes.File node) {
            this.file = file;
            this.node = node;
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            synchronized (CrashableLogFiles.this) {
                take(position + source.remaining() > file.size());
                boolean last = change();
                byte[] bytes = new byte[source.remaining()];
                source.duplicate().get(bytes);
                file.write(source, position);
                node.write(Math.toIntExact(position), bytes);
                if (last) throw off();
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
                boolean last = change();
                file.truncate(size);
                node.truncate(Math.toIntExact(size));
                if (last) throw off();
            }
        }

        @Override
        public void sync() throws IOException {
            synchronized (CrashableLogFiles.this) {
                boolean last = change();
                syncs++;
                if (syncs == failingSync) {
                    node.syncFailed();
                    throw new IOException(failureOfSync);
                }
                node.sync();
                if (last) throw off();
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

    /** The bytes that the disk is bound to hold under a name, null when the name may be gone. */
    public synchronized byte[] durableBytes(Path path) {
        CrashNodes.Node node = rootNode;
        for (Path part : root.relativize(path)) {
            if (!(node instanceof CrashNodes.Directory directory)) return null;
            node = directory.durable().get(part.toString());
        }
        return node instanceof CrashNodes.File file ? file.durable().clone() : null;
    }
}
