// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.plan;

import java.util.List;

/**
 * Replicas that a partition is to have.
 *
 * @param replicas ids of nodes, the preferred leader first
 */
public record Assignment(String topic, int partition, List<Integer> replicas) {
    public Assignment {
        replicas = List.copyOf(replicas);
    }

    String name() {
        return topic + "-" + partition;
    }
}
