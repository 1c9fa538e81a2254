// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.history;

import io.shiplog.replication.port.AssignedReplica;
import org.apache.kafka.common.Uuid;

/**
 * A leader told a consumer to read from a follower.
 *
 * @param to what the leader knew of the follower; null when it is none
 */
public record SentAway(int leader, Uuid topicId, int partition, AssignedReplica to) {}
