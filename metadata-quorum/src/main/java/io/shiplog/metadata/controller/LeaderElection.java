// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.PartitionImage;
import java.util.function.IntPredicate;

/**
 * Who leads a partition. The order is Kafka's (KIP-966): the leader stays if it can; the first assigned replica of the ISR;
 * when the ISR is empty, one of the ELR; when that is empty too, the last known leader; and where the topic allows it, the first
 * assigned one that is alive (of those that a reassignment brings, only when there is nobody else). A draining broker comes after all others of its kind.
 *
 * <p>Three rules are stricter than Kafka's. Under {@code flush.policy=commit} the last known leader of a durable partition is not
 * taken: a replica leaves ISR and ELR there only when flushed records are missing or bad on its disk, so taking it would lose
 * acknowledged records without anybody having allowed that. What a partition that is not durable yet may lack was promised under
 * {@code replicated}, and there it is taken (decisions 0004, 0112). Where the topic has a recovery strategy, nobody is
 * taken uncleanly before logs were compared. And of several eligible replicas that all stopped uncleanly none is taken before
 * that either (decision 0010).
 */
final class LeaderElection {
    /** From where a leader was taken. */
    enum Source {
        /** Nobody can lead. */
        NOBODY,
        /** Somebody can, but their logs are to be compared first. */
        UNDECIDED,
        IN_SYNC,
        ELIGIBLE,
        /** May lack committed records. */
        LAST_KNOWN,
        /** May lack committed records. */
        ANY_ALIVE
    }

    /** What is asked for. */
    enum Mode {
        /** Kafka: ONLINE. Whoever leads stays. */
        KEEP,
        /** Kafka: PREFERRED. The first replica of the assignment, if it is vouched for; otherwise as KEEP. */
        PREFERRED,
        /** As KEEP; where nobody is vouched for, anybody who is alive, whatever the topic says. Kafka: UNCLEAN, by hand. */
        ANYBODY
    }

    /** The outcome; the leader is {@link PartitionImage#NO_LEADER} from {@link Source#NOBODY} and {@link Source#UNDECIDED}. */
    record Elected(int leader, Source source) {
        static final Elected NOBODY = new Elected(PartitionImage.NO_LEADER, Source.NOBODY);
        static final Elected UNDECIDED = new Elected(PartitionImage.NO_LEADER, Source.UNDECIDED);

        boolean unclean() {
            return source == Source.LAST_KNOWN || source == Source.ANY_ALIVE;
        }
    }

    private final PartitionImage before;
    private final int[] replicas;
    private final int[] adding;
    private final TopicPolicy policy;
    private final BrokerView brokers;
    private final IntPredicate acceptable;

    /**
     * @param before the partition as it is: its leader and last known leader count
     * @param replicas the assignment to be
     * @param adding those of them that a reassignment brings, and that may hold nothing yet
     * @param acceptable brokers that may lead
     */
    LeaderElection(
            PartitionImage before,
            int[] replicas,
            int[] adding,
            TopicPolicy policy,
            BrokerView brokers,
            IntPredicate acceptable) {
        this.before = before;
        this.replicas = replicas;
        this.adding = adding;
        this.policy = policy;
        this.brokers = brokers;
        this.acceptable = acceptable;
    }

    /**
     * Elects.
     *
     * @param isr the ISR to be
     * @param elr the ELR to be
     */
    Elected elect(int[] isr, int[] elr, Mode mode) {
        int leader = inSync(isr, mode);
        if (leader != PartitionImage.NO_LEADER) {
            return new Elected(leader, Source.IN_SYNC);
        }
        if (isr.length == 0) {
            Elected eligible = eligible(elr, mode);
            if (eligible.source() != Source.NOBODY) {
                return eligible;
            }
        }
        return uncleanly(isr.length == 0 && elr.length == 0, mode);
    }

    private int inSync(int[] isr, Mode mode) {
        IntPredicate inSync = id -> Replicas.contains(isr, id) && acceptable.test(id);
        IntPredicate best = inSync.and(id -> !brokers.draining(id));
        if (mode == Mode.PREFERRED && best.test(replicas[0])) {
            return replicas[0];
        }
        if (best.test(before.leader())) {
            return before.leader();
        }
        int leader = Replicas.first(replicas, best, PartitionImage.NO_LEADER);
        if (leader != PartitionImage.NO_LEADER) {
            return leader;
        }
        return inSync.test(before.leader())
                ? before.leader()
                : Replicas.first(replicas, inSync, PartitionImage.NO_LEADER);
    }

    /** Whoever has not stopped uncleanly, or is alone, has nothing to be compared with. */
    private Elected eligible(int[] elr, Mode mode) {
        IntPredicate eligible = id -> Replicas.contains(elr, id) && acceptable.test(id);
        boolean compare = elr.length > 1 && mode != Mode.ANYBODY;
        IntPredicate sure = eligible.and(id -> !compare || !brokers.startedUncleanly(id));
        int leader = Replicas.first(replicas, sure.and(id -> !brokers.draining(id)), PartitionImage.NO_LEADER);
        if (leader == PartitionImage.NO_LEADER) {
            leader = Replicas.first(replicas, sure, PartitionImage.NO_LEADER);
        }
        if (leader != PartitionImage.NO_LEADER) {
            return new Elected(leader, Source.ELIGIBLE);
        }
        boolean anybody = Replicas.first(replicas, eligible, PartitionImage.NO_LEADER) != PartitionImage.NO_LEADER;
        return anybody ? Elected.UNDECIDED : Elected.NOBODY;
    }

    private Elected uncleanly(boolean nobodyVouched, Mode mode) {
        boolean byItself = policy.recovery() == TopicPolicy.Recovery.NONE;
        int lastKnown = before.lastKnownLeader();
        boolean onDisks = policy.commit() && before.durable();
        boolean usable = Replicas.contains(replicas, lastKnown) && acceptable.test(lastKnown);
        if (nobodyVouched && byItself && !onDisks && usable) {
            return new Elected(lastKnown, Source.LAST_KNOWN);
        }
        if (mode == Mode.ANYBODY || (policy.uncleanElection() && byItself)) {
            int[] oldOnesFirst = Replicas.concat(Replicas.without(replicas, adding), adding);
            int leader = Replicas.first(oldOnesFirst, acceptable, PartitionImage.NO_LEADER);
            if (leader != PartitionImage.NO_LEADER) {
                return new Elected(leader, Source.ANY_ALIVE);
            }
        }
        return Elected.NOBODY;
    }
}
