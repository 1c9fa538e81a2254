// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A disk that fails when it is told to: calls that throw (once), areas that cannot be read, room that runs out, writes that
 * are lost or go astray, bits that rot. Calls are counted.
 */
public final class FaultyLogFiles implements LogFiles {
    /** Kinds of calls that can fail. */
    public enum Call {
        CREATE,
        OPEN,
        CREATE_DIRECTORY,
        LIST,
        WRITE,
        READ,
        SYNC,
        SYNC_DIRECTORY,
        TRUNCATE,
        RENAME,
        DELETE
    }

    /** What the disk does with a write that it says it has done. */
    private enum Astray {
        LOST,
        MISDIRECTED
    }

    private record UnreadableArea(Path path, long from, long to) {}

    private static final String NO_SPACE = "No space left on device";

    private final LogFiles files;
    private final Map<Call, Integer> calls = new EnumMap<>(Call.class);
    private final Map<Call, Integer> failAt = new EnumMap<>(Call.class);
    private final List<UnreadableArea> unreadable = new ArrayList<>();
    private final Set<Path> unlistable = new HashSet<>();
    private String message = "Input/output error";
    private long freeBytes = Long.MAX_VALUE;
    private Astray nextWrite;
    private long misdirectedBy;
    private int misdirectedReadIn;
    private boolean staysInThePageCache;
    private Path misdirected;

    public FaultyLogFiles(LogFiles files) {
        this.files = files;
    }

    /** The n-th such call from now on (1 is the next) fails, once; a failing write writes half of its bytes first. */
    public synchronized void fail(Call call, int nth, String error) {
        failAt.put(call, count(call) + nth);
        message = error;
    }

    public synchronized int count(Call call) {
        return calls.getOrDefault(call, 0);
    }

    /** Reads that touch these bytes of a file fail from now on (a latent sector), until something else is written there. */
    public synchronized void makeUnreadable(Path path, long from, long to) {
        unreadable.add(new UnreadableArea(path, from, to));
    }

    /** The entries of a directory cannot be read from now on. */
    public synchronized void makeUnlistable(Path directory) {
        unlistable.add(directory);
    }

    /**
     * Room for so many more bytes; a write that needs more writes what fits and fails. Files that go or are cut make room.
     * New files and directories need no room, but fail when there is none.
     */
    public synchronized void limitFreeBytes(long bytes) {
        freeBytes = bytes;
    }

    public synchronized long freeBytes() {
        return freeBytes;
    }

    /** The next write reports success and changes nothing. */
    public synchronized void loseNextWrite() {
        nextWrite = Astray.LOST;
    }

    /** The next write reports success and goes elsewhere in the same file. */
    public synchronized void misdirectNextWrite(long byBytes) {
        nextWrite = Astray.MISDIRECTED;
        misdirectedBy = byBytes;
    }

    /** The n-th read of a segment from now on (1 is the next) gets what stands elsewhere in the file, and says nothing of it. */
    public synchronized void misdirectRead(int nth) {
        misdirectedReadIn = nth;
    }

    /** Whether {@link #misdirectRead} has had its effect, or was never asked for. */
    public synchronized boolean hasMisdirectedRead() {
        return misdirectedReadIn <= 0;
    }

    /** The same, and every later read of that file gets it too, unless it asks the disk; until {@link #clearPageCache}. */
    public synchronized void misdirectReadForGood(int nth) {
        misdirectedReadIn = nth;
        staysInThePageCache = true;
    }

    public synchronized void clearPageCache() {
        misdirectedReadIn = 0;
        staysInThePageCache = false;
        misdirected = null;
    }

    private synchronized boolean takeMisdirectedRead(Path path) {
        if (path.equals(misdirected)) return true;
        boolean now = misdirectedReadIn > 0 && path.toString().endsWith(".log") && --misdirectedReadIn == 0;
        if (now && staysInThePageCache) misdirected = path;
        return now;
    }

    /** Bits rot under everybody's hands; reads by the kernel see it too. */
    public void flip(Path path, long position, int mask) throws IOException {
        try (LogFile file = files.open(path)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            if (file.read(one, position) != 1) throw new IOException(path + " has no byte " + position);
            one.put(0, (byte) (one.get(0) ^ mask)).flip();
            file.write(one, position);
        }
    }

