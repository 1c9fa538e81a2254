// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.Assignment;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.PartitionRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/** The replicas of new partitions: placed by us, or given by hand and checked as Kafka checks them. */
final class Assignments {
    /** Replicas per partition, or why there are none. */
    record Outcome(List<int[]> replicas, Refusal refusal) {
        static Outcome refused(Errors error, String message) {
            return new Outcome(List.of(), new Refusal(error, message));
        }
    }

    private Assignments() {}

    static List<BrokerImage> usable(MetadataImage image) {
        List<BrokerImage> usable = new ArrayList<>();
        for (BrokerImage broker : image.brokers()) {
            if (broker.active()) {
                usable.add(broker);
            }
        }
        return usable;
    }

    /**
     * Places new partitions.
     *
     * @param existing the topic when it exists already; null when it is new
     */
    static Outcome placed(MetadataImage image, Uuid topicId, TopicImage existing, int partitions, int replication) {
        Placement placement = new Placement(topicId, usable(image));
        if (replication > placement.usableBrokers()) {
            return Outcome.refused(
                    Errors.INVALID_REPLICATION_FACTOR,
                    "Replication factor " + replication + " is more than the " + placement.usableBrokers()
                            + " brokers that can be used.");
        }
        if (existing != null) {
            for (PartitionImage partition : existing.partitions()) {
                placement.count(partition);
            }
        }
        List<int[]> replicas = new ArrayList<>(partitions);
        for (int i = 0; i < partitions; i++) {
            replicas.add(placement.place(replication));
        }
        return new Outcome(replicas, null);
    }

    /**
     * Checks replicas that were given by hand.
     *
     * @param first number of the first new partition; the others must follow without gaps, in any order
     * @param replication what every partition must have; 0 when the first assignment says
     */
    static Outcome manual(MetadataImage image, List<Assignment> assignments, int first, int replication) {
        int[][] replicas = new int[assignments.size()][];
        int expected = replication;
        for (Assignment assignment : assignments) {
            int index = assignment.getPartition() - first;
            if (index < 0 || index >= replicas.length || replicas[index] != null) {
                return invalid("Partitions must be numbered from " + first + " without gaps, each once; not "
                        + assignment.getPartition() + ".");
            }
            int[] brokers = assignment.getReplicasList().stream()
                    .mapToInt(Integer::intValue)
                    .toArray();
            expected = expected == 0 ? brokers.length : expected;
            String problem = problem(image, assignment.getPartition(), brokers, expected);
            if (problem != null) {
                return invalid(problem);
            }
            replicas[index] = brokers;
        }
        return new Outcome(Arrays.asList(replicas), null);
    }

    private static Outcome invalid(String message) {
        return Outcome.refused(Errors.INVALID_REPLICA_ASSIGNMENT, message);
    }

    private static String problem(MetadataImage image, int partition, int[] brokers, int expected) {
        if (brokers.length == 0) {
            return "Partition " + partition + " is assigned to no broker.";
        }
        if (brokers.length != expected) {
            return "Partition " + partition + " has " + brokers.length + " replicas, others " + expected + ".";
        }
        if (Replicas.hasDuplicates(brokers)) {
            return "Partition " + partition + " is assigned twice to one broker.";
        }
        for (int broker : brokers) {
            if (image.broker(broker) == null) {
                return "Partition " + partition + " is assigned to broker " + broker + ", which is not registered.";
            }
        }
        boolean anyActive = Replicas.filter(brokers, PartitionTransition.activeIn(image)).length > 0;
        return anyActive ? null : "No broker that partition " + partition + " is assigned to can be used.";
    }

    /**
     * The record of a new partition: its ISR is what can be used of the replicas, led by the first of them.
     *
     * @param commit a log that is empty everywhere has been flushed everywhere
     */
    static MetadataRecord record(MetadataImage image, Uuid topicId, int partition, int[] replicas, boolean commit) {
        IntPredicate active = PartitionTransition.activeIn(image);
        int[] isr = Replicas.filter(replicas, active);
        PartitionImage state =
                new PartitionImage(replicas, isr, Replicas.NONE, Replicas.NONE, isr[0], 0, 0, commit, false);
        PartitionRecord.Builder record = PartitionRecord.newBuilder()
                .setTopicId(Uuids.toBytes(topicId))
                .setPartition(partition)
                .setState(ImageRecords.state(state));
        for (int replica : replicas) {
            record.addReplicas(replica);
        }
        return ImageRecords.record().setPartition(record).build();
    }
}
