// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import io.shiplog.replication.port.PartitionState;
import java.util.ArrayList;
import java.util.List;

/** What one replica held when it was looked at last; of a broker that is down, what it held when it stopped. */
public final class ReplicaTruth {
    private final int brokerId;
    private final List<Entry> entries = new ArrayList<>();

    int life = -1;
    long logStart;
    long logEnd;
    long flushed;
    long highWatermark;
    int generation;
    int leaderEpoch = -1;
    boolean leads;

    /** Leader and ISR as its process acted on them when it was looked at last; null before the first. */
    PartitionState actsOn;

    boolean gaveUp;
    boolean damaged;

    /** Its log says that it may lack what was promised of it: who is to lead is found by comparison. */
    boolean shortened;

    /** When it was looked at last, by the observer's own count. */
    long seenAt;

    /** The broker's counts when the log was opened. */
    int disksLost;

    int disksEmptied;

    int powerLosses;

    /** Its disk had lost something when the log was opened, and the log ended before what was committed; until it has all again. */
    boolean cameBackShort;

    /** Partition epoch in which it was taken out of the assignment the last time; −1: never. */
    int leftAt = -1;

    /** It was out of the assignment since its log was opened: its node deletes that when it hears of it, in this life or the next. */
    boolean mayGo;

    ReplicaTruth(int brokerId) {
        this.brokerId = brokerId;
    }

    int brokerId() {
        return brokerId;
    }

    /** Its log was deleted: whatever comes under its name next is another one. */
    void forget() {
        entries.clear();
        life = -1;
        logStart = 0;
        logEnd = 0;
        flushed = 0;
        highWatermark = 0;
        leaderEpoch = -1;
        leads = false;
        actsOn = null;
        gaveUp = false;
        damaged = false;
        cameBackShort = false;
        shortened = false;
    }

    /** What its log holds at an offset; null when nothing. */
    Entry at(long offset) {
        long index = entries.isEmpty() ? -1 : offset - entries.get(0).offset();
        if (index < 0) {
            return null;
        }
        // Where bits rotted, some may be missing before it.
        for (int i = (int) Math.min(index, entries.size() - 1); i >= 0; i--) {
            if (entries.get(i).offset() <= offset) {
                return entries.get(i).offset() == offset ? entries.get(i) : null;
            }
        }
        return null;
    }

    List<Entry> entries() {
        return entries;
    }

    void append(List<Entry> more) {
        entries.addAll(more);
    }

    /** Takes away, and returns, what is at the offset and behind it. */
    List<Entry> cutFrom(long offset) {
        int at = entries.size();
        while (at > 0 && entries.get(at - 1).offset() >= offset) {
            at--;
        }
        List<Entry> tail = entries.subList(at, entries.size());
        List<Entry> removed = List.copyOf(tail);
        tail.clear();
        return removed;
    }

    void dropBelow(long offset) {
        int keepFrom = 0;
        while (keepFrom < entries.size() && entries.get(keepFrom).offset() < offset) {
            keepFrom++;
        }
        entries.subList(0, keepFrom).clear();
    }

    /** End of what it holds, on its disk or at all. */
    long held(boolean onDisk) {
        return onDisk ? Math.min(flushed, logEnd) : logEnd;
    }
}
