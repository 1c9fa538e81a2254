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
import java.util.Map;
import java.util.TreeMap;
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

    private final ControllerSettings.Limits limits;

    Assignments(ControllerSettings.Limits limits) {
        this.limits = limits;
    }

    /**
     * Places new partitions.
     *
     * @param existing the topic when it exists already; null when it is new
     */
    Outcome placed(MetadataImage image, Uuid topicId, TopicImage existing, int partitions, int replication) {
        Outcome refused = refusedFor(image, partitions, replication);
        if (refused != null) {
            return refused;
        }
        Placement placement = new Placement(image, topicId, limits.partitionsPerBroker());
        if (existing != null) {
            for (PartitionImage partition : existing.partitions()) {
                placement.count(partition);
            }
        }
        List<int[]> replicas = new ArrayList<>(partitions);
        for (int i = 0; i < partitions; i++) {
            int[] placed = placement.place(replication);
            if (placed == null) {
                return tooManyPerBroker("too few brokers have room for all partitions");
            }
            replicas.add(placed);
        }
        return new Outcome(replicas, null);
    }

    private Outcome refusedFor(MetadataImage image, int partitions, int replication) {
        int cordoned = 0;
        boolean anyActive = false;
        for (BrokerImage broker : image.brokers()) {
            cordoned += broker.cordoned() ? 1 : 0;
            anyActive |= broker.active() && !broker.cordoned();
        }
        if (replication > image.brokers().size() - cordoned) {
            return Outcome.refused(
                    Errors.INVALID_REPLICATION_FACTOR,
                    "Unable to replicate the partition " + replication + " time(s): only "
                            + image.brokers().size() + " broker(s) are registered"
                            + (cordoned == 0 ? "." : ", and " + cordoned + " of them are cordoned."));
        }
        if (!anyActive) {
            return Outcome.refused(
                    Errors.INVALID_REPLICATION_FACTOR,
                    "Unable to replicate the partition " + replication
                            + " time(s): All brokers are currently fenced or in controlled shutdown.");
        }
        return tooMany(image, partitions);
    }

    private Outcome tooMany(MetadataImage image, int partitions) {
        return image.partitionCount() + (long) partitions <= limits.partitions()
                ? null
                : Outcome.refused(
                        Errors.POLICY_VIOLATION,
                        "There are " + image.partitionCount() + " partitions, and max.partitions.per.cluster is "
                                + limits.partitions() + ".");
    }

    private Outcome tooManyPerBroker(String why) {
        return Outcome.refused(
                Errors.POLICY_VIOLATION,
                "max.partitions.per.broker is " + limits.partitionsPerBroker() + ", and " + why + ".");
    }

    /**
     * Checks replicas that were given by hand.
     *
     * @param first number of the first new partition; the others must follow without gaps, in any order
     * @param replication what every partition must have; 0 when the first assignment says
     */
    Outcome manual(MetadataImage image, List<Assignment> assignments, int first, int replication) {
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
        Outcome refused = tooMany(image, replicas.length);
        return refused != null ? refused : withinBrokers(image, Arrays.asList(replicas));
    }

    private Outcome withinBrokers(MetadataImage image, List<int[]> replicas) {
        Map<Integer, Integer> more = new TreeMap<>();
        for (int[] brokers : replicas) {
            for (int broker : brokers) {
                int load = image.brokerLoad(broker).replicas() + more.merge(broker, 1, Integer::sum);
                if (load > limits.partitionsPerBroker()) {
                    return tooManyPerBroker("broker " + broker + " has "
                            + image.brokerLoad(broker).replicas() + " already");
                }
            }
        }
        return new Outcome(replicas, null);
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
     * The record of a new partition: its ISR is what can be used of the replicas, led by the first of them that is not drained.
     *
     * @param commit a log that is empty everywhere has been flushed everywhere
     */
    static MetadataRecord record(MetadataImage image, Uuid topicId, int partition, int[] replicas, boolean commit) {
        IntPredicate active = PartitionTransition.activeIn(image);
        int[] isr = Replicas.filter(replicas, active);
        int leader = Replicas.first(isr, id -> !image.broker(id).draining(), isr[0]);
        PartitionImage state =
                new PartitionImage(replicas, isr, Replicas.NONE, Replicas.NONE, leader, 0, 0, commit, false);
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
