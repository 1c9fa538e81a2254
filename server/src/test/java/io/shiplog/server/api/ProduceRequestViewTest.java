// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.server.protocol.RequestHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The view beside the class that Kafka generates for the same bytes. */
class ProduceRequestViewTest {
    private static final int REQUESTS = 200;
    private static final int MUTANTS = 20_000;
    private static final short FIRST_FLEXIBLE = 9;
    private static final short FIRST_WITH_IDS = 13;

    private final ProduceRequestView view = new ProduceRequestView();

    /** What a request says, however it was read. */
    private record Said(boolean transactional, short acks, int timeoutMs, List<SaidTopic> topics) {}

    private record SaidTopic(String name, Uuid id, List<SaidPartition> partitions) {}

    private record SaidPartition(int index, ByteBuffer records) {}

    static IntStream versions() {
        return IntStream.rangeClosed(3, ApiKeys.PRODUCE.latestVersion());
    }

    @ParameterizedTest
    @MethodSource("versions")
    void readsWhatKafkasClassReads(int version) {
        SplittableRandom random = new SplittableRandom(version);
        for (int i = 0; i < REQUESTS; i++) {
            ByteBuffer bytes = FakeExchange.encode(request(random, version), (short) version);
            Said byKafka = byKafka(bytes.duplicate(), version);
            assertThat(byView(bytes, version)).isEqualTo(byKafka);
        }
    }

    /** Cut off, and with bytes that are others. */
    @ParameterizedTest
    @MethodSource("versions")
    void refusesWhatKafkasClassRefusesAndNothingElse(int version) {
        SplittableRandom random = new SplittableRandom(1_000 + version);
        Set<Boolean> outcomes = new HashSet<>();
        for (int i = 0; i < MUTANTS; i++) {
            byte[] bytes = mutant(FakeExchange.encode(request(random, version), (short) version), random);
            Said byKafka = unlessRefused(() -> byKafka(ByteBuffer.wrap(bytes), version));
            Said byView = unlessRefused(() -> byView(ByteBuffer.wrap(bytes), version));
            assertThat(byView).as("version %d, mutant %d", version, i).isEqualTo(byKafka);
            outcomes.add(byKafka == null);
        }
        assertThat(outcomes).containsExactlyInAnyOrder(true, false);
    }

    @ParameterizedTest
    @MethodSource("versions")
    void passesOverTopicsThatNobodyLooksAt(int version) {
        ProduceRequestData request = request(version, topic("first", 3), topic("second", 1));
        view.wrap(FakeExchange.encode(request, (short) version), header(version));
        assertThat(view.nextTopic()).isTrue();
        assertThat(view.nextPartition()).isTrue();
        assertThat(view.nextTopic()).isTrue();
        assertThat(view.partitionsLeft()).isOne();
        assertThat(view.nextPartition()).isTrue();
        assertThat(view.nextPartition()).isFalse();
        assertThat(view.nextPartition()).isFalse();
        assertThat(view.nextTopic()).isFalse();
    }

    @Test
    void theRecordsLieInTheRequestsOwnBytes() {
        ByteBuffer bytes = FakeExchange.encode(request(9, topic("t", 1)), (short) 9);
        view.wrap(bytes, header(9));
        view.nextTopic();
        view.nextPartition();
        assertThat(view.records()).isSameAs(bytes);
    }

    @Test
    void theSameTopicIsTheSameObject() {
        String name = null;
        for (int i = 0; i < 2; i++) {
            view.wrap(FakeExchange.encode(request(12, topic("orders", 1)), (short) 12), header(12));
            view.nextTopic();
            if (i > 0) {
                assertThat(view.topicName()).isSameAs(name);
            }
            name = view.topicName();
        }
        assertThat(name).isEqualTo("orders");
    }

