// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.explain;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Why something is not well: the findings, the most pressing first; one that says so when nothing is wrong. Pure.
 */
final class Diagnosis {
    private final Facts facts;
    private final PartitionRules partitions;
    private final ThrottleRules throttles;

    private Diagnosis(Facts facts) {
        this.facts = facts;
        this.partitions = new PartitionRules(facts);
        this.throttles = new ThrottleRules(facts);
    }

    /** Of one partition. */
    static List<Finding> partition(Facts facts, Standing standing) {
        return new Diagnosis(facts).partition(standing);
    }

    /** Of all partitions of a topic. */
    static List<Finding> topic(Facts facts, TopicImage topic) {
        return new Diagnosis(facts).topic(topic);
    }

    /** Of everything. */
    static List<Finding> cluster(Facts facts) {
        return new Diagnosis(facts).cluster();
    }

    private List<Finding> partition(Standing standing) {
        Merged merged = new Merged();
        quorum(merged);
        partitions.of(standing).forEach(merged::add);
        Finding waits = new JobRules(facts).waits(standing);
        if (waits != null && merged.all().stream().noneMatch(each -> each.cause() == waits.cause())) {
            merged.add(waits);
        }
        throttle(standing.topic(), merged);
        List<Finding> all = merged.all();
        return all.isEmpty()
                ? List.of(healthy(
                        standing.name(),
                        "nothing is wrong with " + standing.name(),
                        standing.partition().isrSize() + " of "
                                + standing.partition().replicaCount() + " replicas are in sync, min ISR is "
                                + standing.minIsr() + ": " + may(standing.margin())))
                : all;
    }

    private List<Finding> topic(TopicImage topic) {
        Merged merged = new Merged();
        quorum(merged);
        int margin = Integer.MAX_VALUE;
        for (int number = 0; number < topic.partitionCount(); number++) {
            Standing standing = Standing.of(facts.image(), topic, number);
            margin = Math.min(margin, standing.margin());
            partitions.of(standing).forEach(each -> merged.add(each, standing.name()));
        }
        throttle(topic, merged);
        List<Finding> all = merged.all();
        return all.isEmpty()
                ? List.of(healthy(
                        "topic " + topic.name(),
                        "nothing is wrong with topic " + topic.name(),
                        "all replicas of its " + topic.partitionCount() + " partitions are in sync: " + may(margin)))
                : all;
    }

    private List<Finding> cluster() {
        Merged merged = new Merged();
        QuorumRules.of(facts).forEach(merged::add);
        NodeRules nodes = new NodeRules(facts);
        for (BrokerImage broker : facts.image().brokers()) {
            Finding.Builder trouble = nodes.trouble(broker.id());
            if (trouble != null) {
                merged.add(Impact.of(facts, broker.id(), trouble));
            }
            DirectoryRules.of(facts, broker.id()).forEach(each -> merged.add(Impact.of(facts, broker.id(), each)));
            DirectoryRules.damages(facts, broker.id()).forEach(each -> merged.add(each.build()));
        }
        new JobRules(facts).all().forEach(merged::add);
        Finding leftOver = throttles.leftOver();
        if (leftOver != null) {
            merged.add(leftOver);
        }
        int margin = unwell(merged);
        List<Finding> all = merged.all();
        return all.isEmpty() ? List.of(allIsWell(margin)) : all;
    }

    /** Looks at every partition; returns the smallest margin. */
    private int unwell(Merged merged) {
        int margin = Integer.MAX_VALUE;
        for (TopicImage topic : facts.image().topics()) {
            for (int number = 0; number < topic.partitionCount(); number++) {
                Standing standing = Standing.of(facts.image(), topic, number);
                margin = Math.min(margin, standing.margin());
                if (!standing.well() || number == 0) {
                    partitions.of(standing).forEach(each -> merged.add(each, standing.name()));
                }
            }
        }
        return margin;
    }

    private Finding allIsWell(int margin) {
        int count = facts.image().partitionCounts().partitions();
        String nodes = facts.image().brokers().size() + " storage nodes serve";
        return healthy(
                "cluster",
                "nothing is wrong: " + nodes,
                count == 0
                        ? "there are no topics"
                        : "all replicas of " + count + " partitions are in sync: " + may(margin));
    }

    private void quorum(Merged merged) {
        QuorumRules.of(facts).stream()
                .filter(each -> each.severity() == Severity.CRITICAL)
                .forEach(merged::add);
    }

    /** A throttle that is left over is told also where it holds nobody back at the moment. */
    private void throttle(TopicImage topic, Merged merged) {
        if (throttles.isLeftOver(topic)
                && merged.all().stream().noneMatch(each -> each.cause() == Cause.THROTTLE_LEFT_OVER)) {
            merged.add(throttles.leftOver());
        }
    }

    private static Finding healthy(String subject, String what, String margin) {
        return Finding.of(Cause.HEALTHY, Severity.OK, subject, what)
                .why(margin)
                .waiting(true, "there is nothing to wait for")
                .build();
    }

    private static String may(int margin) {
        return margin == 0 ? "writes stop with the next failure" : margin + " may fail, and writes go on";
    }

    /** The nodes whose word counts for these partitions. */
    static Set<Integer> concerned(List<Standing> standings) {
        Set<Integer> nodes = new TreeSet<>();
        for (Standing standing : standings) {
            PartitionImage partition = standing.partition();
            for (int i = 0; i < partition.replicaCount(); i++) {
                nodes.add(partition.replica(i));
            }
        }
        return nodes;
    }

    /** The partitions of a cluster that something is to be heard of. */
    static List<Standing> worthAsking(Facts facts, int limit) {
        List<Standing> unwell = new ArrayList<>();
        for (TopicImage topic : facts.image().topics()) {
            for (int number = 0; number < topic.partitionCount() && unwell.size() < limit; number++) {
                Standing standing = Standing.of(facts.image(), topic, number);
                if (!standing.well()) {
                    unwell.add(standing);
                }
            }
        }
        return unwell;
    }
}
