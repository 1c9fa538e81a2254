// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.fault;

/** What clients do at given times; consumers read all the time by themselves. */
public enum ActionKind {
    /** A producer sends a batch; amount: records. */
    PRODUCE,
    /** The records below a part of the high watermark are deleted; amount: the part, in percent. */
    DELETE_RECORDS,
    /** The topic is deleted, and made again under the same name. */
    RECREATE_TOPIC,
    /** Other nodes get the partition. */
    REASSIGN,
    /** The first in-sync follower does not get the partition any more. */
    REASSIGN_WITHOUT,
    /** One more node gets the partition, the first that does not have it. */
    REASSIGN_WITH,
    CANCEL_REASSIGNMENT,
    ELECT_PREFERRED,
    /** amount: the new min.insync.replicas. */
    SET_MIN_ISR,
    /** Somebody who may lack records is made the leader, if there is none. */
    ELECT_UNCLEAN,
    /** The flush policy of the topic changes; amount: 0 commit, 1 replicated. */
    SET_FLUSH_POLICY,
    /** A job gives every partition other nodes; amount: replicas. */
    START_JOB,
    /** A job empties a node; amount: its number. */
    DRAIN_NODE,
    PAUSE_JOB,
    RESUME_JOB,
    /** amount: 0 back, 1 keeping what is done. */
    CANCEL_JOB
}
