// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.disk;

import io.shiplog.simulation.engine.Dice;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A disk in memory, as unkind as POSIX allows. Of what was not synced any subset survives a power loss, block by block and entry by entry; the
 * sync of a file says nothing of its entry; what a failed sync should have written may be lost for good. It also fails, fills up, hangs,
 * rots, is rolled back and is wiped, when it is told to. Processes reach it through a {@link Mount}.
 */
public final class SimDisk {
    /** Name of the data directory on the disk. */
    public static final String DATA = "data";

    static final String NO_SPACE = "No space left on device";

    private final Path root;
    private final Dice dice;
    private DirectoryNode rootNode = new DirectoryNode();
    private DirectoryNode oldImage;
    private SimIndexStore index = new SimIndexStore();
    private Mount mount;

    private int failingSyncs;
    private int failingReads;
    private int misdirectedReads;
    private int staleReads;
    private boolean full;
    private long hungUntilUs;
    private double slowness = 1;

    /** Null when the power stays. */
    private Runnable powerSwitch;

    private int changesLeft;
    private boolean waitsForCut;

    /** An empty disk that is mounted at {@code root}. */
    public SimDisk(Path root, Dice dice) {
        this.root = root;
        this.dice = dice;
    }

    Path root() {
        return root;
    }

    DirectoryNode rootNode() {
        return rootNode;
    }

    /** What the index store holds; on this disk too. */
    SimIndexStore index() {
        return index;
    }

    /** Another process uses the disk from now on, and finds nothing of it in its page cache. */
    public Mount mount() {
        evict(rootNode);
        mount = new Mount(this);
        return mount;
    }

    private static void evict(DirectoryNode directory) {
        directory.entries().forEach((name, node) -> {
            if (node instanceof DirectoryNode below) {
                evict(below);
            } else if (node instanceof FileNode file) {
                file.evict();
            }
        });
    }

    /** The process that used it is gone; what it wrote is there, synced or not. */
    public void processDied() {
        unmount();
        index = index.afterProcessDied();
    }

    private void unmount() {
        if (mount != null) {
            mount.detach();
            mount = null;
        }
    }

    /** The power goes, and with it some of what was not synced. */
    public void losePower() {
        unmount();
        // Most losses leave nearly all or hardly anything.
        double survival = dice.oneOf(0.0, 0.1, 0.5, 0.9, 1.0);
        rootNode = rootNode.survivor(dice, survival);
        index = index.afterPowerLoss(dice);
        failingSyncs = 0;
        failingReads = 0;
        powerSwitch = null;
        misdirectedReads = 0;
        staleReads = 0;
    }

    // ---- faults

    /**
     * The power goes between two things that are done to the disk: after so many of them.
     *
     * @param onceCutting they count from the next cut of a log on
     * @param onLoss has to call {@link #losePower}; null: the power stays
     */
    public void losePowerAfter(int changes, boolean onceCutting, Runnable onLoss) {
        changesLeft = changes;
        waitsForCut = onceCutting;
        powerSwitch = onLoss;
    }

    /** Something is going to be changed, or synced. */
    void beforeChange(boolean cuts) throws IOException {
        if (powerSwitch == null || (waitsForCut && !cuts)) {
            return;
        }
        waitsForCut = false;
        if (changesLeft-- == 0) {
            Runnable off = powerSwitch;
            powerSwitch = null;
            off.run();
            throw new IOException("the power is gone");
        }
    }

    /** So many of the next syncs fail. */
    public void failSyncs(int count) {
        failingSyncs = count;
    }

    /** So many of the next reads fail. */
    public void failReads(int count) {
        failingReads = count;
    }

    /** So many of the next reads of segments get what stands elsewhere in the file. */
    public void misdirectReads(int count) {
        misdirectedReads = count;
    }

    /** So many of the next reads of segments get what stood there before: at their end, nothing. */
    public void staleReads(int count) {
        staleReads = count;
    }

    /** Whether there is no room for another byte. */
    public void setFull(boolean isFull) {
        full = isFull;
    }

    public boolean isFull() {
        return full;
    }

    /** Syncs that are under way or begin before this time end after it. */
    public void hangUntil(long timeUs) {
        hungUntilUs = Math.max(hungUntilUs, timeUs);
    }

    /** Syncs take so many times as long. */
    public void slowDown(double factor) {
        slowness = factor;
    }

    /** How long a sync takes that begins now. */
    public long syncUs(long nowUs) {
        double usual = dice.chance(0.02) ? dice.between(5_000, 25_000) : dice.between(200, 1_500);
        return Math.max((long) (usual * slowness), hungUntilUs - nowUs);
    }

    /** Remembers what the disk is bound to hold now, for {@link #rollBack}. */
    public void remember() {
        oldImage = rootNode.durableCopy();
    }

    /** Somebody restores an old image of the disk; with no process on it. False when there is none. */
    public boolean rollBack() {
        if (oldImage == null) {
            return false;
        }
        rootNode = oldImage.durableCopy();
        index = new SimIndexStore();
        return true;
    }

    /** Somebody puts an empty disk in its place; with no process on it. */
    public void wipe() {
        rootNode = new DirectoryNode();
        index = new SimIndexStore();
        oldImage = null;
    }

    /** Somebody deletes the directory of a partition's log and leaves all else as it is; with no process on the disk. */
    public void removeLog(String directory) {
        if (rootNode.get(DATA) instanceof DirectoryNode data) {
            data.remove(directory);
            data.sync();
        }
    }

