// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

/** Looks at the cluster after every event, says what changed, and keeps the truth up to date. */
final class Observer {
    private final Truth truth;
    private final Consumer<Fact> facts;
    private final FaultBudget budget = new FaultBudget();
    private final Set<PartitionTruth> touched = new LinkedHashSet<>();
    private MetadataImage known = MetadataImage.empty();
    private long looks;

    Observer(Truth truth, Consumer<Fact> facts) {
        this.truth = truth;
        this.facts = facts;
    }

    /** One event is over. */
    void observe(ClusterSight cluster) {
        MetadataImage image = cluster.agreed();
        if (image != known) {
            List<MetadataImage> steps = cluster.agreedSince(known);
            compareRegistrations(steps);
            compare(image, cluster);
            compareAssignments(steps);
            compareJobs(steps);
            known = image;
        }
        int only = cluster.touched();
        for (BrokerSight broker : cluster.brokers()) {
            if (only == ClusterSight.ALL || broker.id() == only) {
                look(broker);
            }
        }
        if (touched.isEmpty()) {
            return;
        }
        for (PartitionTruth partition : touched) {
            for (ReplicaTruth replica : partition.replicas()) {
                replica.cameBackShort &= replica.held(true) < partition.committedEnd();
            }
            budget.settle(partition, cluster);
            facts.accept(new Fact.Settled(partition));
        }
        touched.clear();
    }

    // ---- brokers

    private void look(BrokerSight broker) {
        if (budget.noticesLoss(broker)) {
            for (ReplicaSight sight : broker.replicas()) {
                noteRot(sight);
            }
            for (PartitionTruth partition : truth.partitions()) {
                if (!broker.running()) {
                    lose(partition, broker);
                }
            }
        }
        if (!broker.running()) {
            return;
        }
        looks++;
        List<ReplicaSight> replicas = broker.replicas();
        for (int i = 0; i < replicas.size(); i++) {
            look(broker, replicas.get(i));
        }
        for (PartitionTruth partition : truth.partitions()) {
            ReplicaTruth replica = partition.replica(broker.id());
            if (replica.life == broker.life() && replica.seenAt != looks) {
                replica.forget();
                touched.add(partition);
            }
        }
    }

    /** From there on readers may be led astray: a base offset that rots says nothing about itself, and a node trusts what it has just written. */
    private void noteRot(ReplicaSight sight) {
        PartitionTruth partition = truth.partition(sight.topicId(), sight.partition());
        for (Entry entry : sight.entries(sight.logStart(), sight.logEnd())) {
            if (entry.value() == Entry.UNREADABLE) {
                partition.rottenFrom = Math.min(partition.rottenFrom, entry.offset());
            }
        }
    }

    /** A power loss takes what is not synced; of a disk that was lost nothing is counted on. */
    private void lose(PartitionTruth partition, BrokerSight broker) {
        ReplicaTruth replica = partition.replica(broker.id());
        if (broker.disksLost() > replica.disksLost) {
            replica.cutFrom(0);
            replica.flushed = 0;
            replica.logEnd = 0;
        } else {
            replica.cutFrom(replica.flushed);
            replica.logEnd = Math.min(replica.logEnd, replica.flushed);
        }
        touched.add(partition);
    }

    private void look(BrokerSight broker, ReplicaSight sight) {
        PartitionTruth partition = truth.partition(sight.topicId(), sight.partition());
        ReplicaTruth replica = partition.replica(broker.id());
        replica.seenAt = looks;
        if (replica.life != broker.life()) {
            open(broker, sight, partition, replica);
        }
        if (sight.truncationGeneration() != replica.generation) {
            reread(sight, partition, replica);
        }
        if (sight.logStart() != replica.logStart) {
            moveStart(sight, partition, replica);
        }
        if (sight.logEnd() > replica.logEnd) {
            grow(sight, partition, replica);
        }
        if (sight.flushed() != replica.flushed) {
            replica.flushed = sight.flushed();
            touched.add(partition);
        }
        lookAtRole(sight, partition, replica);
    }

    private void lookAtRole(ReplicaSight sight, PartitionTruth partition, ReplicaTruth replica) {
        if (sight.isLeader() != replica.leads || sight.leaderEpoch() != replica.leaderEpoch) {
            replica.leads = sight.isLeader();
            replica.leaderEpoch = sight.leaderEpoch();
            touched.add(partition);
            if (replica.leads) {
                facts.accept(new Fact.Leads(partition, replica, sight));
            }
        }
        if (sight.highWatermark() != replica.highWatermark) {
            moveHighWatermark(sight, partition, replica);
        }
        if (!Objects.equals(sight.state(), replica.actsOn)) {
            // An ISR that changes is news also where no offset moves with it.
            touched.add(partition);
        }
        replica.actsOn = sight.state();
        replica.shortened = sight.isShortened();
        boolean gaveUp = sight.stoppedBecause() != null;
        if (gaveUp && !replica.gaveUp) {
            facts.accept(new Fact.GaveUp(partition, replica, sight.stoppedBecause(), false));
        }
        if (sight.isDamaged() && !replica.damaged) {
            facts.accept(new Fact.GaveUp(partition, replica, "something in its log is not sound", true));
        }
        replica.gaveUp = gaveUp;
        replica.damaged = sight.isDamaged();
    }