    private synchronized boolean fails(Call call) {
        int n = calls.merge(call, 1, Integer::sum);
        return failAt.getOrDefault(call, -1) == n;
    }

    private void check(Call call) throws IOException {
        if (fails(call)) throw new IOException(message);
    }

    private synchronized void checkRoom() throws IOException {
        if (freeBytes <= 0) throw new IOException(NO_SPACE);
    }

    /** Takes room for as many of the bytes as there is. */
    private synchronized int takeRoom(long bytes) {
        if (freeBytes == Long.MAX_VALUE) return (int) bytes;
        long taken = Math.max(0, Math.min(bytes, freeBytes));
        freeBytes -= taken;
        return (int) taken;
    }

    private synchronized void giveRoom(long bytes) {
        if (freeBytes != Long.MAX_VALUE) freeBytes += bytes;
    }

    private synchronized void checkReadable(Path path, long from, long to) throws IOException {
        for (UnreadableArea area : unreadable) {
            if (area.path().equals(path) && from < area.to() && area.from() < to) {
                throw new IOException("Input/output error");
            }
        }
    }

    private synchronized void written(Path path, long from, long to) {
        for (Iterator<UnreadableArea> areas = unreadable.iterator(); areas.hasNext(); ) {
            UnreadableArea area = areas.next();
            if (area.path().equals(path) && from <= area.from() && area.to() <= to) areas.remove();
        }
    }

    private synchronized Astray takeAstray() {
        Astray now = nextWrite;
        nextWrite = null;
        return now;
    }

    @Override
    public LogFile create(Path path) throws IOException {
        check(Call.CREATE);
        checkRoom();
        return new FaultyFile(path, files.create(path));
    }

    @Override
    public LogFile open(Path path) throws IOException {
        check(Call.OPEN);
        return new FaultyFile(path, files.open(path));
    }

    @Override
    public LogFile openUncached(Path path) throws IOException {
        return files.openUncached(path);
    }

    @Override
    public void createDirectory(Path path) throws IOException {
        check(Call.CREATE_DIRECTORY);
        if (!files.exists(path)) checkRoom();
        files.createDirectory(path);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        check(Call.RENAME);
        files.rename(from, to);
        synchronized (this) {
            if (unlistable.remove(from)) unlistable.add(to);
        }
    }

    @Override
    public void delete(Path path) throws IOException {
        check(Call.DELETE);
        long room = files.exists(path) && !files.isDirectory(path) ? files.size(path) : 0;
        files.delete(path);
        giveRoom(room);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        check(Call.SYNC_DIRECTORY);
        files.syncDirectory(directory);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        check(Call.LIST);
        synchronized (this) {
            if (unlistable.contains(directory)) throw new IOException("Input/output error");
        }
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
        private final Path path;
        private final LogFile file;

        FaultyFile(Path path, LogFile file) {
            this.path = path;
            this.file = file;
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            if (fails(Call.WRITE)) {
                writePart(source, position, source.remaining() / 2);
                throw new IOException(message);
            }
            Astray astray = takeAstray();
            if (astray == Astray.LOST) {
                source.position(source.limit());
                return;
            }
            long target = astray == Astray.MISDIRECTED ? position + misdirectedBy : position;
            long overwritten = Math.max(0, Math.min(source.remaining(), file.size() - target));
            int fits = (int) overwritten + takeRoom(source.remaining() - overwritten);
            if (fits < source.remaining()) {
                writePart(source, target, fits);
                throw new IOException(NO_SPACE);
            }
            int size = source.remaining();
            file.write(source, target);
            written(path, target, target + size);
        }

        private void writePart(ByteBuffer source, long position, int bytes) throws IOException {
            int limit = source.limit();
            source.limit(source.position() + bytes);
            file.write(source, position);
            source.limit(limit);
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            check(Call.READ);
            checkReadable(path, position, position + target.remaining());
            int start = target.position();
            int count = file.read(target, position);
            if (count > 0 && takeMisdirectedRead(path)) {
                // As many bytes as were asked for, from a byte further on, the last of them as they are.
                for (int i = start; i < start + count - 1; i++) target.put(i, target.get(i + 1));
            }
            return count;
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void truncate(long size) throws IOException {
            check(Call.TRUNCATE);
            giveRoom(Math.max(0, file.size() - size));
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
