// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.harness;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/**
 * Tells when a disk completed nothing at all though something was asked of it: the pauses of a shared host, which no program on this machine causes or can avoid, and which decide the percentiles of
 * whoever waits for a sync. Watches {@code /proc/diskstats} each {@value #LOOK_EVERY_MS} ms; where the kernel has no such device (another system, a file system without a disk of its own), it sees nothing and says so.
 *
 * <p>Reads, writes, discards and flushes all count as an answer: a disk that is slow for being busy is no stalled one.
 */
public final class DiskWatch implements AutoCloseable {
    private static final int LOOK_EVERY_MS = 5;
    /** A healthy disk answers far sooner; a stall of the hosts seen so far took 60 to 900 ms. */
    private static final long STALL_NS = TimeUnit.MILLISECONDS.toNanos(40);

    private static final Pattern BLANKS = Pattern.compile("\\s+");
    private static final Path COUNTERS = Path.of("/proc/diskstats");
    private static final int MAX_BYTES = 1 << 16;
    private static final double NS_PER_MS = 1e6;

    /** Fields of a line, by the kernel's Documentation/admin-guide/iostats.rst; before them are the device's numbers and its name. */
    private static final int FIRST_FIELD = 3;

    private static final int[] COMPLETED = {0, 4, 11, 15};
    private static final int IN_FLIGHT = 8;

    /**
     * What was seen.
     *
     * @param count     stalls that ended
     * @param longestMs of them
     * @param totalMs   of them all
     */
    public record Stalls(int count, double longestMs, double totalMs) {}

    private record Stall(long beganNs, long endedNs) {
        private double ms() {
            return (endedNs - beganNs) / NS_PER_MS;
        }
    }

    private final String device;
    private final Thread thread = new Thread(this::run, "disk-watch");
    private volatile boolean closed;
    private volatile boolean failed;

    /** Since when nothing was completed; of the watching thread but for reading. */
    private volatile long silentSinceNs = System.nanoTime();

    private volatile boolean asked;

    /** Null before the first. */
    private volatile Stall last;

    private final List<Stall> stalls = new ArrayList<>();
    private long completedBefore = -1;

    DiskWatch(String device) {
        this.device = device;
        thread.setDaemon(true);
    }

    /** Watches the disk of a directory from now on. */
    public static DiskWatch of(Path directory) throws IOException {
        DiskWatch watch = new DiskWatch(deviceOf(directory));
        if (watch.device != null) {
            watch.thread.start();
        }
        return watch;
    }

    /** Its numbers as the kernel's table has them; null when it has none. */
    private static String deviceOf(Path directory) throws IOException {
        if (!Files.isReadable(COUNTERS)
                || !directory.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            return null;
        }
        long device = (Long) Files.getAttribute(directory.toRealPath(), "unix:dev", LinkOption.NOFOLLOW_LINKS);
        long major = (device >> 8) & 0xfff;
        long minor = (device & 0xff) | ((device >> 12) & 0xfff00);
        for (String line : Files.readAllLines(COUNTERS, StandardCharsets.US_ASCII)) {
            String[] fields = BLANKS.split(line.strip(), -1);
            if (fields[0].equals(Long.toString(major)) && fields[1].equals(Long.toString(minor))) {
                return fields[2];
            }
        }
        return null;
    }

    /** Whether there is a disk to watch, and it could be watched all the time. */
    public boolean isWatching() {
        return device != null && !failed;
    }

    private void run() {
        TimerSlack.ofThisThread();
        byte[] bytes = new byte[MAX_BYTES];
        try (FileChannel counters = FileChannel.open(COUNTERS)) {
            while (!closed) {
                look(fields(counters, bytes), System.nanoTime());
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_EVERY_MS));
            }
        } catch (IOException e) {
            System.err.println("The disk is watched no longer: " + e);
            failed = true;
            // else the silence of the watch would look like that of the disk
            asked = false;
        }
    }

    private long[] fields(FileChannel counters, byte[] bytes) throws IOException {
        int read = counters.read(ByteBuffer.wrap(bytes), 0);
        String text = new String(bytes, 0, Math.max(0, read), StandardCharsets.US_ASCII);
        for (String line : text.lines().toList()) {
            String[] words = BLANKS.split(line.strip(), -1);
            if (words.length > FIRST_FIELD && words[2].equals(device)) {
                long[] fields = new long[words.length - FIRST_FIELD];
                for (int i = 0; i < fields.length; i++) {
                    fields[i] = Long.parseLong(words[FIRST_FIELD + i]);
                }
                return fields;
            }
        }
        throw new IOException("no " + device + " in " + COUNTERS);
    }

    /** @param fields the counters of the device, as the kernel orders them */
    void look(long[] fields, long nowNs) {
        long completed = 0;
        for (int field : COMPLETED) {
            completed += field < fields.length ? fields[field] : 0;
        }
        boolean inFlight = fields[IN_FLIGHT] > 0;
        if (inFlight && asked && completed == completedBefore) {
            return;
        }
        if (asked && nowNs - silentSinceNs >= STALL_NS) {
            last = new Stall(silentSinceNs, nowNs);
            synchronized (stalls) {
                stalls.add(last);
            }
        }
        completedBefore = completed;
        silentSinceNs = nowNs;
        asked = inFlight;
    }

    /** Whether the disk stalled at any time since then. Any thread. */
    public boolean stalledSince(long sinceNs) {
        return stalled(sinceNs, System.nanoTime());
    }

    boolean stalled(long sinceNs, long nowNs) {
        Stall ended = last;
        boolean endedSince = ended != null && ended.endedNs >= sinceNs;
        return endedSince || (asked && nowNs - silentSinceNs >= STALL_NS);
    }

    /** What was seen since the last call. */
    public Stalls take() {
        synchronized (stalls) {
            Stalls taken = new Stalls(
                    stalls.size(),
                    stalls.stream().mapToDouble(Stall::ms).max().orElse(0),
                    stalls.stream().mapToDouble(Stall::ms).sum());
            stalls.clear();
            return taken;
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
