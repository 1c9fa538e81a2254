// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.sun.management.ThreadMXBean;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.server.net.NetSettings;
import io.shiplog.server.net.RawClient;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ReplicaState;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.utils.ByteUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a client must not be able to do to a node: every bad input ends in a Kafka error or a closed connection, with one log
 * line, without memory for what was only declared, and the other connections go on.
 */
class HostileInputTest {
    private static final int HUGE = Integer.MAX_VALUE - 16;
    /** What serving one small request may cost on the loop, far below anything that the inputs declare. */
    private static final long ALLOCATION_BOUND = 1 << 20;

    private static final short METADATA = 9;
    private static final short OLD_METADATA = 1;

    @TempDir
    Path directory;

    private final TestCluster cluster = new TestCluster(1);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private Uuid topicId;
    private Replica replica;
    private TestNode node;
    private RawClient bystander;

    @BeforeEach
    void start() throws Exception {
        node = new TestNode(cluster, 1, directory, NetSettings.defaults());
        cluster.broker(1, node.port());
        cluster.broker(2, 1);
        topicId = cluster.topic("t", 1, 1, 2);
        replica = node.host("t", 0);
        bystander = new RawClient(node.port());
        assertBystanderIsServed();
        log.start();
        serverLogger().addAppender(log);
    }

    @AfterEach
    void stop() throws IOException {
        serverLogger().detachAppender(log);
        bystander.close();
        node.close();
    }