    /** Two machines that were switched off in good order get each other's disk; with no process on them. */
    public static void swap(SimDisk one, SimDisk other) {
        one.rootNode.settle();
        other.rootNode.settle();
        DirectoryNode content = one.rootNode;
        one.rootNode = other.rootNode;
        other.rootNode = content;
        SimIndexStore store = one.index;
        one.index = other.index;
        other.index = store;
        DirectoryNode image = one.oldImage;
        one.oldImage = other.oldImage;
        other.oldImage = image;
    }

    /**
     * A block of a segment was not written where it should have been; if {@code elsewhere}, it lies in the place of another one. False when
     * there is nothing that could have been.
     */
    public boolean misplace(Dice chance, boolean elsewhere) {
        List<FileNode> segments = segments();
        if (segments.isEmpty()) {
            return false;
        }
        int blockBytes = chance.oneOf(16, 64, 512);
        FileNode file = segments.get(chance.nextInt(segments.size()));
        int from = chance.nextInt(1 + file.size() / blockBytes) * blockBytes;
        byte[] block = Arrays.copyOfRange(file.data(), from, Math.min(file.size(), from + blockBytes));
        if (elsewhere) {
            FileNode other = segments.get(chance.nextInt(segments.size()));
            other.replace(chance.nextInt(1 + other.size() / blockBytes) * blockBytes, block, mount);
        }
        file.replace(from, new byte[block.length], mount);
        return block.length > 0;
    }

    private List<FileNode> segments() {
        List<FileNode> segments = new ArrayList<>();
        if (rootNode.get(DATA) instanceof DirectoryNode data) {
            data.entries().forEach((name, node) -> {
                if (node instanceof DirectoryNode directory && name.indexOf('.') < 0) {
                    collectSegments(directory, segments);
                }
            });
        }
        return segments;
    }

    /** A bit of a segment rots. False when there is nothing to rot. */
    public boolean rot(Dice chance, boolean header) {
        List<FileNode> segments = segments();
        if (segments.isEmpty()) {
            return false;
        }
        FileNode file = segments.get(chance.nextInt(segments.size()));
        int position = chance.nextInt(file.size());
        // The first batch of a segment begins with a header of 61 bytes.
        file.flip(header ? chance.nextInt(Math.min(61, file.size())) : position, 1 << chance.nextInt(8));
        return true;
    }

    private static void collectSegments(DirectoryNode directory, List<FileNode> segments) {
        directory.entries().forEach((name, node) -> {
            if (name.endsWith(".log") && node instanceof FileNode file && file.size() > 0) {
                segments.add(file);
            }
        });
    }

    boolean takeFailingSync() {
        return failingSyncs > 0 && failingSyncs-- > 0;
    }

    boolean takeFailingRead() {
        return failingReads > 0 && failingReads-- > 0;
    }

    boolean takeMisdirectedRead() {
        return misdirectedReads > 0 && misdirectedReads-- > 0;
    }

    boolean takeStaleRead() {
        return staleReads > 0 && staleReads-- > 0;
    }

    /** Where a read that was to be at a position is carried out instead. */
    int elsewhere(int position, int size) {
        return position == 0 ? size / 2 : dice.nextInt(position);
    }

    // ---- for the observer, who changes nothing

    /** Whether the data directory has an entry of this name. */
    public boolean holds(String directory) {
        return find(directory) != null;
    }

    /** Visits the segments of a partition's log, by base offset. */
    public void visitSegments(String directory, SegmentVisitor visitor) {
        if (find(directory) instanceof DirectoryNode node) {
            for (Map.Entry<String, Node> entry : node.entries().entrySet()) {
                if (entry.getKey().endsWith(".log") && entry.getValue() instanceof FileNode file) {
                    long base = Long.parseLong(entry.getKey(), 0, entry.getKey().length() - 4, 10);
                    visitor.visit(base, file.data(), file.size());
                }
            }
        }
    }

    /** Visits the segments of a partition's log as they were written, by base offset, and tells what of that has rotted since. */
    public void visitWritten(String directory, WrittenVisitor visitor) {
        if (find(directory) instanceof DirectoryNode node) {
            for (Map.Entry<String, Node> entry : node.entries().entrySet()) {
                if (entry.getKey().endsWith(".log") && entry.getValue() instanceof FileNode file) {
                    long base = Long.parseLong(entry.getKey(), 0, entry.getKey().length() - 4, 10);
                    Rot rot = file.rot();
                    byte[] bytes = rot.isEmpty() ? file.data() : rot.undo(file.data(), file.size());
                    visitor.visit(base, bytes, file.size(), rot);
                }
            }
        }
    }

    /** Names of the directories in the data directory in which there are segments with something in them. */
    public List<String> directories() {
        List<String> found = new ArrayList<>();
        if (rootNode.get(DATA) instanceof DirectoryNode data) {
            for (Map.Entry<String, Node> entry : data.entries().entrySet()) {
                List<FileNode> segments = new ArrayList<>();
                if (entry.getValue() instanceof DirectoryNode directory) {
                    collectSegments(directory, segments);
                }
                if (!segments.isEmpty()) {
                    found.add(entry.getKey());
                }
            }
        }
        return found;
    }

    /** Sees a segment: its bytes, not to be changed, and how many of them there are. */
    @FunctionalInterface
    public interface SegmentVisitor {
        void visit(long baseOffset, byte[] bytes, int size);
    }

    /** Sees a segment as it was written: its bytes, not to be changed, how many of them there are, and which of them have rotted. */
    @FunctionalInterface
    public interface WrittenVisitor {
        void visit(long baseOffset, byte[] bytes, int size, Rot rot);
    }

    /** An entry of the data directory, {@link #DATA}. */
    private Node find(String name) {
        return rootNode.get(DATA) instanceof DirectoryNode data ? data.get(name) : null;
    }
}
