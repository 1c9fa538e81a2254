// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.twin;

import io.shiplog.metadata.endpoint.EndpointCaller;
import io.shiplog.metadata.endpoint.EndpointHandler;
import io.shiplog.metadata.endpoint.EndpointLimits;
import io.shiplog.metadata.endpoint.EndpointServer;
import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.Features;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.DescribeNodeResponse;
import io.shiplog.metadata.proto.DescribeReplicasResponse;
import io.shiplog.metadata.proto.DirectoryState;
import io.shiplog.metadata.proto.EndpointRequest;
import io.shiplog.metadata.proto.EndpointResponse;
import io.shiplog.metadata.proto.HelloResponse;
import io.shiplog.metadata.proto.ReplicaName;
import io.shiplog.metadata.proto.ReplicaReport;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/** A storage node: what it says of itself follows from the metadata, until a test says otherwise. Any thread. */
public final class StorageTwin implements EndpointHandler, AutoCloseable {
    /** Bytes and records of every replica. */
    public static final long BYTES = 1 << 20;

    public static final long RECORDS = 1_000;

    public static final String DIRECTORY = "/disk";

    private final int id;
    private final QuorumTwin quorum;
    private final EndpointServer admin;
    private final KafkaTwin kafka = new KafkaTwin();
    private final AtomicInteger questions = new AtomicInteger();
    private final AtomicInteger mostQuestions = new AtomicInteger();
    private final Map<PartitionId, Long> bytes = new ConcurrentHashMap<>();
    private volatile boolean tells = true;
    private volatile int answersAfterMs;
    private volatile DirectoryState.Builder directory = DirectoryState.newBuilder()
            .setPath(DIRECTORY)
            .setTotalBytes(100L << 30)
            .setUsableBytes(75L << 30)
            .setLogs(3);

    StorageTwin(int id, QuorumTwin quorum) throws IOException {
        this.id = id;
        this.quorum = quorum;
        this.admin = new EndpointServer("127.0.0.1", 0, this, EndpointLimits.ADMIN);
        kafka.on(ApiKeys.API_VERSIONS, request -> versions());
        kafka.on(ApiKeys.DESCRIBE_QUORUM, request -> describeQuorum());
        kafka.on(ApiKeys.METADATA, request -> metadata((MetadataRequestData) request));
        kafka.on(ApiKeys.DESCRIBE_LOG_DIRS, request -> logDirs());
    }

    /** Its Kafka port. */
    public int kafkaPort() {
        return kafka.port();
    }

    int adminPort() {
        return admin.port();
    }

    /** {@code HOST:PORT} of its Kafka port. */
    public String address() {
        return "127.0.0.1:" + kafka.port();
    }

    /** How it answers Kafka's requests of a kind. */
    public StorageTwin on(ApiKeys api, Function<ApiMessage, ApiMessage> answer) {
        kafka.on(api, answer);
        return this;
    }

    /** Kafka's requests that came to it. */
    public List<ApiMessage> asked() {
        return kafka.asked();
    }

    /** Its one directory, from now on. */
    public void directory(DirectoryState.Builder state) {
        directory = state;
    }

    /** It declines to tell of itself, from now on. */
    public void mute() {
        tells = false;
    }

    /** It takes a while for each question about replicas. */
    public void answersAfterMs(int ms) {
        answersAfterMs = ms;
    }

    /** The most questions about replicas that it had to answer at the same time. */
    public int mostQuestions() {
        return mostQuestions.get();
    }

