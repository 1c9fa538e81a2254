// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.MetadataRecord;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/** What one call does to several topics: each wholly or not at all, all in one entry, each decided after those before it. */
final class TopicBatch {
    private final int maxBytes;
    private final List<MetadataRecord> records = new ArrayList<>();
    private final List<MetadataRecord> unapplied = new ArrayList<>();
    private MetadataImage candidate;
    private int bytes;

    TopicBatch(MetadataImage image, int maxBytes) {
        this.candidate = image;
        this.maxBytes = maxBytes;
    }

    /** What the next topic is decided on. */
    MetadataImage candidate() {
        if (!unapplied.isEmpty()) {
            candidate = candidate.candidate(unapplied);
            unapplied.clear();
        }
        return candidate;
    }

    /** Takes the records of a topic; a refusal, and none of them, when they do not fit beside those before. */
    Refusal add(List<MetadataRecord> ofTopic) {
        int more = 0;
        for (MetadataRecord record : ofTopic) {
            more += record.getSerializedSize() + Integer.BYTES;
        }
        if (bytes + more > maxBytes) {
            return new Refusal(Errors.POLICY_VIOLATION, "Too much for one call; do it in another one.");
        }
        bytes += more;
        records.addAll(ofTopic);
        unapplied.addAll(ofTopic);
        return null;
    }

    List<MetadataRecord> records() {
        return records;
    }
}
