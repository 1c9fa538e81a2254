// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.diff;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Records written, by every version, well and badly. What is in {@link TopicSteps#TOPIC} afterwards is the same on both. */
final class RecordSteps {
    /** When records were made, by what they say: now, or retention would take them. */
    static final long TIME_MS = System.currentTimeMillis();

    private static final int TIMEOUT_MS = 10_000;
    private static final long WEEK_MS = 7 * 86_400_000L;
    private static final int LENGTH_POSITION = 8;
    private static final int MAGIC_POSITION = 16;
    private static final int CRC_POSITION = 17;
    private static final int LAST_DELTA_POSITION = 23;
    private static final int COUNT_POSITION = 57;

    private RecordSteps() {}

    static void addTo(Script script) {
        good(script);
        wrongPlace(script);
        wrongBatch(script);
        wrongRecords(script);
        producers(script);
    }

    private static void good(Script script) {
        produce(script, "three records, acks=all", (short) -1, TopicSteps.TOPIC, 0, plain(Compression.NONE));
        produce(script, "three records, acks=1", (short) 1, TopicSteps.TOPIC, 0, plain(Compression.NONE));
        produce(
                script,
                "lz4",
                (short) -1,
                TopicSteps.TOPIC,
                1,
                plain(Compression.lz4().build()));
        produce(
                script,
                "gzip",
                (short) -1,
                TopicSteps.TOPIC,
                1,
                plain(Compression.gzip().build()));
        produce(
                script,
                "snappy",
                (short) -1,
                TopicSteps.TOPIC,
                1,
                plain(Compression.snappy().build()));
        script.ask(
                ApiKeys.PRODUCE,
                "zstd",
                (cluster, v) -> request(
                        cluster,
                        (short) -1,
                        TopicSteps.TOPIC,
                        1,
                        v < 7
                                ? plain(Compression.NONE)
                                : plain(Compression.zstd().build())));
    }

    private static void wrongPlace(Script script) {
        produce(script, "an unknown topic", (short) -1, "unknown", 0, plain(Compression.NONE));
        produce(script, "an unknown partition", (short) -1, TopicSteps.TOPIC, 9, plain(Compression.NONE));
        produce(script, "a negative partition", (short) -1, TopicSteps.TOPIC, -1, plain(Compression.NONE));
        produce(script, "acks=2", (short) 2, TopicSteps.TOPIC, 0, plain(Compression.NONE));
        produce(
                script,
                "a partition that another node leads",
                (short) -1,
                TopicSteps.SECOND,
                0,
                plain(Compression.NONE));
        script.askNode(
                3,
                ApiKeys.PRODUCE,
                "a partition that this node follows",
                (cluster, v) -> request(cluster, (short) -1, TopicSteps.TOPIC, 0, plain(Compression.NONE)));
        script.ask(
                ApiKeys.PRODUCE,
                "no topic",
                (cluster, v) -> new ProduceRequestData().setAcks((short) -1).setTimeoutMs(TIMEOUT_MS));
        script.ask(ApiKeys.PRODUCE, "no partition", (cluster, v) -> {
            var request = request(cluster, (short) -1, TopicSteps.TOPIC, 0, null);
            request.topicData().iterator().next().setPartitionData(List.of());
            return request;
        });
        script.ask(
                ApiKeys.PRODUCE,
                "a transactional id",
                (cluster, v) -> request(cluster, (short) -1, TopicSteps.TOPIC, 0, plain(Compression.NONE))
                        .setTransactionalId(null));
        script.ask(ApiKeys.PRODUCE, "a good partition and an unknown one", (cluster, v) -> {
            var request = request(cluster, (short) -1, TopicSteps.TOPIC, 0, plain(Compression.NONE));
            var data = request.topicData().iterator().next();
            var unknown = new PartitionProduceData().setIndex(7).setRecords(plain(Compression.NONE));
            data.setPartitionData(List.of(data.partitionData().get(0), unknown));
            return request;
        });
    }

