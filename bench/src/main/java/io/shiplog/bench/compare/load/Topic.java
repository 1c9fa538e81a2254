// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.load;

import io.shiplog.bench.harness.Await;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;

/**
 * A topic of a workload, with three replicas.
 *
 * @param bootstrap where its cluster is
 */
public record Topic(String bootstrap, String name, int partitions) {
    /** Of each partition. */
    public static final short REPLICAS = 3;

    private static final long PATIENCE_S = 180;

    /** Creates it and waits until all replicas are in sync, and until each leader knows that it leads: the controller names both before any node has heard. */
    public static Topic create(Admin admin, String bootstrap, String name, int partitions, Map<String, String> settings)
            throws Exception {
        admin.createTopics(List.of(new NewTopic(name, partitions, REPLICAS).configs(settings)))
                .all()
                .get(PATIENCE_S, TimeUnit.SECONDS);
        Topic topic = new Topic(bootstrap, name, partitions);
        Await.until("the replicas of " + name, PATIENCE_S, () -> topic.isInSync(admin));
        topic.ends(admin);
        return topic;
    }

    /** The admin client of a cluster, patient with nodes that are busy. */
    public static Admin admin(String bootstrap) {
        return Admin.create(Map.of("bootstrap.servers", bootstrap, "default.api.timeout.ms", 120_000));
    }

    /** Its partitions, from 0. */
    public List<TopicPartition> all() {
        return IntStream.range(0, partitions)
                .mapToObj(partition -> new TopicPartition(name, partition))
                .toList();
    }

    /** Whether every partition has a leader and all replicas in its ISR. A node that has just died may be asked, and then nobody knows. */
    public boolean isInSync(Admin admin) {
        try {
            List<TopicPartitionInfo> infos = describe(admin);
            return infos.size() == partitions
                    && infos.stream()
                            .allMatch(
                                    info -> info.leader() != null && info.isr().size() == REPLICAS);
        } catch (ExecutionException | TimeoutException notNow) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** What the cluster knows of each partition, in their order. */
    public List<TopicPartitionInfo> describe(Admin admin)
            throws ExecutionException, TimeoutException, InterruptedException {
        return admin.describeTopics(List.of(name))
                .allTopicNames()
                .get(PATIENCE_S, TimeUnit.SECONDS)
                .get(name)
                .partitions();
    }

    /** The leader of each partition that has one. */
    public Map<Integer, Node> leaders(Admin admin) throws ExecutionException, TimeoutException, InterruptedException {
        return describe(admin).stream()
                .filter(info -> info.leader() != null)
                .collect(Collectors.toMap(
                        TopicPartitionInfo::partition, TopicPartitionInfo::leader, (a, b) -> a, TreeMap::new));
    }

    /** Where each partition ends. */
    public Map<TopicPartition, Long> ends(Admin admin) throws Exception {
        Map<TopicPartition, OffsetSpec> wanted =
                all().stream().collect(Collectors.toMap(each -> each, each -> OffsetSpec.latest()));
        Map<TopicPartition, ListOffsetsResultInfo> found =
                admin.listOffsets(wanted).all().get(PATIENCE_S, TimeUnit.SECONDS);
        Map<TopicPartition, Long> ends = new HashMap<>();
        found.forEach((partition, info) -> ends.put(partition, info.offset()));
        return ends;
    }

    /** Records in it, of which none was ever deleted. */
    public long records(Admin admin) throws Exception {
        return ends(admin).values().stream().mapToLong(Long::longValue).sum();
    }
}
