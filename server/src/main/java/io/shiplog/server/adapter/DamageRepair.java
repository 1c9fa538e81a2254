// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import io.shiplog.metadata.client.DamageAnswer;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.replication.runtime.EventLoop;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.replication.runtime.ReplicaRepair;
import io.shiplog.replication.runtime.ReplicaSet;
import io.shiplog.storage.log.LogDamage;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Repairs replicas in which something is not sound, one step after the other: the leader is told that the replica ends before the damage
 * ({@link ReplicaRepair}), the controller takes it out of ISR and ELR and a leadership to another member, what is not sound is set aside,
 * the rest is fetched from the leader, and when the replica is in sync again what was set aside is removed. Where the controller finds
 * nobody else who could lead, the replica stays what it is and serves what is sound; the controller is asked again later.
 *
 * <p>On the loop, but for {@link #onDamage} and {@link #awaitRepair}.
 */
public final class DamageRepair {
    private static final Logger LOG = LoggerFactory.getLogger(DamageRepair.class);
    private static final long LOOK_MS = 100;
    private static final long RETRY_MS = 500;
    private static final long ASK_AGAIN_MS = 10_000;
    /** A partition that is not here after so long was deleted or given to others while this node was down. */
    private static final long UNSEEN_MS = 60_000;

    /** What a repair waits for. */
    private enum Phase {
        /** That no leader counts on what is damaged. */
        FOUND,
        /** The controller's answer. */
        ASKED,
        /** The metadata in which the replica is let go. */
        LET_GO,
        /** Time to ask the controller again: nobody else can lead. */
        KEPT,
        /** To be in sync again. */
        FETCHING
    }

    /** One partition's repair. */
    private static final class Repair {
        Phase phase;
        /** Base of the first segment in which something was found since this repair began. */
        long damagedFrom = Long.MAX_VALUE;

        /** Base of the last such segment. */
        long damagedTo = -1;

        /** Of this partition files lie set aside. */
        boolean setAside;

        int partitionEpoch;
        long notBeforeMs;
        boolean seen;
        boolean told;

        Repair(Phase phase, long nowMs) {
            this.phase = phase;
            this.notBeforeMs = nowMs;
        }
    }

    private final ReplicaSet replicas;
    private final EventLoop loop;
    private final Function<List<PartitionId>, CompletableFuture<List<DamageAnswer>>> controller;
    private final Consumer<PartitionId> repaired;
    private final Map<PartitionId, Repair> repairs = new LinkedHashMap<>();
    private boolean looking;

    /**
     * Nothing is repaired yet.
     *
     * @param controller asked to count no more on these replicas
     * @param repaired told of each partition that needs what was set aside of it no more; on the loop
     */
    public DamageRepair(
            ReplicaSet replicas,
            EventLoop loop,
            Function<List<PartitionId>, CompletableFuture<List<DamageAnswer>>> controller,
            Consumer<PartitionId> repaired) {
        this.replicas = replicas;
        this.loop = loop;
        this.controller = controller;
        this.repaired = repaired;
    }

    /** Something in a log is not sound. Any thread. */
    public void onDamage(LogDamage damage) {
        PartitionId id =
                new PartitionId(damage.partition().topicId(), damage.partition().partition());
        loop.execute(() -> {
            Repair before = repairs.get(id);
            Repair repair = new Repair(Phase.FOUND, loop.nowMs());
            repair.damagedFrom =
                    before == null ? damage.segmentBase() : Math.min(before.damagedFrom, damage.segmentBase());
            repair.damagedTo = before == null ? damage.segmentBase() : Math.max(before.damagedTo, damage.segmentBase());
            repair.setAside = before != null && before.setAside;
            repair.told = before != null && before.told;
            repairs.put(id, repair);
            lookAgain();
        });
    }

    /** Of these partitions something was set aside before this node started, and they begin without it. Any thread. */
    public void awaitRepair(List<PartitionId> partitions) {
        loop.execute(() -> {
            for (PartitionId id : partitions) {
                Repair repair = new Repair(Phase.FETCHING, loop.nowMs());
                repair.setAside = true;
                Repair before = repairs.putIfAbsent(id, repair);
                if (before != null) {
                    before.setAside = true;
                }
            }
            lookAgain();
        });
    }

    private void lookAgain() {
        if (!looking && !repairs.isEmpty()) {
            looking = true;
            var unused = loop.schedule(this::look, LOOK_MS);
        }
    }

    private void look() {
        looking = false;
        List<PartitionId> toAsk = new ArrayList<>();
        Iterator<Map.Entry<PartitionId, Repair>> all = repairs.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<PartitionId, Repair> each = all.next();
            Replica replica =
                    replicas.get(each.getKey().topicId(), each.getKey().partition());
            if (isGone(replica, each.getValue()) || isDeleted(replica, each.getValue())) {
                all.remove();
            } else if (replica != null) {
                advance(each.getKey(), each.getValue(), replica, toAsk);
                if (each.getValue().phase == Phase.FETCHING && replica.repair().isOver()) {
                    LOG.info(
                            "{}: is in sync again, what was damaged is repaired",
                            replica.id().topicPartition());
                    repaired.accept(each.getKey());
                    all.remove();
                }
            }
        }
        if (!toAsk.isEmpty()) {
            ask(toAsk);
        }
        lookAgain();
    }

    private boolean isGone(Replica replica, Repair repair) {
        if (replica == null) {
            return repair.seen || loop.nowMs() - repair.notBeforeMs > UNSEEN_MS;
        }
        repair.seen = true;
        return replica.isOffline();
    }

    /** Retention or DeleteRecords took the segments that were damaged: nothing is left to repair, and what is there is sound. */
    private boolean isDeleted(Replica replica, Repair repair) {
        boolean underWay = repair.phase == Phase.ASKED || repair.phase == Phase.FETCHING;
        if (replica == null || underWay || replica.log().firstSegmentBase() <= repair.damagedTo) {
            return false;
        }
        LOG.info("{}: the records that were damaged are deleted", replica.id().topicPartition());
        replica.repair().forget();
        repair.phase = Phase.FETCHING;
        return !repair.setAside;
    }

    private void advance(PartitionId id, Repair repair, Replica replica, List<PartitionId> toAsk) {
        ReplicaRepair state = replica.repair();
        switch (repair.phase) {
            case FOUND -> {
                state.damaged(repair.damagedFrom);
                if (loop.nowMs() >= repair.notBeforeMs && state.mayBeAskedFor()) {
                    repair.phase = Phase.ASKED;
                    toAsk.add(id);
                }
            }
            case LET_GO -> {
                if (state.isLetGoBy(repair.partitionEpoch)) {
                    LOG.info(
                            "{}: sets aside what is damaged and fetches it again",
                            replica.id().topicPartition());
                    state.carryOut();
                    repair.setAside = true;
                    repair.phase = state.isNeeded() ? Phase.FOUND : Phase.FETCHING;
                    repair.damagedFrom = state.isNeeded() ? repair.damagedFrom : Long.MAX_VALUE;
                    repair.damagedTo = state.isNeeded() ? repair.damagedTo : -1;
                    repair.notBeforeMs = loop.nowMs() + RETRY_MS;
                } else if (state.knows(repair.partitionEpoch) && (replica.isLeader() || replica.isFollower())) {
                    // Counted on again since: it begins anew.
                    repair.phase = Phase.FOUND;
                }
            }
            case KEPT -> {
                if (loop.nowMs() >= repair.notBeforeMs) {
                    repair.phase = Phase.FOUND;
                }
            }
            case ASKED, FETCHING -> {}
        }
    }

    private void ask(List<PartitionId> partitions) {
        Map<PartitionId, Repair> asked = new LinkedHashMap<>();
        partitions.forEach(id -> asked.put(id, repairs.get(id)));
        var unused = controller
                .apply(partitions)
                .whenComplete((answers, failure) -> loop.execute(() -> {
                    Iterator<DamageAnswer> next =
                            failure == null && answers.size() == asked.size() ? answers.iterator() : null;
                    asked.forEach((id, repair) -> {
                        DamageAnswer answer = next == null ? null : next.next();
                        // A damage that was found meanwhile has begun another repair.
                        if (repairs.get(id) == repair) {
                            onAnswer(id, repair, answer);
                        }
                    });
                    lookAgain();
                }));
    }

    /** @param answer null when nobody knows */
    private void onAnswer(PartitionId id, Repair repair, DamageAnswer answer) {
        Replica replica = replicas.get(id.topicId(), id.partition());
        if (replica == null) {
            repairs.remove(id);
        } else if (answer != null && answer.error() == Errors.NONE) {
            replica.repair().keep(false);
            repair.phase = Phase.LET_GO;
            repair.partitionEpoch = answer.partitionEpoch();
        } else if (answer != null && answer.error() == Errors.ELIGIBLE_LEADERS_NOT_AVAILABLE) {
            keep(repair, replica);
        } else {
            repair.phase = Phase.FOUND;
            repair.notBeforeMs = loop.nowMs() + RETRY_MS;
        }
    }

    private void keep(Repair repair, Replica replica) {
        replica.repair().keep(true);
        repair.phase = Phase.KEPT;
        repair.notBeforeMs = loop.nowMs() + ASK_AGAIN_MS;
        if (!repair.told) {
            repair.told = true;
            LOG.error(
                    "{}: is damaged, and no other replica is in sync: what is sound is served, the rest answers"
                            + " CORRUPT_MESSAGE",
                    replica.id().topicPartition());
        }
    }
}
