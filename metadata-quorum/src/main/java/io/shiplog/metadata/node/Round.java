// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.MetadataResult;
import java.util.ArrayList;
import java.util.List;

/** Commands that were decided one after the other, and are agreed on together. */
final class Round {
    private record Decided(PendingCommand command, MetadataResult result) {}

    private final List<Decided> decided = new ArrayList<>();
    private final List<MetadataRecord> records = new ArrayList<>();
    private MetadataImage candidate;
    private int bytes;
    private int proposed;
    private boolean answersSomebody;

    Round(MetadataImage image) {
        candidate = image;
    }

    /** What the next command is decided on. */
    MetadataImage candidate() {
        return candidate;
    }

    void add(PendingCommand command, List<MetadataRecord> decidedRecords, MetadataResult result) {
        decided.add(new Decided(command, result));
        records.addAll(decidedRecords);
        for (MetadataRecord record : decidedRecords) {
            bytes += record.getSerializedSize();
        }
        candidate = candidate.candidate(decidedRecords);
        answersSomebody |= command.isFromOutside();
    }

    /** Encoded size of the records so far. */
    int bytes() {
        return bytes;
    }

    int commands() {
        return decided.size();
    }

    /** False when it changes nothing and nobody waits for it. A refusal too waits for its round: only so is it known to be no stale one. */
    boolean isWorthAgreeing() {
        return answersSomebody || !records.isEmpty();
    }

    /** The records of the next entry: as many as fit, in order. Nothing in it once, when the round has no records at all. */
    List<MetadataRecord> nextEntry(int maxBytes) {
        int size = 0;
        int end = proposed;
        while (end < records.size()) {
            size += records.get(end).getSerializedSize();
            if (size > maxBytes && end > proposed) {
                break;
            }
            end++;
        }
        List<MetadataRecord> entry = List.copyOf(records.subList(proposed, end));
        proposed = end;
        return entry;
    }

    boolean isWhollyProposed() {
        return proposed == records.size();
    }

    /** Its entries are applied: everybody gets the answer. */
    void answerAll() {
        for (Decided each : decided) {
            each.command().answer(each.result());
        }
    }

    /** The commands, to be decided again or failed. */
    List<PendingCommand> pending() {
        List<PendingCommand> result = new ArrayList<>();
        for (Decided each : decided) {
            result.add(each.command());
        }
        return result;
    }
}
