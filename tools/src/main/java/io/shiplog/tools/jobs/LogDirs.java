// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.jobs;

import io.shiplog.tools.plan.PlanDirectory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.ReplicaInfo;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/** What storage nodes say of their log directories. A node that does not answer says nothing. */
final class LogDirs {
    private record Place(long bytes, String directory) {}

    private final Map<Integer, List<PlanDirectory>> directories = new TreeMap<>();
    private final Map<Integer, Map<TopicPartition, Place>> replicas = new TreeMap<>();

    private LogDirs() {}

    /** Of no node. */
    static LogDirs none() {
        return new LogDirs();
    }

    /** Asks nodes; waits as long as the client does. */
    static LogDirs of(Admin admin, Collection<Integer> nodes) throws InterruptedException {
        LogDirs all = new LogDirs();
        if (nodes.isEmpty()) {
            return all;
        }
        Map<Integer, KafkaFuture<Map<String, LogDirDescription>>> answers =
                admin.describeLogDirs(nodes).descriptions();
        for (Map.Entry<Integer, KafkaFuture<Map<String, LogDirDescription>>> answer : answers.entrySet()) {
            try {
                all.add(answer.getKey(), answer.getValue().get());
            } catch (ExecutionException silent) {
                // What it did not say is not known: whoever needs it says so.
                all.directories.remove(answer.getKey());
            }
        }
        return all;
    }

    /** Takes note of what a node said. */
    void add(int node, Map<String, LogDirDescription> described) {
        List<PlanDirectory> online = new ArrayList<>();
        Map<TopicPartition, Place> held = new HashMap<>();
        new TreeMap<>(described).forEach((path, directory) -> {
            if (directory.error() == null) {
                online.add(new PlanDirectory(
                        path,
                        directory.totalBytes().orElse(-1),
                        directory.usableBytes().orElse(-1)));
            }
            for (Map.Entry<TopicPartition, ReplicaInfo> each :
                    directory.replicaInfos().entrySet()) {
                // A future replica is a copy on its way to another directory of the node: not another one to be
                // counted.
                if (!each.getValue().isFuture()) {
                    held.put(each.getKey(), new Place(each.getValue().size(), path));
                }
            }
        });
        directories.put(node, online);
        replicas.put(node, held);
    }

    /** Those that are online; empty when the node did not answer. */
    List<PlanDirectory> directories(int node) {
        return directories.getOrDefault(node, List.of());
    }

    /** Bytes of a replica; -1 when that is not known. */
    long bytes(int node, TopicPartition partition) {
        Place place = place(node, partition);
        return place == null ? -1 : place.bytes;
    }

    /** The directory that a replica lies in; null when that is not known. */
    String directory(int node, TopicPartition partition) {
        Place place = place(node, partition);
        return place == null ? null : place.directory;
    }

    private Place place(int node, TopicPartition partition) {
        return replicas.getOrDefault(node, Map.of()).get(partition);
    }
}
