// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.formation;

/**
 * What a quorum node says of itself to another: what its disk holds, nothing that is only in memory.
 *
 * @param votersDigest digest of its {@code quorum.voters}
 */
public record Report(int nodeId, String peerId, Phase phase, String clusterId, String votersDigest) {}
