// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.QuorumVoter;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.QuorumVoterRecord;
import io.shiplog.metadata.proto.RecordVotersCommand;
import io.shiplog.metadata.proto.RemoveQuorumVoterRecord;
import io.shiplog.metadata.proto.StateHashRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** What the controller records of the quorum itself. */
final class QuorumDecider {
    private QuorumDecider() {}

    /** The hash of the state before the record, for every node to compare its own with. */
    static Decision recordStateHash(MetadataImage image) {
        MetadataRecord record = ImageRecords.record()
                .setStateHash(StateHashRecord.newBuilder()
                        .setHash(image.stateHash())
                        .setAlgorithm(MetadataImage.stateHashAlgorithm()))
                .build();
        return Decision.atomic(image.offset(), List.of(record), MetadataResult.newBuilder());
    }

    /** Brings the voters of the image to those that Raft has agreed on; nothing when they are the same. */
    static Decision recordVoters(MetadataImage image, RecordVotersCommand command) {
        TreeMap<Integer, QuorumVoter> gone = new TreeMap<>();
        image.quorumVoters().forEach(voter -> gone.put(voter.nodeId(), voter));
        List<MetadataRecord> records = new ArrayList<>();
        for (QuorumVoterRecord voter : command.getVotersList()) {
            QuorumVoter known = gone.remove(voter.getNodeId());
            if (!ImageRecords.voter(voter).equals(known)) {
                records.add(ImageRecords.record().setQuorumVoter(voter).build());
            }
        }
        for (int nodeId : gone.keySet()) {
            records.add(ImageRecords.record()
                    .setRemoveQuorumVoter(RemoveQuorumVoterRecord.newBuilder().setNodeId(nodeId))
                    .build());
        }
        return Decision.atomic(image.offset(), records, MetadataResult.newBuilder());
    }
}
