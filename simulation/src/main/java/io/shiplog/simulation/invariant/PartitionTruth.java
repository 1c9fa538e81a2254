// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;

/** What nobody in the cluster knows of a partition: all that was ever committed, and what each replica really holds. */
public final class PartitionTruth {
    private final Uuid topicId;
    private final int partition;

    /** By offset from 0; null where it was deleted before anybody saw it committed. */
    private final List<Entry> committed = new ArrayList<>();

    /** By broker; of these there are a handful. */
    private final List<ReplicaTruth> replicas = new ArrayList<>();

    private final Map<Integer, Integer> leaderOfEpoch = new HashMap<>();

    /** Some replica was told to delete below this; and clients were told that it is deleted for good. */
    long deletingBelow;

    long deletedBelow;

    /** The first record that rotted in a log of a process that had written it. */
    long rottenFrom = Long.MAX_VALUE;

    /** The partition is no more. */
    boolean deleted;

    /** More was lost at a time than was promised to be survived, or somebody decided to lose: why; null when not. */
    private String excuse;

    PartitionTruth(Uuid topicId, int partition) {
        this.topicId = topicId;
        this.partition = partition;
    }

    Uuid topicId() {
        return topicId;
    }

    int partition() {
        return partition;
    }

    ReplicaTruth replica(int brokerId) {
        int at = 0;
        for (; at < replicas.size(); at++) {
            ReplicaTruth each = replicas.get(at);
            if (each.brokerId() == brokerId) {
                return each;
            }
            if (each.brokerId() > brokerId) {
                break;
            }
        }
        ReplicaTruth added = new ReplicaTruth(brokerId);
        replicas.add(at, added);
        return added;
    }

    List<ReplicaTruth> replicas() {
        return replicas;
    }

    /** The largest high watermark that any node ever acted on. */
    long committedEnd() {
        return committed.size();
    }

    /** What is committed at an offset; null when nothing, or nobody knows. */
    Entry committedAt(long offset) {
        return offset < 0 || offset >= committed.size() ? null : committed.get((int) offset);
    }

    /** Whether there is something committed that nobody could read. */
    boolean isPartlyUnknown() {
        return committed.stream().anyMatch(entry -> entry == null || entry.value() == Entry.UNREADABLE);
    }

    /** Where a value is committed; −1 when it is not. */
    long offsetOf(long value) {
        for (int offset = 0; offset < committed.size(); offset++) {
            if (committed.get(offset) != null && committed.get(offset).value() == value) {
                return offset;
            }
        }
        return -1;
    }

    void commit(long offset, Entry entry) {
        while (committed.size() < offset) {
            committed.add(null);
        }
        committed.add(entry);
    }

    /** Somebody decided to go on with a log that ends there: what was committed behind it is given up. */
    void forgetFrom(long offset) {
        while (committed.size() > offset) {
            committed.remove(committed.size() - 1);
        }
    }

    /** Whose it is to append in an epoch, as the metadata said first; −1 when they never did. */
    int leaderOf(int epoch) {
        return leaderOfEpoch.getOrDefault(epoch, -1);
    }

    void noteLeader(int epoch, int brokerId) {
        leaderOfEpoch.putIfAbsent(epoch, brokerId);
    }

    void excuse(String why) {
        if (excuse == null) {
            excuse = why;
        }
    }

    /** Whether records may be lost from now on. */
    boolean isExcused() {
        return excuse != null;
    }

    String excuse() {
        return excuse;
    }

    @Override
    public String toString() {
        return topicId + "-" + partition;
    }
}
