// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.explain;

import io.shiplog.metadata.client.QuorumDescription;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was heard of the quorum.
 *
 * @param voters addresses of the metadata endpoints, by node id
 * @param silent those of them that did not answer, and why
 * @param description by the active controller; null when there is none
 */
record QuorumFacts(Map<Integer, String> voters, Map<Integer, String> silent, QuorumDescription description) {
    QuorumFacts {
        voters = new TreeMap<>(voters);
        silent = new TreeMap<>(silent);
    }

    int needed() {
        return voters.size() / 2 + 1;
    }

    int heard() {
        return voters.size() - silent.size();
    }
}
