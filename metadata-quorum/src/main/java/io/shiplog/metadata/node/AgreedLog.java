// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.QuorumVoter;
import io.shiplog.metadata.proto.MetadataEntry;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The replicated log as the active controller sees it: Ratis in a node, a twin in tests. Any thread. */
public interface AgreedLog {
    /**
     * What became of a proposed entry.
     *
     * @param applied false: it met another state than the one it was decided on, and changed nothing
     */
    record Outcome(boolean applied) {}

    /** A failed future says nothing about the entry; submitting the same one again is safe. */
    CompletableFuture<Outcome> submit(MetadataEntry entry);

    /** The newest applied image; includes an entry when its future completes. */
    MetadataImage image();

    /** Whether this node leads, with everything applied that earlier leaders agreed on. */
    boolean isLeaderReady();

    /** The members of the group, by node id; empty while they change or are not known. */
    default List<QuorumVoter> voters() {
        return List.of();
    }

    /** Raft's term. */
    long term();
}