    static Stream<Arguments> framesThatCloseTheConnection() {
        return Stream.of(
                bad("negative length", out -> out.putInt(-1)),
                bad("zero length", out -> out.putInt(0)),
                bad("huge length", out -> out.putInt(Integer.MAX_VALUE)),
                bad("one byte more than allowed", out -> out.putInt(NetSettings.DEFAULT_REQUEST_MAX_BYTES + 1)),
                bad("no room for a header", out -> out.putInt(7).put(new byte[7])),
                bad("an HTTP request", out -> out.put("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII))),
                bad("unknown API key", out -> request(out, 9999, 0, nothing -> {})),
                bad("negative API key", out -> request(out, -1, 0, nothing -> {})),
                bad("API key without versions", out -> request(out, ApiKeys.LEADER_AND_ISR.id, 0, nothing -> {})),
                bad("API that is not served", out -> request(out, ApiKeys.VOTE.id, 0, nothing -> {})),
                bad("version too new", out -> request(out, ApiKeys.METADATA.id, 99, nothing -> {})),
                bad("negative version", out -> request(out, ApiKeys.METADATA.id, -1, nothing -> {})),
                bad("Produce version 0", out -> request(out, ApiKeys.PRODUCE.id, 0, nothing -> {})),
                bad(
                        "client id longer than the frame",
                        out -> framed(
                                out,
                                frame -> frame.putShort(ApiKeys.METADATA.id)
                                        .putShort(METADATA)
                                        .putInt(1)
                                        .putShort(Short.MAX_VALUE))),
                bad(
                        "header with a million tagged fields",
                        out -> framed(out, frame -> {
                            frame.putShort(ApiKeys.METADATA.id)
                                    .putShort(METADATA)
                                    .putInt(1)
                                    .putShort((short) -1);
                            ByteUtils.writeUnsignedVarint(1_000_000, frame);
                        })),
                bad("body cut off", out -> request(out, ApiKeys.METADATA.id, METADATA, body -> body.put((byte) 5))),
                bad("no body", out -> request(out, ApiKeys.METADATA.id, METADATA, body -> {})),
                bad(
                        "count far above the bytes left",
                        out -> request(out, ApiKeys.METADATA.id, OLD_METADATA, body -> body.putInt(HUGE))),
                bad(
                        "compact count far above the bytes left",
                        out -> request(
                                out, ApiKeys.METADATA.id, METADATA, body -> ByteUtils.writeUnsignedVarint(HUGE, body))),
                bad(
                        "negative count",
                        out -> request(
                                out,
                                ApiKeys.LIST_OFFSETS.id,
                                1,
                                body -> body.putInt(-1).putInt(-2))),
                bad(
                        "string longer than the frame",
                        out -> request(
                                out,
                                ApiKeys.METADATA.id,
                                OLD_METADATA,
                                body -> body.putInt(1).putShort(Short.MAX_VALUE))),
                bad(
                        "null where a name must be",
                        out -> request(
                                out,
                                ApiKeys.METADATA.id,
                                OLD_METADATA,
                                body -> body.putInt(1).putShort((short) -1))),
                bad(
                        "varint that does not end",
                        out -> request(out, ApiKeys.METADATA.id, METADATA, body -> body.putLong(-1L))),
                bad(
                        "records longer than the frame",
                        out -> request(
                                out,
                                ApiKeys.PRODUCE.id,
                                3,
                                body -> body.putShort((short) -1)
                                        .putShort((short) 1)
                                        .putInt(1000)
                                        .putInt(1)
                                        .putShort((short) 1)
                                        .put((byte) 't')
                                        .putInt(1)
                                        .putInt(0)
                                        .putInt(HUGE))),
                bad(
                        "Fetch of more partitions than there are bytes",
                        out -> request(
                                out,
                                ApiKeys.FETCH.id,
                                4,
                                body -> body.putInt(-1)
                                        .putInt(0)
                                        .putInt(0)
                                        .putInt(0)
                                        .put((byte) 0)
                                        .putInt(HUGE))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("framesThatCloseTheConnection")
    void closesTheConnectionWithOneLineAndNoAllocation(String name, byte[] bytes) throws Exception {
        long allocatedBefore = allocatedOnLoop();
        try (RawClient client = new RawClient(node.port())) {
            client.send(bytes);
            assertThat(client.isClosedByPeer()).isTrue();
        }
        assertThat(allocatedOnLoop() - allocatedBefore).isLessThan(ALLOCATION_BOUND);
        assertThat(log.list)
                .filteredOn(event -> event.getLevel().isGreaterOrEqual(Level.INFO))
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.getFormattedMessage()).contains("closed:");
                    assertThat(event.getThrowableProxy()).isNull();
                });
        assertBystanderIsServed();
    }

    @Test
    void manySmallElementsAreBounded() throws Exception {
        int elements = 2_000_000;
        byte[] bytes = request(2 * elements + 64, ApiKeys.METADATA.id, METADATA, body -> {
            ByteUtils.writeUnsignedVarint(elements + 1, body);
            body.put(new byte[2 * elements]);
        });
        long allocatedBefore = allocatedOnLoop();
        try (RawClient client = new RawClient(node.port())) {
            client.send(bytes);
            assertThat(client.isClosedByPeer()).isTrue();
        }
        assertThat(allocatedOnLoop() - allocatedBefore).isLessThan(ALLOCATION_BOUND);
        assertBystanderIsServed();
    }

    @Test
    void aFrameThatStopsHalfwayHoldsNobodyUp() throws Exception {
        try (RawClient client = new RawClient(node.port())) {
            client.send(ByteBuffer.allocate(8).putInt(9_000_000).putInt(3).array());
            assertBystanderIsServed();
        }
        assertBystanderIsServed();
    }

    @Test
    void corruptBatchesAreRefusedAndNothingIsAppended() throws Exception {
        MemoryRecords good = Batches.of("a", "b", "c");
        int size = good.sizeInBytes();
        Random random = new Random(1);
        try (RawClient client = new RawClient(node.port())) {
            for (int i = 0; i < 200; i++) {
                ByteBuffer damaged = ByteBuffer.allocate(size);
                damaged.put(good.buffer().duplicate()).flip();
                // the CRC covers everything behind it; base offset and leader epoch are the leader's to set
                int at = 17 + random.nextInt(size - 17);
                damaged.put(at, (byte) (damaged.get(at) ^ 1 << random.nextInt(8)));
                assertThat(produce(client, damaged)).isIn(Errors.CORRUPT_MESSAGE, Errors.INVALID_RECORD);
            }
            assertThat((long) node.onLoop(replica::highWatermark)).isZero();
            assertThat(node.onLoop(() -> replica.log().logEndOffset())).isZero();
        }
    }

    @Test
    void whoeverIsNoRegisteredNodeDoesNotFetchAsAReplica() throws Exception {
        long epoch = cluster.image().broker(2).epoch();
        try (RawClient client = new RawClient(node.port())) {
            assertThat(fetchAs(client, 9, 0)).isEqualTo(Errors.BROKER_ID_NOT_REGISTERED);
            assertThat(fetchAs(client, 2, epoch + 1)).isEqualTo(Errors.STALE_BROKER_EPOCH);
            assertThat(fetchAs(client, 2, -1)).isEqualTo(Errors.STALE_BROKER_EPOCH);
            assertThat(fetchAs(client, 2, epoch)).isEqualTo(Errors.NONE);
        }
    }

    @Test
    void randomBodiesNeverDoMoreThanCloseTheirConnection() throws Exception {
        Random random = new Random(42);
        for (ApiKeys api : ApiKeys.values()) {
            if (!api.hasValidVersion()) {
                continue;
            }
            for (short version = api.oldestVersion(); version <= api.latestVersion(); version++) {
                for (int i = 0; i < 4; i++) {
                    sendRandomBody(random, api, version);
                }
            }
        }
        assertThat(node.escaped).isEmpty();
        assertBystanderIsServed();
    }

    private void sendRandomBody(Random random, ApiKeys api, short version) throws IOException {
        byte[] body = new byte[random.nextInt(200)];
        random.nextBytes(body);
        for (int i = 0; i < body.length && random.nextBoolean(); i++) {
            body[i] = (byte) random.nextInt(3); // small numbers get further than random ones
        }
        try (RawClient client = new RawClient(node.port())) {
            client.send(request(300, api.id, version, out -> out.put(body)));
        }
    }

    private static Arguments bad(String name, Consumer<ByteBuffer> fill) {
        ByteBuffer out = ByteBuffer.allocate(1024);
        fill.accept(out);
        byte[] bytes = new byte[out.flip().remaining()];
        out.get(bytes);
        return Arguments.of(name, bytes);
    }

    private static byte[] request(int capacity, int api, int version, Consumer<ByteBuffer> body) {
        ByteBuffer out = ByteBuffer.allocate(capacity);
        request(out, api, version, body);
        byte[] bytes = new byte[out.flip().remaining()];
        out.get(bytes);
        return bytes;
    }

    /** A frame with a good header of the version's kind. */
    private static void request(ByteBuffer out, int api, int version, Consumer<ByteBuffer> body) {
        framed(out, frame -> {
            frame.putShort((short) api)
                    .putShort((short) version)
                    .putInt(1)
                    .putShort((short) 1)
                    .put((byte) 'c');
            boolean known = ApiKeys.hasId(api) && ApiKeys.forId(api).hasValidVersion();
            if (known && ApiKeys.forId(api).requestHeaderVersion((short) version) >= 2) {
                frame.put((byte) 0);
            }
            body.accept(frame);
        });
    }

    private static void framed(ByteBuffer out, Consumer<ByteBuffer> fill) {
        int start = out.position();
        out.putInt(0);
        fill.accept(out);
        out.putInt(start, out.position() - start - 4);
    }

    private Errors produce(RawClient client, ByteBuffer records) throws IOException {
        short version = 13;
        TopicProduceData topic = new TopicProduceData().setTopicId(topicId);
        topic.partitionData()
                .add(new PartitionProduceData().setIndex(0).setRecords(MemoryRecords.readableRecords(records)));
        ProduceRequestData request = new ProduceRequestData().setAcks((short) 1).setTimeoutMs(1_000);
        request.topicData().add(topic);
        client.send(ApiKeys.PRODUCE, version, 1, request);
        ByteBuffer answer = client.receive();
        RawClient.correlationId(answer, ApiKeys.PRODUCE, version);
        ProduceResponseData response = new ProduceResponseData(new ByteBufferAccessor(answer), version);
        return Errors.forCode(response.responses()
                .iterator()
                .next()
                .partitionResponses()
                .get(0)
                .errorCode());
    }

    private Errors fetchAs(RawClient client, int replicaId, long brokerEpoch) throws IOException {
        short version = 18;
        FetchRequestData request = new FetchRequestData()
                .setReplicaState(new ReplicaState().setReplicaId(replicaId).setReplicaEpoch(brokerEpoch))
                .setMaxBytes(1000)
                .setSessionEpoch(-1)
                .setTopics(List.of(new FetchTopic()
                        .setTopicId(topicId)
                        .setPartitions(
                                List.of(new FetchPartition().setPartition(0).setPartitionMaxBytes(1000)))));
        client.send(ApiKeys.FETCH, version, 1, request);
        ByteBuffer answer = client.receive();
        RawClient.correlationId(answer, ApiKeys.FETCH, version);
        return Errors.forCode(new FetchResponseData(new ByteBufferAccessor(answer), version).errorCode());
    }

    private void assertBystanderIsServed() throws IOException {
        bystander.send(ApiKeys.METADATA, METADATA, 4711, new MetadataRequestData().setTopics(null));
        assertThat(RawClient.correlationId(bystander.receive(), ApiKeys.METADATA, METADATA))
                .isEqualTo(4711);
    }

    private long allocatedOnLoop() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        return node.onLoop(
                () -> threads.getThreadAllocatedBytes(Thread.currentThread().getId()));
    }

    private static Logger serverLogger() {
        return (Logger) org.slf4j.LoggerFactory.getLogger("io.shiplog.server");
    }
}
