// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.client;

import java.util.List;
import org.apache.kafka.common.Uuid;

/**
 * The quorum as one of its nodes sees it. Indexes are positions in Raft's log, offsets are the metadata's (only records move those); times are
 * wall clock in milliseconds, {@link #UNKNOWN} when there is none.
 *
 * @param leaderId the active controller's node id; -1 when unknown
 * @param metadataOffset what the answering node has applied
 * @param members the voters and their metadata endpoints
 * @param commitIndex up to which entries are agreed on; known to the active controller only, as all that follows; else {@link #UNKNOWN}
 * @param lastIndex last entry of the leader's log
 * @param voters their progress, the leader among them
 * @param observers the storage nodes' progress
 */
public record QuorumDescription(
        int leaderId,
        long term,
        long metadataOffset,
        List<QuorumMember> members,
        long commitIndex,
        long lastIndex,
        List<Voter> voters,
        List<Observer> observers) {
    public static final long UNKNOWN = -1;

    public QuorumDescription {
        members = List.copyOf(members);
        voters = List.copyOf(voters);
        observers = List.copyOf(observers);
    }

    /** As a node that does not lead sees it: nobody's progress is known. */
    public QuorumDescription(int leaderId, long term, long metadataOffset, List<QuorumMember> members) {
        this(leaderId, term, metadataOffset, members, UNKNOWN, UNKNOWN, List.of(), List.of());
    }

    /** A quorum node and its metadata endpoint. */
    public record QuorumMember(int nodeId, String host, int port) {}

    /**
     * A voter's progress.
     *
     * @param directoryId of its disk (Kafka's name; ours is the peer id, {@code <node id>-<directory id>})
     * @param matchIndex last entry that is known to be on its disk
     * @param lastFetchMs when it last answered the leader
     * @param lastCaughtUpMs when it last had all that the leader had
     */
    public record Voter(
            int nodeId,
            Uuid directoryId,
            String host,
            int raftPort,
            int endpointPort,
            long matchIndex,
            long lastFetchMs,
            long lastCaughtUpMs) {}

    /**
     * A storage node's progress.
     *
     * @param appliedOffset metadata below it is applied there
     * @param lastCaughtUpMs when it last had all that was committed at its heartbeat before
     */
    public record Observer(int brokerId, long appliedOffset, long lastHeartbeatMs, long lastCaughtUpMs) {}
}
