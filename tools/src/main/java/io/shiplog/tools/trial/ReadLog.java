// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.trial;

import java.nio.ByteBuffer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What one consumer saw: per partition, which line stood at each offset. Checks while it reads that offsets have no hole and
 * that lines come in the order of sending; the first oddity is kept.
 */
public final class ReadLog {
    private final Ledger ledger;
    private final LongList[] sequences;
    private int records;
    private String oddity;

    public ReadLog(Ledger ledger, int partitions) {
        this.ledger = ledger;
        this.sequences = new LongList[partitions];
        for (int p = 0; p < partitions; p++) {
            sequences[p] = new LongList();
        }
    }

    public synchronized void add(ConsumerRecord<byte[], byte[]> record) {
        LongList seen = sequences[record.partition()];
        String place = "partition " + record.partition() + ", offset " + record.offset() + ": ";
        if (record.offset() != seen.size()) {
            note(place + "offset " + seen.size() + " expected");
        }
        if (record.key() == null || record.key().length != Long.BYTES || record.value() == null) {
            note(place + "not a line that was sent");
            return;
        }
        long sequence = ByteBuffer.wrap(record.key()).getLong();
        if (sequence < 0 || sequence >= ledger.sentLines() || !ledger.isLine((int) sequence, record.value())) {
            note(place + "not the line that was sent as number " + sequence);
        } else if (seen.size() > 0 && seen.get(seen.size() - 1) >= sequence) {
            note(place + "line " + sequence + " after line " + seen.get(seen.size() - 1));
        }
        seen.add(sequence);
        records++;
    }

    private void note(String what) {
        if (oddity == null) {
            oddity = what;
        }
    }

    public synchronized int records() {
        return records;
    }

    /** The first thing that was wrong, or null. */
    public synchronized String oddity() {
        return oddity;
    }

    public synchronized int size(int partition) {
        return sequences[partition].size();
    }

    public synchronized long sequenceAt(int partition, int offset) {
        return sequences[partition].get(offset);
    }
}
