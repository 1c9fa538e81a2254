// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.files;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Any subset of what was not synced, as a seed chooses. Each block of a file is in the state that it had after one of the
 * changes that touched it, independently of its neighbours; the file's size is that after any change. Blocks are small, so
 * that batches tear: POSIX promises nothing of sectors. Each change of a directory happened or did not.
 */
final class RandomSurvivors implements Survivors {
    private static final int[] BLOCK_BYTES = {16, 64, 512, 4096};

    private final long seed;
    private final Random random;
    private final int blockBytes;

    /** Of each hundred changes so many survive: most seeds leave nearly all or hardly anything. */
    private final int percent;

    RandomSurvivors(long seed) {
        this.seed = seed;
        this.random = new Random(seed * 0x9E3779B97F4A7C15L + 1);
        this.blockBytes = BLOCK_BYTES[random.nextInt(BLOCK_BYTES.length)];
        this.percent = new int[] {10, 50, 90}[random.nextInt(3)];
    }

    @Override
    public Map<String, CrashNodes.Node> entries(CrashNodes.Directory directory) {
        Map<String, CrashNodes.Node> entries = new TreeMap<>(directory.durable());
        for (CrashNodes.EntryChange change : directory.pending()) {
            if (survives()) change.apply(entries);
        }
        return entries;
    }

    @Override
    public byte[] bytes(CrashNodes.File file) {
        List<byte[]> states = new ArrayList<>();
        states.add(file.durable());
        for (CrashNodes.Change change : file.pending()) states.add(change.apply(states.get(states.size() - 1)));
        byte[] bytes = new byte[states.get(choose(states.size())).length];
        for (int from = 0; from < bytes.length; from += blockBytes) {
            int to = Math.min(bytes.length, from + blockBytes);
            copy(states, from, to, bytes);
        }
        return bytes;
    }

    /** The block as it was after one of the changes that made it another. */
    private void copy(List<byte[]> states, int from, int to, byte[] target) {
        List<byte[]> versions = new ArrayList<>();
        for (byte[] state : states) {
            byte[] block = from >= state.length
                    ? new byte[to - from]
                    : Arrays.copyOf(Arrays.copyOfRange(state, from, Math.min(to, state.length)), to - from);
            if (versions.isEmpty() || !Arrays.equals(versions.get(versions.size() - 1), block)) versions.add(block);
        }
        System.arraycopy(versions.get(choose(versions.size())), 0, target, from, to - from);
    }

    /** The last state with the percentage of survivors, otherwise any before it. */
    private int choose(int states) {
        if (states == 1 || survives()) return states - 1;
        return random.nextInt(states - 1);
    }

    private boolean survives() {
        return random.nextInt(100) < percent;
    }

    @Override
    public String toString() {
        return "seed " + seed + " (blocks of " + blockBytes + ", " + percent + " %)";
    }
}