    private void open(BrokerSight broker, ReplicaSight sight, PartitionTruth partition, ReplicaTruth replica) {
        long endBefore = replica.logEnd;
        // The log of one that gave up is taken away by hand: nobody counts on it, and that it had to give up was judged
        // then.
        boolean mayBeAnother = replica.life < 0 || replica.mayGo || replica.gaveUp || broker.disksLost() > 0;
        long flushedBefore = mayBeAnother ? 0 : replica.flushed;
        PartitionImage agreed = known.partition(partition.topicId(), partition.partition());
        replica.mayGo &= agreed == null || !agreed.isReplica(broker.id());
        // Of an empty disk its node knows that it is another one.
        boolean emptied = broker.disksEmptied() > replica.disksEmptied;
        boolean mayHaveRotted = !emptied && (replica.cameBackShort || broker.disksLost() > replica.disksLost);
        replica.life = broker.life();
        replica.disksLost = broker.disksLost();
        replica.disksEmptied = broker.disksEmptied();
        replica.powerLosses = broker.powerLosses();
        replica.generation = sight.truncationGeneration();
        replica.entries().clear();
        replica.append(sight.entries(sight.logStart(), sight.logEnd()));
        replica.logStart = sight.logStart();
        replica.logEnd = sight.logEnd();
        replica.flushed = sight.flushed();
        // A log that is opened and led in one event commits in it.
        replica.highWatermark = Math.min(sight.highWatermark(), partition.committedEnd());
        replica.leads = false;
        replica.leaderEpoch = -1;
        replica.actsOn = null;
        replica.gaveUp = false;
        replica.damaged = false;
        replica.cameBackShort = mayHaveRotted && replica.logEnd < partition.committedEnd();
        replica.shortened = sight.isShortened();
        touched.add(partition);
        facts.accept(new Fact.Opened(partition, replica, sight, Math.min(endBefore, flushedBefore)));
    }

    /** The log was cut since it was looked at, and may have grown again. */
    private void reread(ReplicaSight sight, PartitionTruth partition, ReplicaTruth replica) {
        replica.generation = sight.truncationGeneration();
        List<Entry> now = sight.entries(sight.logStart(), sight.logEnd());
        long common = commonEnd(replica, now, Math.min(replica.logEnd, sight.logEnd()));
        List<Entry> removed = replica.cutFrom(common);
        replica.logEnd = Math.min(replica.logEnd, common);
        replica.flushed = Math.min(replica.flushed, replica.logEnd);
        touched.add(partition);
        facts.accept(new Fact.Cut(partition, replica, sight, removed, replica.highWatermark));
        replica.highWatermark = Math.min(replica.highWatermark, Math.max(sight.logStart(), replica.logEnd));
    }

    private static long commonEnd(ReplicaTruth replica, List<Entry> now, long limit) {
        for (Entry entry : now) {
            Entry before = replica.at(entry.offset());
            if (before != null && (before.leaderEpoch() != entry.leaderEpoch() || before.value() != entry.value())) {
                return entry.offset();
            }
        }
        return limit;
    }

    private void moveStart(ReplicaSight sight, PartitionTruth partition, ReplicaTruth replica) {
        long from = replica.logStart;
        replica.logStart = sight.logStart();
        replica.dropBelow(sight.logStart());
        replica.logEnd = Math.max(replica.logEnd, sight.logStart());
        partition.deletingBelow = Math.max(partition.deletingBelow, sight.logStart());
        touched.add(partition);
        facts.accept(new Fact.LogStartMoved(partition, replica, from, sight.logStart()));
    }

    private void grow(ReplicaSight sight, PartitionTruth partition, ReplicaTruth replica) {
        List<Entry> more = sight.entries(Math.max(replica.logEnd, sight.logStart()), sight.logEnd());
        facts.accept(new Fact.Appended(partition, replica, sight, more));
        replica.append(more);
        replica.logEnd = sight.logEnd();
        touched.add(partition);
    }