    /** How large one replica is here. */
    public void bytes(PartitionId partition, long size) {
        bytes.put(partition, size);
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the connection has the answer
    public void onRequest(EndpointCaller caller, EndpointRequest request) {
        EndpointResponse.Builder answer = EndpointResponse.newBuilder().setCorrelationId(request.getCorrelationId());
        if (request.hasHello()) {
            caller.answer(
                    answer.setHello(HelloResponse.newBuilder().setNodeId(id)).build());
        } else if (!tells) {
            caller.answer(answer.setError(Errors.UNKNOWN_SERVER_ERROR.code())
                    .setMessage("not now")
                    .build());
        } else if (request.hasDescribeNode()) {
            caller.answer(answer.setDescribeNode(node()).build());
        } else {
            mostQuestions.accumulateAndGet(questions.incrementAndGet(), Math::max);
            DescribeReplicasResponse.Builder replicas = DescribeReplicasResponse.newBuilder();
            request.getDescribeReplicas().getPartitionsList().forEach(each -> replicas.addReplicas(replica(each)));
            Thread later = new Thread(() -> {
                try {
                    Thread.sleep(answersAfterMs);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                questions.decrementAndGet();
                caller.answer(answer.setDescribeReplicas(replicas).build());
            });
            later.setDaemon(true);
            later.start();
        }
    }

    @Override
    public void onClosed(EndpointCaller caller) {}

    private DescribeNodeResponse node() {
        BrokerImage broker = quorum.image().broker(id);
        return DescribeNodeResponse.newBuilder()
                .setNodeId(id)
                .setVersion("0.1.0")
                .setUptimeMs(60_000)
                .setBrokerEpoch(broker == null ? -1 : broker.epoch())
                .setLeaseRemainingMs(1_000)
                .addDirectories(directory)
                .build();
    }

    private long bytesOf(Uuid topic, int partition) {
        return bytes.getOrDefault(new PartitionId(topic, partition), BYTES);
    }

    private ReplicaReport replica(ReplicaName name) {
        Uuid topic = Uuids.fromBytes(name.getTopicId());
        PartitionImage partition = quorum.image().partition(topic, name.getPartition());
        ReplicaReport.Builder report = ReplicaReport.newBuilder()
                .setTopicId(name.getTopicId())
                .setPartition(name.getPartition())
                .setDamagedFrom(-1);
        if (partition == null || !partition.isReplica(id)) {
            return report.setRole(ReplicaReport.Role.NOT_HERE).build();
        }
        return report.setRole(partition.leader() == id ? ReplicaReport.Role.LEADER : ReplicaReport.Role.FOLLOWER)
                .setLeaderId(partition.leader())
                .setLogEndOffset(RECORDS)
                .setFlushedOffset(RECORDS)
                .setHighWatermark(RECORDS)
                .setBytes(bytesOf(topic, name.getPartition()))
                .setSegments(1)
                .setDirectory(DIRECTORY)
                .build();
    }

    private ApiVersionsResponseData versions() {
        ApiVersionsResponseData versions = new ApiVersionsResponseData();
        for (ApiKeys api : kafka.known()) {
            versions.apiKeys()
                    .add(new ApiVersionsResponseData.ApiVersion()
                            .setApiKey(api.id)
                            .setMinVersion(api.oldestVersion())
                            .setMaxVersion(api.latestVersion()));
        }
        versions.supportedFeatures()
                .add(new ApiVersionsResponseData.SupportedFeatureKey()
                        .setName(Features.SHIPLOG_METADATA_VERSION)
                        .setMinVersion((short) 1)
                        .setMaxVersion((short) 3));
        return versions;
    }

    private DescribeQuorumResponseData describeQuorum() {
        DescribeQuorumResponseData answer = new DescribeQuorumResponseData();
        DescribeQuorumResponseData.Listener listener = new DescribeQuorumResponseData.Listener()
                .setName("Q")
                .setHost("127.0.0.1")
                .setPort(quorum.port());
        DescribeQuorumResponseData.ListenerCollection listeners = new DescribeQuorumResponseData.ListenerCollection();
        listeners.add(listener);
        answer.nodes()
                .add(new DescribeQuorumResponseData.Node()
                        .setNodeId(QuorumTwin.NODE)
                        .setListeners(listeners));
        return answer;
    }

    private MetadataResponseData metadata(MetadataRequestData request) {
        MetadataResponseData answer = new MetadataResponseData()
                .setClusterId(quorum.image().clusterId())
                .setControllerId(id);
        for (BrokerImage broker : quorum.image().brokers()) {
            if (!broker.fenced()) {
                answer.brokers()
                        .add(new MetadataResponseData.MetadataResponseBroker()
                                .setNodeId(broker.id())
                                .setHost(broker.endpoints().get(0).host())
                                .setPort(broker.endpoints().get(0).port()));
            }
        }
        if (request.topics() == null) {
            quorum.image().topics().forEach(topic -> answer.topics().add(topic(topic)));
        } else {
            for (MetadataRequestData.MetadataRequestTopic wanted : request.topics()) {
                TopicImage topic = quorum.image().topic(wanted.name());
                answer.topics()
                        .add(
                                topic != null
                                        ? topic(topic)
                                        : new MetadataResponseData.MetadataResponseTopic()
                                                .setName(wanted.name())
                                                .setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code()));
            }
        }
        return answer;
    }

    private static MetadataResponseData.MetadataResponseTopic topic(TopicImage topic) {
        MetadataResponseData.MetadataResponseTopic answer = new MetadataResponseData.MetadataResponseTopic()
                .setName(topic.name())
                .setTopicId(topic.id());
        for (int number = 0; number < topic.partitionCount(); number++) {
            PartitionImage partition = topic.partition(number);
            answer.partitions()
                    .add(new MetadataResponseData.MetadataResponsePartition()
                            .setPartitionIndex(number)
                            .setLeaderId(partition.leader())
                            .setLeaderEpoch(partition.leaderEpoch())
                            .setErrorCode(
                                    partition.hasLeader() ? Errors.NONE.code() : Errors.LEADER_NOT_AVAILABLE.code())
                            .setReplicaNodes(boxed(partition.replicas()))
                            .setIsrNodes(boxed(partition.isr())));
        }
        return answer;
    }

    private static List<Integer> boxed(int[] ids) {
        return java.util.Arrays.stream(ids).boxed().toList();
    }

    private DescribeLogDirsResponseData logDirs() {
        DescribeLogDirsResponseData.DescribeLogDirsResult result =
                new DescribeLogDirsResponseData.DescribeLogDirsResult()
                        .setLogDir(DIRECTORY)
                        .setTotalBytes(directory.getTotalBytes())
                        .setUsableBytes(directory.getUsableBytes());
        for (TopicImage topic : quorum.image().topics()) {
            DescribeLogDirsResponseData.DescribeLogDirsTopic logs =
                    new DescribeLogDirsResponseData.DescribeLogDirsTopic().setName(topic.name());
            for (int number = 0; number < topic.partitionCount(); number++) {
                if (topic.partition(number).isReplica(id)) {
                    logs.partitions()
                            .add(new DescribeLogDirsResponseData.DescribeLogDirsPartition()
                                    .setPartitionIndex(number)
                                    .setPartitionSize(bytesOf(topic.id(), number)));
                }
            }
            result.topics().add(logs);
        }
        return new DescribeLogDirsResponseData().setResults(List.of(result));
    }

    @Override
    public void close() throws IOException {
        admin.close();
        kafka.close();
    }
}
