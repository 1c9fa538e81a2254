// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.commit;

import io.shiplog.bench.Frames;
import io.shiplog.bench.metadata.SyntheticMetadata;
import io.shiplog.metadata.controller.Controller;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.server.api.ProduceRequestView;
import io.shiplog.server.api.RequestDispatcher;
import io.shiplog.server.protocol.MalformedRequest;
import io.shiplog.server.protocol.RequestHeaderReader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.ProduceRequest;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * C1, first half: a produce request from its received frame to the batch that is handed to the log: header, body, and what is asked of a request's
 * records. {@code decode} ends with each partition's index and the place of its batch, {@code handle} goes on through the handler until each partition has its
 * batch, is judged, and the request is answered (answers are not encoded). Ours reads from a direct buffer, as it receives into one; Kafka's side reads header
 * and body from the heap, as that does.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class ProduceRequestBenchmark {
    private static final short FIRST_WITH_TOPIC_IDS = 13;

    /** In the request, one batch of 16 records of 1 KiB each. */
    @Param({"1", "6", "60"})
    int partitions;

    @Param({"12", "13"})
    short version;

    private final RequestHeaderReader headers = new RequestHeaderReader();
    private final ProduceRequestView view = new ProduceRequestView();
    private ByteBuffer frame;
    private ByteBuffer received;
    private ProduceSink sink;
    private RequestDispatcher dispatcher;

    @Setup
    public void encode() {
        Controller controller = SyntheticMetadata.controller();
        MetadataImage image = SyntheticMetadata.image(controller, partitions);
        Uuid topic = image.topics().iterator().next().id();
        sink = new ProduceSink(image);
        dispatcher = sink.dispatcher();
        frame = Frames.of(ApiKeys.PRODUCE, version, request(image, topic));
        frame.getInt(); // its length, which the reader of frames takes
        received = ByteBuffer.allocateDirect(frame.remaining()).put(frame.duplicate());
    }

    private ProduceRequestData request(MetadataImage image, Uuid topic) {
        List<PartitionProduceData> all = new ArrayList<>();
        for (int p = 0; p < partitions; p++) {
            ByteBuffer batch = ClientBatches.of("16x1024", Compression.NONE, false, false);
            all.add(new PartitionProduceData().setIndex(p).setRecords(MemoryRecords.readableRecords(batch)));
        }
        TopicProduceData data = new TopicProduceData().setPartitionData(all);
        if (version >= FIRST_WITH_TOPIC_IDS) {
            data.setTopicId(topic);
        } else {
            data.setName(image.topic(topic).name());
        }
        return new ProduceRequestData()
                .setAcks((short) -1)
                .setTimeoutMs(30_000)
                .setTopicData(new TopicProduceDataCollection(List.of(data).iterator()));
    }

    @Benchmark
    public int decode() throws MalformedRequest {
        received.clear();
        view.wrap(received, headers.read(received));
        int found = 0;
        while (view.nextTopic()) {
            found += view.topicId().hashCode() + view.topicName().length();
            while (view.nextPartition()) {
                found += view.partition() + view.records().remaining();
            }
        }
        return found;
    }

    @Benchmark
    public ProduceRequest decodeKafka() {
        ByteBuffer bytes = frame.duplicate();
        var header = org.apache.kafka.common.requests.RequestHeader.parse(bytes);
        return ProduceRequest.parse(new ByteBufferAccessor(bytes), header.apiVersion());
    }

    @Benchmark
    public int handle() throws MalformedRequest {
        received.clear();
        return sink.process(dispatcher, headers.read(received), received, partitions);
    }
}