    private static void wrongBatch(Script script) {
        // Records that are null are left out: Kafka 4.3.1 fails on them and never answers.
        produce(script, "empty records", (short) -1, TopicSteps.TOPIC, 0, MemoryRecords.EMPTY);
        produce(script, "a wrong CRC", (short) -1, TopicSteps.TOPIC, 0, changed(CRC_POSITION, 1));
        produce(script, "format 0", (short) -1, TopicSteps.TOPIC, 0, changed(MAGIC_POSITION, 0));
        produce(script, "format 1", (short) -1, TopicSteps.TOPIC, 0, changed(MAGIC_POSITION, 1));
        produce(script, "a format that does not exist", (short) -1, TopicSteps.TOPIC, 0, changed(MAGIC_POSITION, 9));
        produce(
                script,
                "a last offset that is wrong",
                (short) -1,
                TopicSteps.TOPIC,
                0,
                withCrc(changed(LAST_DELTA_POSITION + 3, 9)));
        produce(
                script,
                "a count that is wrong",
                (short) -1,
                TopicSteps.TOPIC,
                0,
                withCrc(changed(COUNT_POSITION + 3, 9)));
        produce(script, "a length that is too small", (short) -1, TopicSteps.TOPIC, 0, changed(LENGTH_POSITION + 3, 5));
        produce(script, "a few bytes", (short) -1, TopicSteps.TOPIC, 0, first(10));
        produce(script, "half a batch", (short) -1, TopicSteps.TOPIC, 0, half());
        produce(script, "two batches", (short) -1, TopicSteps.TOPIC, 0, twice());
        produce(script, "a batch that is too large", (short) -1, TopicSteps.TOPIC, 0, large());
        produce(
                script,
                "a batch of another offset",
                (short) -1,
                TopicSteps.TOPIC,
                0,
                MemoryRecords.withRecords(77L, Compression.NONE, records()));
    }

