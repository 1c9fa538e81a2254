// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.see;

import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Connection;
import io.shiplog.tools.connect.Names;
import io.shiplog.tools.connect.Unreachable;
import io.shiplog.tools.text.Json;
import io.shiplog.tools.text.Rows;
import io.shiplog.tools.text.Watch;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** One group: who reads what, and how far each partition is behind. */
@Command(
        name = "describe",
        mixinStandardHelpOptions = true,
        description = "Shows one group: each partition with its reader, and how far it is behind.",
        footer = {"", "Examples:", "  shiplog groups describe billing", "  shiplog groups describe billing --watch"})
public final class DescribeGroupCommand implements Callable<Integer> {
    @Mixin
    private Connection connection;

    @Mixin
    private Watch watch;

    @Parameters(paramLabel = "GROUP", description = "Its id.")
    private String group;

    @Override
    public Integer call() throws Exception {
        try (Cluster cluster = connection.connect()) {
            return connection.show(watch, out -> look(cluster, out));
        }
    }

    private int look(Cluster cluster, PrintWriter out) throws ExecutionException, InterruptedException {
        ConsumerGroupDescription told = describe(cluster);
        Map<TopicPartition, MemberDescription> readers = new HashMap<>();
        for (MemberDescription member : told.members()) {
            member.assignment().topicPartitions().forEach(partition -> readers.put(partition, member));
        }
        GroupLags known = GroupLags.of(cluster, List.of(group));
        if (known.problem(group) != null) {
            throw Unreachable.because("how far group " + group + " is was not told: " + known.problem(group));
        }
        Map<TopicPartition, GroupLags.Lag> lags = known.of(group);
        TreeSet<TopicPartition> all = new TreeSet<>(Names.BY_PARTITION);
        all.addAll(readers.keySet());
        all.addAll(lags.keySet());
        Rows rows = new Rows(
                "topic",
                "partition",
                "committed",
                "start",
                "end",
                "lag",
                "behindMs=behind",
                "client",
                "host",
                "member");
        for (TopicPartition partition : all) {
            MemberDescription reader = readers.get(partition);
            GroupLags.Lag lag = lags.get(partition);
            rows.add(
                    partition.topic(),
                    partition.partition(),
                    lag == null ? null : lag.committed(),
                    lag == null ? null : lag.start(),
                    lag == null ? null : lag.end(),
                    lag == null ? null : lag.records(),
                    lag == null ? null : GroupsCommand.behind(List.of(lag)),
                    reader == null ? null : reader.clientId(),
                    reader == null ? null : reader.host(),
                    reader == null ? null : reader.consumerId());
        }
        print(told, rows, out);
        return 0;
    }

    private void print(ConsumerGroupDescription told, Rows rows, PrintWriter out) {
        String coordinator = told.coordinator() == null
                ? null
                : "storage-" + told.coordinator().id();
        if (connection.json()) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("group", group);
            object.put("state", told.groupState().toString());
            object.put("type", told.type().toString());
            object.put("assignor", told.partitionAssignor());
            object.put("coordinator", coordinator);
            object.put("members", told.members().size());
            object.put("partitions", rows.objects());
            out.println(Json.write(object));
            return;
        }
        out.println("group " + group + ": " + told.groupState() + ", " + told.type() + ", "
                + told.members().size() + " members"
                + (told.partitionAssignor().isEmpty() ? "" : ", assignor " + told.partitionAssignor())
                + (coordinator == null ? "" : ", coordinated by " + coordinator));
        out.print(rows.table());
    }

    private ConsumerGroupDescription describe(Cluster cluster) throws ExecutionException, InterruptedException {
        try {
            return cluster.admin()
                    .describeConsumerGroups(List.of(group))
                    .describedGroups()
                    .get(group)
                    .get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GroupIdNotFoundException) {
                throw Unreachable.because("there is no consumer group " + group + "; bin/shiplog groups lists all");
            }
            throw e;
        }
    }
}
