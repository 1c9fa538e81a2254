// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.PartitionImage;
import java.util.function.IntPredicate;

/**
 * Who leads a partition. The order is Kafka's (KIP-966): the leader stays if it can; the first assigned replica of the ISR;
 * when the ISR is empty, the first assigned one of the ELR; when that is empty too, the last known leader; and where the topic
 * allows it, the first assigned one that is alive.
 *
 * <p>One rule is stricter than Kafka's: under {@code flush.policy=commit} the last known leader is not taken. A replica leaves
 * ISR and ELR there only when flushed records are missing or bad on its disk, or were never promised to be flushed, so taking
 * it would lose acknowledged records without anybody having allowed that.
 */
final class LeaderElection {
    /** From where a leader was taken. */
    enum Source {
        /** Nobody can lead. */
        NOBODY,
        IN_SYNC,
        ELIGIBLE,
        /** May lack committed records. */
        LAST_KNOWN,
        /** May lack committed records. */
        ANY_ALIVE
    }

    /** The outcome; the leader is {@link PartitionImage#NO_LEADER} from {@link Source#NOBODY}. */
    record Elected(int leader, Source source) {
        boolean unclean() {
            return source == Source.LAST_KNOWN || source == Source.ANY_ALIVE;
        }
    }

    private LeaderElection() {}

    /**
     * Elects.
     *
     * @param before the partition as it is: its leader and last known leader count, not its ISR and ELR
     * @param isr the ISR to be
     * @param elr the ELR to be
     * @param acceptable brokers that may lead
     */
    static Elected elect(PartitionImage before, int[] isr, int[] elr, TopicPolicy policy, IntPredicate acceptable) {
        IntPredicate inSync = id -> Replicas.contains(isr, id) && acceptable.test(id);
        if (inSync.test(before.leader())) {
            return new Elected(before.leader(), Source.IN_SYNC);
        }
        int[] replicas = before.replicas();
        int leader = Replicas.first(replicas, inSync, PartitionImage.NO_LEADER);
        if (leader != PartitionImage.NO_LEADER) {
            return new Elected(leader, Source.IN_SYNC);
        }
        if (isr.length == 0) {
            leader = Replicas.first(
                    replicas, id -> Replicas.contains(elr, id) && acceptable.test(id), PartitionImage.NO_LEADER);
            if (leader != PartitionImage.NO_LEADER) {
                return new Elected(leader, Source.ELIGIBLE);
            }
        }
        return electUncleanly(before, isr.length == 0 && elr.length == 0, policy, acceptable);
    }

    private static Elected electUncleanly(
            PartitionImage before, boolean nobodyVouched, TopicPolicy policy, IntPredicate acceptable) {
        int[] lastKnown = before.lastKnownElr();
        if (nobodyVouched && !policy.commit() && lastKnown.length == 1 && acceptable.test(lastKnown[0])) {
            return new Elected(lastKnown[0], Source.LAST_KNOWN);
        }
        if (policy.uncleanElection()) {
            int leader = Replicas.first(before.replicas(), acceptable, PartitionImage.NO_LEADER);
            if (leader != PartitionImage.NO_LEADER) {
                return new Elected(leader, Source.ANY_ALIVE);
            }
        }
        return new Elected(PartitionImage.NO_LEADER, Source.NOBODY);
    }
}
