// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.diff;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/** One of the two clusters: its nodes are 1, 2, … in the order of the addresses. Remembers what later requests refer to. One thread. */
final class Cluster implements Closeable {
    private static final long PATIENCE_MS = 60_000;
    private static final long BETWEEN_LOOKS_MS = 25;

    private final String name;
    private final List<InetSocketAddress> nodes = new ArrayList<>();
    private final Map<Integer, Connection> connections = new HashMap<>();
    private final Map<String, Uuid> topicIds = new HashMap<>();
    private final Map<String, String> kept = new HashMap<>();
    private final Map<String, Integer> coordinators = new HashMap<>();

    /**
     * @param addresses host:port of each node, separated by commas
     */
    Cluster(String name, String addresses) {
        this.name = name;
        for (String address : addresses.split(",", -1)) {
            int colon = address.lastIndexOf(':');
            nodes.add(
                    new InetSocketAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))));
        }
    }

    String name() {
        return name;
    }

    /** Asks a node. A connection that the node closes is made anew for the next request. */
    Answer ask(int node, ApiKeys api, short version, ByteBuffer body) throws IOException {
        Connection connection = connections.get(node);
        if (connection == null) {
            connection = new Connection(nodes.get(node - 1));
            connections.put(node, connection);
        }
        ByteBuffer answer;
        try {
            answer = connection.ask(api, version, body);
        } catch (SocketTimeoutException e) {
            disconnect(node);
            return Answer.without("none within 10 s");
        }
        if (answer == null) {
            disconnect(node);
            return Answer.without("the connection was closed");
        }
        return Answer.read(api, version, answer);
    }

    ApiMessage ask(int node, ApiKeys api, int version, ApiMessage request) throws IOException {
        return ask(node, api, (short) version, Connection.bytes(request, (short) version))
                .message();
    }

    private void disconnect(int node) throws IOException {
        connections.remove(node).close();
    }

    /** The id of a topic that {@link #awaitTopic} saw; a random one, the same for each run, of any other. */
    Uuid topicId(String topic) {
        return topicIds.getOrDefault(topic, new Uuid(0x5eed, topic.hashCode()));
    }

    Map<String, Uuid> topicIds() {
        return topicIds;
    }

    void keep(String key, String value) {
        kept.put(key, value);
    }

    /** What was kept, or "" when nothing was. */
    String kept(String key) {
        return kept.getOrDefault(key, "");
    }

    /** Waits until every node knows the topic with all replicas in sync, and remembers its id. */
    void awaitTopic(String topic) throws IOException {
        for (int node = 1; node <= nodes.size(); node++) {
            int asked = node;
            await("topic " + topic + " on node " + node, () -> isComplete(asked, topic));
        }
    }

    void awaitGone(String topic) throws IOException {
        for (int node = 1; node <= nodes.size(); node++) {
            int asked = node;
            await(
                    "topic " + topic + " gone on node " + node,
                    () -> metadata(asked, topic).errorCode() != 0);
        }
    }

    /** Waits until node 1 has producer ids to give: Kafka's says that it loads when it is asked first. */
    void awaitProducerIds() throws IOException {
        var request =
                new InitProducerIdRequestData().setTransactionalId(null).setTransactionTimeoutMs(Integer.MAX_VALUE);
        await("producer id", () -> {
            try {
                return ((InitProducerIdResponseData) ask(1, ApiKeys.INIT_PRODUCER_ID, 5, request)).errorCode() == 0;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** Waits until a follower knows that all which node 1 has is committed: Kafka's hears of that with its next fetch. */
    void awaitHighWatermark(int node, String topic, int partition) throws IOException {
        var latest = new ListOffsetsRequestData.ListOffsetsPartition()
                .setPartitionIndex(partition)
                .setTimestamp(-1);
        var offsets = new ListOffsetsRequestData()
                .setReplicaId(-1)
                .setTopics(List.of(new ListOffsetsRequestData.ListOffsetsTopic()
                        .setName(topic)
                        .setPartitions(List.of(latest))));
        var end = (ListOffsetsResponseData) ask(1, ApiKeys.LIST_OFFSETS, 7, offsets);
        long committed = end.topics().get(0).partitions().get(0).offset();
        await(
                "high watermark " + committed + " on node " + node,
                () -> highWatermark(node, topic, partition) == committed);
    }

    private long highWatermark(int node, String topic, int partition) {
        var wanted = new FetchRequestData.FetchPartition()
                .setPartition(partition)
                .setCurrentLeaderEpoch(-1)
                .setPartitionMaxBytes(1);
        var request = new FetchRequestData()
                .setReplicaId(-1)
                .setTopics(List.of(
                        new FetchRequestData.FetchTopic().setTopic(topic).setPartitions(List.of(wanted))));
        try {
            var answer = (FetchResponseData) ask(node, ApiKeys.FETCH, 12, request);
            return answer.responses().get(0).partitions().get(0).highWatermark();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isComplete(int node, String topic) {
        var found = metadata(node, topic);
        boolean complete = found.errorCode() == 0
                && found.partitions().stream()
                        .allMatch(p -> p.errorCode() == 0
                                && p.isrNodes().size() == p.replicaNodes().size());
        if (complete) {
            topicIds.put(topic, found.topicId());
        }
        return complete;
    }

    private MetadataResponseData.MetadataResponseTopic metadata(int node, String topic) {
        var request = new MetadataRequestData()
                .setAllowAutoTopicCreation(false)
                .setTopics(List.of(new MetadataRequestData.MetadataRequestTopic().setName(topic)));
        try {
            var answer = (MetadataResponseData) ask(node, ApiKeys.METADATA, 12, request);
            return answer.topics().iterator().next();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The node that coordinates a group; waits until there is one that answers. */
    int coordinator(String group) throws IOException {
        Integer known = coordinators.get(group);
        if (known == null) {
            await("coordinator of " + group, () -> findCoordinator(group));
            known = coordinators.get(group);
        }
        return known;
    }

    private boolean findCoordinator(String group) {
        var request = new FindCoordinatorRequestData().setKeyType((byte) 0).setCoordinatorKeys(List.of(group));
        try {
            var answer = (FindCoordinatorResponseData) ask(1, ApiKeys.FIND_COORDINATOR, 4, request);
            var found = answer.coordinators().get(0);
            if (found.errorCode() != Errors.NONE.code() || !Groups.isLoaded(this, found.nodeId(), group)) {
                return false;
            }
            coordinators.put(group, found.nodeId());
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void await(String what, BooleanSupplier condition) throws IOException {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadlineNs > 0) {
                throw new IOException(name + ": no " + what + " within " + PATIENCE_MS / 1_000 + " s");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(BETWEEN_LOOKS_MS));
        }
    }

    @Override
    public void close() throws IOException {
        for (Connection connection : connections.values()) {
            connection.close();
        }
    }
}
