// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.see;

import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Connection;
import io.shiplog.tools.connect.Failures;
import io.shiplog.tools.text.Cell;
import io.shiplog.tools.text.Rows;
import io.shiplog.tools.text.Units;
import io.shiplog.tools.text.Watch;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListGroupsResult;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists groups, and how far they are behind. */
@Command(
        name = "groups",
        mixinStandardHelpOptions = true,
        description = "Lists groups: state, members, and how far they are behind, in records and in time; describe.",
        footer = {
            "",
            "Behind by time: the age of the first record that the group has not read, of its last partition. It is read for",
            "that, of 500 partitions at most and for three seconds at most; \"-\" means it was not.",
            "",
            "Examples:",
            "  shiplog groups --watch=5",
            "  shiplog groups describe billing",
            "  shiplog groups --json"
        })
public final class GroupsCommand implements Callable<Integer> {
    @Mixin
    private Connection connection;

    @Mixin
    private Watch watch;

    @Override
    public Integer call() throws Exception {
        try (Cluster cluster = connection.connect()) {
            return connection.show(watch, out -> look(cluster, out));
        }
    }

    private int look(Cluster cluster, PrintWriter out) throws ExecutionException, InterruptedException {
        Admin admin = cluster.admin();
        ListGroupsResult listed = admin.listGroups();
        List<GroupListing> groups = new ArrayList<>(listed.valid().get());
        for (Throwable silent : listed.errors().get()) {
            connection.err().println("shiplog: groups may be missing: " + Failures.sentence(silent));
        }
        groups.sort(Comparator.comparing(GroupListing::groupId));
        List<String> consumers = groups.stream()
                .filter(GroupsCommand::reads)
                .map(GroupListing::groupId)
                .toList();
        Map<String, KafkaFuture<ConsumerGroupDescription>> described = new TreeMap<>(
                consumers.isEmpty()
                        ? Map.of()
                        : admin.describeConsumerGroups(consumers).describedGroups());
        GroupLags lags = GroupLags.of(cluster, consumers);
        Rows rows = new Rows(
                "group", "type", "state", "members", "topics", "lag", "behindMs=behind", "coordinator", "problem");
        for (GroupListing group : groups) {
            add(rows, group, described.get(group.groupId()), lags);
        }
        connection.print(rows, out);
        return 0;
    }

    /** Groups with committed offsets, which the tool knows how to ask; of others it lists that they are there. */
    private static boolean reads(GroupListing group) {
        GroupType type = group.type().orElse(GroupType.CLASSIC);
        return type == GroupType.CONSUMER
                || (type == GroupType.CLASSIC && group.protocol().equals("consumer"))
                || (type == GroupType.CLASSIC && group.protocol().isEmpty());
    }

    private static void add(
            Rows rows, GroupListing group, KafkaFuture<ConsumerGroupDescription> description, GroupLags all)
            throws InterruptedException {
        ConsumerGroupDescription told = null;
        Map<TopicPartition, GroupLags.Lag> lags = all.of(group.groupId());
        String problem = all.problem(group.groupId());
        try {
            told = description == null ? null : description.get();
        } catch (ExecutionException e) {
            problem = Failures.sentence(e);
        }
        long unknown =
                lags.values().stream().filter(lag -> lag.records() == null).count();
        if (problem == null && unknown > 0) {
            problem = "of " + unknown + " partitions nobody says where they end";
        }
        rows.add(
                group.groupId(),
                group.type()
                        .map(type -> type.toString().toLowerCase(Locale.ROOT))
                        .orElse(null),
                told != null
                        ? told.groupState().toString()
                        : group.groupState().map(Object::toString).orElse(null),
                told == null ? null : told.members().size(),
                lags.keySet().stream()
                        .map(TopicPartition::topic)
                        .distinct()
                        .sorted()
                        .toList(),
                lags.isEmpty() ? null : sum(lags.values(), unknown > 0),
                behind(lags.values()),
                told == null || told.coordinator() == null
                        ? null
                        : "storage-" + told.coordinator().id(),
                problem);
    }

    /** A sum that lacks partitions is marked as "at least". */
    private static Cell sum(Collection<GroupLags.Lag> lags, boolean lacks) {
        long sum = 0;
        for (GroupLags.Lag lag : lags) {
            sum += lag.records() == null ? 0 : lag.records();
        }
        return new Cell(sum, (lacks ? ">= " : "") + sum);
    }

    /** Of the partition that is furthest behind; unknown when that of any is. */
    static Cell behind(Collection<GroupLags.Lag> lags) {
        long greatest = 0;
        for (GroupLags.Lag lag : lags) {
            if (lag.ageMs() == null) {
                return null;
            }
            greatest = Math.max(greatest, lag.ageMs());
        }
        return lags.isEmpty() ? null : new Cell(greatest, greatest == 0 ? "0 s" : Units.duration(greatest));
    }
}