    private void moveHighWatermark(ReplicaSight sight, PartitionTruth partition, ReplicaTruth replica) {
        long from = replica.highWatermark;
        long to = sight.highWatermark();
        touched.add(partition);
        if (to > from) {
            facts.accept(new Fact.HighWatermarkMoved(partition, replica, sight, from, to));
            for (long offset = Math.max(partition.committedEnd(), sight.logStart()); offset < to; offset++) {
                partition.commit(offset, replica.at(offset));
            }
        } else {
            facts.accept(new Fact.HighWatermarkMoved(partition, replica, sight, from, to));
        }
        replica.highWatermark = to;
    }

    // ---- metadata

    private void compare(MetadataImage image, ClusterSight cluster) {
        for (BrokerImage after : image.brokers()) {
            BrokerImage before = known.broker(after.id());
            if (!after.equals(before)) {
                facts.accept(new Fact.BrokerChanged(after.id(), image, before, after));
            }
        }
        for (BrokerImage before : known.brokers()) {
            if (image.broker(before.id()) == null) {
                facts.accept(new Fact.BrokerChanged(before.id(), image, before, null));
            }
        }
        for (TopicImage topic : image.topics()) {
            compare(image, topic, cluster);
        }
        for (TopicImage topic : new ArrayList<>(known.topics())) {
            for (int i = 0; image.topic(topic.id()) == null && i < topic.partitionCount(); i++) {
                PartitionTruth partition = truth.partition(topic.id(), i);
                partition.deleted = true;
                touched.add(partition);
                facts.accept(new Fact.PartitionChanged(partition, image, topic.partition(i), null));
            }
        }
    }

    private void compare(MetadataImage image, TopicImage topic, ClusterSight cluster) {
        for (int i = 0; i < topic.partitionCount(); i++) {
            PartitionImage after = topic.partition(i);
            PartitionImage before = known.partition(topic.id(), i);
            if (!after.equals(before)) {
                PartitionTruth partition = truth.partition(topic.id(), i);
                if (after.unclean()
                        && after.hasLeader()
                        && (before == null || after.leaderEpoch() > before.leaderEpoch())) {
                    // Elsewhere every unclean stop counts, with or without a loss.
                    boolean onDisks = before != null && Topics.isOnDisks(image, topic.id(), before);
                    if (onDisks && !partition.isExcused() && !budget.wentForGood(partition, image, before, cluster)) {
                        facts.accept(new Fact.LostWithinBudget(partition, after));
                    }
                    partition.excuse("unclean election of " + after.leader() + " in epoch " + after.leaderEpoch());
                }
                if (after.hasLeader()) {
                    partition.noteLeader(after.leaderEpoch(), after.leader());
                }
                touched.add(partition);
                facts.accept(new Fact.PartitionChanged(partition, image, before, after));
                forgetThoseWhoLeft(partition, before, after);
            } else if (Topics.minIsr(image, topic.id(), after) != Topics.minIsr(known, topic.id(), before)) {
                touched.add(truth.partition(topic.id(), i));
            }
        }
    }

    /** Command by command: what a broker may keep is decided by what holds when it registers, and may be changed by the next one. */
    private void compareRegistrations(List<MetadataImage> steps) {
        MetadataImage earlier = known;
        for (MetadataImage image : steps) {
            for (BrokerImage after : image.brokers()) {
                BrokerImage before = earlier.broker(after.id());
                if (before == null || before.epoch() != after.epoch()) {
                    facts.accept(new Fact.Registered(after.id(), image));
                }
            }
            earlier = image;
        }
    }

    /** Command by command: who leaves the ISR with the next one was in it when it was decided who leaves the assignment. */
    private void compareAssignments(List<MetadataImage> steps) {
        MetadataImage earlier = known;
        for (MetadataImage image : steps) {
            for (TopicImage topic : image.topics()) {
                for (int i = 0; i < topic.partitionCount(); i++) {
                    PartitionImage after = topic.partition(i);
                    PartitionImage before = earlier.partition(topic.id(), i);
                    if (before != null && !Arrays.equals(before.replicas(), after.replicas())) {
                        PartitionTruth partition = truth.partition(topic.id(), i);
                        facts.accept(new Fact.AssignmentChanged(partition, image, before, after));
                    }
                }
            }
            earlier = image;
        }
    }

    private void compareJobs(List<MetadataImage> steps) {
        MetadataImage earlier = known;
        for (MetadataImage image : steps) {
            if (image.jobs() != earlier.jobs()) {
                facts.accept(new Fact.JobsChanged(earlier, image));
            }
            earlier = image;
        }
    }

    /** Their logs may go at any time from now on. */
    private static void forgetThoseWhoLeft(PartitionTruth partition, PartitionImage before, PartitionImage after) {
        for (ReplicaTruth replica : partition.replicas()) {
            if (!after.isReplica(replica.brokerId())) {
                replica.forget();
                if (before != null && before.isReplica(replica.brokerId())) {
                    replica.leftAt = after.partitionEpoch();
                    replica.mayGo = true;
                }
            }
        }
    }
}
