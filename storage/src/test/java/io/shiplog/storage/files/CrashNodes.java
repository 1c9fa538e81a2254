// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.files;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What a {@link CrashableLogFiles} knows of its files and directories: what is durable, and every change since. */
public final class CrashNodes {
    private CrashNodes() {}

    /** A file or a directory, whatever its names are. */
    public abstract static class Node {}

    /**
     * A change of a file's bytes.
     *
     * @param bytes what was written, null for a cut
     * @param position where, or the size that is left by a cut
     * @param doubtful whether a sync of it failed: no later sync makes it durable
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Change(byte[] bytes, int position, boolean doubtful) {
        byte[] apply(byte[] before) {
            if (bytes == null) return Arrays.copyOf(before, position);
            byte[] after = Arrays.copyOf(before, Math.max(before.length, position + bytes.length));
            System.arraycopy(bytes, 0, after, position, bytes.length);
            return after;
        }
    }

    /** A file's bytes at its last sync, and what was done to them since. */
    public static final class File extends Node {
        private byte[] durable = {};
        private byte[] current = {};
        private final List<Change> pending = new ArrayList<>();

        File() {}

        File(byte[] bytes) {
            durable = bytes;
            current = bytes;
        }

        void write(int position, byte[] bytes) {
            add(new Change(bytes, position, false));
        }

        void truncate(int size) {
            add(new Change(null, size, false));
        }

        private void add(Change change) {
            current = change.apply(current);
            pending.add(change);
        }

        /** What a sync before should have written and did not is lost now: nobody will write it any more. */
        void sync() {
            for (Change change : pending) if (!change.doubtful()) durable = change.apply(durable);
            pending.clear();
        }

        void syncFailed() {
            pending.replaceAll(change -> new Change(change.bytes(), change.position(), true));
        }

        /** What the disk is bound to hold. */
        public byte[] durable() {
            return durable;
        }

        /** What a reader sees as long as the power is on. */
        public byte[] current() {
            return current;
        }

        List<Change> pending() {
            return pending;
        }
    }

    /**
     * A change of a directory: in one go, a name goes and a name comes.
     *
     * @param removed null when none
     * @param added null when none
     */
    record EntryChange(String removed, String added, Node node) {
        void apply(Map<String, Node> entries) {
            if (removed != null) entries.remove(removed);
            if (added != null) entries.put(added, node);
        }
    }

    /** A directory's entries at its last sync, and what was done to them since. */
    public static final class Directory extends Node {
        private Map<String, Node> durable = new TreeMap<>();
        private final Map<String, Node> current = new TreeMap<>();
        private final List<EntryChange> pending = new ArrayList<>();

        Node get(String name) {
            return current.get(name);
        }

        void put(String name, Node node) {
            add(new EntryChange(null, name, node));
        }

        void remove(String name) {
            if (current.containsKey(name)) add(new EntryChange(name, null, null));
        }

        void rename(String from, String to) {
            Node node = current.get(from);
            if (node != null) add(new EntryChange(from, to, node));
        }

        private void add(EntryChange change) {
            change.apply(current);
            pending.add(change);
        }

        void sync() {
            durable = new TreeMap<>(current);
            pending.clear();
        }

        /** Names that are or may be there. */
        Set<String> names() {
            Set<String> names = new TreeSet<>(current.keySet());
            names.addAll(durable.keySet());
            return names;
        }

        /** What the disk is bound to hold. */
        public Map<String, Node> durable() {
            return durable;
        }

        /** What is seen as long as the power is on. */
        public Map<String, Node> current() {
            return current;
        }

        List<EntryChange> pending() {
            return pending;
        }
    }
}
