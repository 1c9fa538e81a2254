// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

/**
 * A member of the metadata quorum, as storage nodes and tools have to know it.
 *
 * @param peerId its disk's name in the Raft group
 * @param raftPort where its peers reach it
 * @param endpointPort its metadata endpoint
 */
public record QuorumVoter(int nodeId, String peerId, String host, int raftPort, int endpointPort) {}
