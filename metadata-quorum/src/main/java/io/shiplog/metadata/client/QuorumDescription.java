// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.client;

import java.util.List;

/**
 * The quorum as one of its nodes sees it.
 *
 * @param leaderId the active controller's node id; -1 when unknown
 * @param metadataOffset what the answering node has applied
 */
public record QuorumDescription(int leaderId, long term, long metadataOffset, List<QuorumMember> members) {
    public QuorumDescription {
        members = List.copyOf(members);
    }

    /** A quorum node and its metadata endpoint. */
    public record QuorumMember(int nodeId, String host, int port) {}
}