    @ParameterizedTest
    @MethodSource("versions")
    void refusesMorePartitionsThanTheBytesCanHonestlyHold(int version) {
        ByteBuffer bytes = FakeExchange.encode(request(version, emptyPartitions(100_000)), (short) version);
        assertThatThrownBy(() -> view.wrap(bytes, header(version)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("more elements than its bytes can hold");
    }

    @Test
    void refusesMorePartitionsThanARequestMayName() {
        ProduceRequestData request = request(9, emptyPartitions(200_000));
        request.topicData().iterator().next().partitionData().get(0).setRecords(records(new byte[1 << 21]));
        ByteBuffer bytes = FakeExchange.encode(request, (short) 9);
        assertThatThrownBy(() -> view.wrap(bytes, header(9)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("where at most 199999 are left");
    }

    /** An answer would have to carry the name, in which each such byte takes three. */
    @Test
    void refusesALongNameThatIsNoText() {
        byte[] name = new byte[20_000];
        Arrays.fill(name, (byte) 0xff);
        ByteBuffer bytes = ByteBuffer.allocate(name.length + 64);
        bytes.putShort((short) -1).putShort((short) 1).putInt(1_000).putInt(1);
        bytes.putShort((short) name.length).put(name).putInt(0).flip();
        assertThatThrownBy(() -> view.wrap(bytes, header(3)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("20000 bytes");
    }

    private static TopicProduceData emptyPartitions(int count) {
        TopicProduceData topic = topic("t", 0);
        for (int p = 0; p < count; p++) {
            topic.partitionData().add(new PartitionProduceData().setIndex(p).setRecords(records(new byte[0])));
        }
        return topic;
    }

    private static RequestHeader header(int version) {
        return new RequestHeader(ApiKeys.PRODUCE, (short) version, "");
    }

    private static TopicProduceData topic(String name, int partitions) {
        TopicProduceData topic = new TopicProduceData();
        topic.setName(name);
        for (int p = 0; p < partitions; p++) {
            topic.partitionData().add(new PartitionProduceData().setIndex(p).setRecords(records(new byte[] {1, 2, 3})));
        }
        return topic;
    }

    private static ProduceRequestData request(int version, TopicProduceData... topics) {
        ProduceRequestData request =
                new ProduceRequestData().setAcks((short) -1).setTimeoutMs(1_000);
        for (TopicProduceData topic : topics) {
            if (version >= FIRST_WITH_IDS) {
                topic.setTopicId(new Uuid(1, topic.name().hashCode())).setName("");
            }
            request.topicData().add(topic);
        }
        return request;
    }

    private static ProduceRequestData request(SplittableRandom random, int version) {
        ProduceRequestData request =
                new ProduceRequestData().setAcks((short) random.nextInt(-2, 3)).setTimeoutMs(random.nextInt());
        if (random.nextInt(4) == 0) {
            request.setTransactionalId("t".repeat(random.nextInt(200)));
        }
        int topics = random.nextInt(4);
        for (int t = 0; t < topics; t++) {
            request.topicData().add(topic(random, version));
        }
        addTags(request.unknownTaggedFields(), random, version);
        return request;
    }

    private static TopicProduceData topic(SplittableRandom random, int version) {
        TopicProduceData topic = new TopicProduceData();
        if (version >= FIRST_WITH_IDS) {
            topic.setTopicId(new Uuid(random.nextInt(3), random.nextInt(3)));
        } else {
            topic.setName("\u00e4".repeat(random.nextInt(3)) + "n".repeat(random.nextInt(130)));
        }
        int partitions = random.nextInt(4);
        for (int p = 0; p < partitions; p++) {
            PartitionProduceData partition = new PartitionProduceData().setIndex(random.nextInt());
            if (random.nextInt(4) > 0) {
                byte[] records = new byte[random.nextInt(200)];
                random.nextBytes(records);
                partition.setRecords(records(records));
            }
            addTags(partition.unknownTaggedFields(), random, version);
            topic.partitionData().add(partition);
        }
        addTags(topic.unknownTaggedFields(), random, version);
        return topic;
    }

    private static void addTags(List<RawTaggedField> tags, SplittableRandom random, int version) {
        for (int i = 0; version >= FIRST_FLEXIBLE && i < random.nextInt(3); i++) {
            tags.add(new RawTaggedField(i * 100, new byte[random.nextInt(150)]));
        }
    }

    private static MemoryRecords records(byte[] bytes) {
        return MemoryRecords.readableRecords(ByteBuffer.wrap(bytes));
    }

    private static byte[] mutant(ByteBuffer honest, SplittableRandom random) {
        byte[] bytes = new byte[random.nextInt(3) == 0 ? random.nextInt(honest.remaining() + 1) : honest.remaining()];
        honest.get(bytes);
        int changes = random.nextInt(3);
        for (int i = 0; bytes.length > 0 && i < changes; i++) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return bytes;
    }

    private interface Reading {
        Said read();
    }

    /** Null for bytes that are none. */
    private static Said unlessRefused(Reading reading) {
        try {
            return reading.read();
        } catch (RuntimeException refused) {
            return null;
        }
    }

    private Said byView(ByteBuffer bytes, int version) {
        view.wrap(bytes, header(version));
        List<SaidTopic> topics = new ArrayList<>();
        while (view.nextTopic()) {
            String name = view.topicName();
            Uuid id = view.topicId();
            List<SaidPartition> partitions = new ArrayList<>();
            while (view.nextPartition()) {
                partitions.add(new SaidPartition(view.partition(), copy(view.records())));
            }
            topics.add(new SaidTopic(name, id, partitions));
        }
        Said said = new Said(view.isTransactional(), view.acks(), view.timeoutMs(), topics);
        view.release();
        return said;
    }

    private static Said byKafka(ByteBuffer bytes, int version) {
        ProduceRequestData request = new ProduceRequestData(new ByteBufferAccessor(bytes), (short) version);
        List<SaidTopic> topics = new ArrayList<>();
        for (TopicProduceData topic : request.topicData()) {
            List<SaidPartition> partitions = topic.partitionData().stream()
                    .map(each -> new SaidPartition(
                            each.index(),
                            each.records() == null
                                    ? ByteBuffer.allocate(0)
                                    : copy(((MemoryRecords) each.records()).buffer())))
                    .toList();
            topics.add(new SaidTopic(topic.name(), topic.topicId(), partitions));
        }
        return new Said(request.transactionalId() != null, request.acks(), request.timeoutMs(), topics);
    }

    private static ByteBuffer copy(ByteBuffer bytes) {
        return ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
    }
}