    private static void wrongRecords(Script script) {
        produce(script, "records with keys, compacted", (short) -1, TopicSteps.COMPACTED, 0, plain(Compression.NONE));
        produce(
                script,
                "a record without a key, compacted",
                (short) -1,
                TopicSteps.COMPACTED,
                0,
                MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(TIME_MS, null, new byte[] {1})));
        SimpleRecord[] some = records();
        some[1] = new SimpleRecord(TIME_MS, null, new byte[] {1});
        some[2] = new SimpleRecord(TIME_MS, null, new byte[] {2});
        produce(
                script,
                "two of three records without a key, compacted",
                (short) -1,
                TopicSteps.COMPACTED,
                0,
                MemoryRecords.withRecords(Compression.gzip().build(), some));
        produce(
                script,
                "a record of next week",
                (short) -1,
                TopicSteps.COMPACTED,
                0,
                MemoryRecords.withRecords(
                        Compression.NONE, new SimpleRecord(TIME_MS + WEEK_MS, new byte[] {1}, new byte[] {1})));
        produce(script, "records with the log's time", (short) -1, TopicSteps.STAMPED, 0, plain(Compression.NONE));
    }

    private static void producers(Script script) {
        script.ask(
                ApiKeys.INIT_PRODUCER_ID,
                "an idempotent producer",
                (cluster, v) -> producer(),
                (cluster, answer, v) ->
                        cluster.keep("producer", Long.toString(((InitProducerIdResponseData) answer).producerId())));
        script.ask(
                ApiKeys.INIT_PRODUCER_ID,
                "a producer that has an id",
                (cluster, v) -> v < 3
                        ? producer()
                        : producer().setProducerId(id(cluster)).setProducerEpoch((short) 0));
        script.ask(
                ApiKeys.INIT_PRODUCER_ID,
                "an empty transactional id",
                (cluster, v) -> producer().setTransactionalId("").setTransactionTimeoutMs(1_000));
        idempotent(script, "idempotent, the first with the log's time", TopicSteps.STAMPED, 0, 0);
        idempotent(script, "idempotent, the same again with the log's time", TopicSteps.STAMPED, 0, 0);
        idempotent(script, "idempotent, the first", 0, 0);
        idempotent(script, "idempotent, the same again", 0, 0);
        idempotent(script, "idempotent, a gap", 0, 77);
        idempotent(script, "idempotent, the next", 0, 3);
        idempotent(script, "idempotent, a new epoch that begins in the middle", 1, 5);
        idempotent(script, "idempotent, a new epoch", 1, 0);
        idempotent(script, "idempotent, the old epoch", 0, 6);
        script.ask(
                ApiKeys.DESCRIBE_PRODUCERS,
                "a partition with a producer",
                (cluster, v) -> ReadSteps.producers(TopicSteps.TOPIC, 0, 1));
        script.ask(ApiKeys.DESCRIBE_PRODUCERS, "unknown ones", (cluster, v) -> ReadSteps.producers("unknown", 0));
        script.ask(
                ApiKeys.DESCRIBE_PRODUCERS,
                "an unknown partition",
                (cluster, v) -> ReadSteps.producers(TopicSteps.TOPIC, 9));
        script.ask(
                ApiKeys.DESCRIBE_PRODUCERS,
                "a partition that another node leads",
                (cluster, v) -> ReadSteps.producers(TopicSteps.SECOND, 0));
    }

    private static void idempotent(Script script, String name, int epoch, int sequence) {
        idempotent(script, name, TopicSteps.TOPIC, epoch, sequence);
    }

    private static void idempotent(Script script, String name, String topic, int epoch, int sequence) {
        script.converseAnywhere(
                ApiKeys.PRODUCE,
                11,
                name,
                (cluster, v) -> request(
                        cluster,
                        (short) -1,
                        topic,
                        0,
                        MemoryRecords.withIdempotentRecords(
                                Compression.NONE, id(cluster), (short) epoch, sequence, records())));
    }

    private static long id(Cluster cluster) {
        return Long.parseLong(cluster.kept("producer"));
    }

    private static InitProducerIdRequestData producer() {
        return new InitProducerIdRequestData().setTransactionalId(null).setTransactionTimeoutMs(Integer.MAX_VALUE);
    }

    private static void produce(
            Script script, String name, short acks, String topic, int partition, MemoryRecords records) {
        script.ask(ApiKeys.PRODUCE, name, (cluster, v) -> request(cluster, acks, topic, partition, records));
    }

    private static ProduceRequestData request(
            Cluster cluster, short acks, String topic, int partition, MemoryRecords records) {
        var request = new ProduceRequestData().setAcks(acks).setTimeoutMs(TIMEOUT_MS);
        Uuid id = cluster.topicId(topic);
        request.topicData()
                .mustAdd(new TopicProduceData()
                        .setName(topic)
                        .setTopicId(id)
                        .setPartitionData(List.of(
                                new PartitionProduceData().setIndex(partition).setRecords(records))));
        return request;
    }

    private static SimpleRecord[] records() {
        var records = new SimpleRecord[3];
        for (int i = 0; i < records.length; i++) {
            records[i] = new SimpleRecord(
                    TIME_MS + i,
                    ("key-" + i).getBytes(StandardCharsets.UTF_8),
                    ("value-" + i).getBytes(StandardCharsets.UTF_8));
        }
        return records;
    }

    private static MemoryRecords plain(Compression compression) {
        return MemoryRecords.withRecords(compression, records());
    }

    private static MemoryRecords changed(int position, int value) {
        ByteBuffer bytes = plain(Compression.NONE).buffer().duplicate();
        bytes.put(position, (byte) value);
        return MemoryRecords.readableRecords(bytes);
    }

    private static MemoryRecords withCrc(MemoryRecords records) {
        ByteBuffer bytes = records.buffer().duplicate();
        var crc = new java.util.zip.CRC32C();
        crc.update(bytes.duplicate().position(CRC_POSITION + Integer.BYTES));
        bytes.putInt(CRC_POSITION, (int) crc.getValue());
        return MemoryRecords.readableRecords(bytes);
    }

    private static MemoryRecords half() {
        return first(plain(Compression.NONE).sizeInBytes() / 2);
    }

    private static MemoryRecords first(int count) {
        ByteBuffer bytes = plain(Compression.NONE).buffer().duplicate();
        bytes.limit(count);
        return MemoryRecords.readableRecords(bytes.slice());
    }

    private static MemoryRecords twice() {
        ByteBuffer one = plain(Compression.NONE).buffer();
        ByteBuffer two = ByteBuffer.allocate(2 * one.remaining())
                .put(one.duplicate())
                .put(one.duplicate())
                .flip();
        return MemoryRecords.readableRecords(two);
    }

    private static MemoryRecords large() {
        return MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(TIME_MS, null, new byte[2 << 20]));
    }
}
