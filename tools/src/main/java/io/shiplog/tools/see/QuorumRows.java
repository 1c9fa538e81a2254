// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.see;

import io.shiplog.metadata.client.QuorumDescription;
import io.shiplog.metadata.client.QuorumDescription.Voter;
import io.shiplog.tools.text.Rows;
import java.time.Instant;

/** The quorum in rows and sentences. */
final class QuorumRows {
    private QuorumRows() {}

    static Rows of(QuorumDescription quorum) {
        Rows rows = new Rows("node", "state", "directoryId", "endpoint", "index", "lag", "lastFetch", "lastCaughtUp");
        for (Voter voter : quorum.voters()) {
            rows.add(
                    voter.nodeId(),
                    voter.nodeId() == quorum.leaderId() ? "leader" : "follower",
                    voter.directoryId().toString(),
                    voter.host() + ":" + voter.endpointPort(),
                    voter.matchIndex(),
                    quorum.lastIndex() - voter.matchIndex(),
                    time(voter.lastFetchMs()),
                    time(voter.lastCaughtUpMs()));
        }
        return rows;
    }

    /** Of what the leader has, so many entries are missing on the voter that is furthest behind. */
    static long greatestLag(QuorumDescription quorum) {
        return quorum.voters().stream()
                .mapToLong(voter -> Math.max(0, quorum.lastIndex() - voter.matchIndex()))
                .max()
                .orElse(0);
    }

    static String sentence(QuorumDescription quorum) {
        return "quorum-" + quorum.leaderId() + " in term " + quorum.term() + ", "
                + quorum.voters().size()
                + " voters, the last is " + greatestLag(quorum) + " entries behind; metadata offset "
                + quorum.metadataOffset();
    }

    private static String time(long ms) {
        return ms == QuorumDescription.UNKNOWN ? null : Instant.ofEpochMilli(ms).toString();
    }
}
