// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.endpoint;

import io.shiplog.metadata.client.MetadataClientSettings.Endpoint;
import io.shiplog.metadata.image.QuorumVoter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Where the quorum may be reached: the configured endpoints, and those of the members that were agreed on later. The configured ones stay, since
 * they may lead through something that the members do not know of. Owned by the client's event loop.
 */
final class KnownEndpoints {
    private final List<Endpoint> configured;
    private List<Endpoint> all;

    KnownEndpoints(List<Endpoint> configured) {
        this.configured = configured;
        this.all = configured;
    }

    /** These are the members now. */
    void learn(Collection<QuorumVoter> voters) {
        List<Endpoint> known = new ArrayList<>(configured);
        for (QuorumVoter voter : voters) {
            Endpoint endpoint = new Endpoint(voter.host(), voter.endpointPort());
            if (voter.endpointPort() > 0 && !known.contains(endpoint)) {
                known.add(endpoint);
            }
        }
        all = List.copyOf(known);
    }

    /** Never empty. */
    List<Endpoint> all() {
        return all;
    }
}
