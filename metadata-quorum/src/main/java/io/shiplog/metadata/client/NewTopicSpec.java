// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.client;

import java.util.List;
import java.util.Map;

/**
 * A topic to create.
 *
 * @param partitions -1: the cluster's default, or as many as there are assignments
 * @param replicationFactor -1: the cluster's default, or as the assignments say
 * @param assignments partition to replicas, preferred leader first; empty: placed by the controller
 * @param configs overrides only
 */
public record NewTopicSpec(
        String name,
        int partitions,
        short replicationFactor,
        Map<Integer, List<Integer>> assignments,
        Map<String, String> configs) {}
