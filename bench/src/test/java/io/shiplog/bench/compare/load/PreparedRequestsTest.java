// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponseCollection;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.RequestHeader;
import org.junit.jupiter.api.Test;

/** What is sent is what Kafka's own classes read. */
class PreparedRequestsTest {
    private static final int RECORDS = 15;

    @Test
    void aFrameIsAProduceRequestOfOneBatchThatKafkaDecodes() {
        byte[] value = PreparedRequests.value(1_024);
        ByteBuffer frame = PreparedRequests.frame("topic", 4, RECORDS, value);
        assertThat(frame.getInt()).isEqualTo(frame.remaining());

        RequestHeader header = RequestHeader.parse(frame);
        assertThat(header.apiKey()).isEqualTo(ApiKeys.PRODUCE);
        assertThat(header.apiVersion()).isEqualTo(PreparedRequests.VERSION);
        ProduceRequest request = ProduceRequest.parse(new ByteBufferAccessor(frame), header.apiVersion());
        assertThat(frame.hasRemaining()).isFalse();
        assertThat(request.acks()).isEqualTo((short) -1);
        TopicProduceData topic = request.data().topicData().iterator().next();
        assertThat(topic.name()).isEqualTo("topic");
        assertThat(topic.partitionData()).singleElement().satisfies(partition -> {
            assertThat(partition.index()).isEqualTo(4);
            List<? extends RecordBatch> batches = batches((MemoryRecords) partition.records());
            assertThat(batches).hasSize(1);
            batches.get(0).ensureValid();
            int count = 0;
            for (Record record : batches.get(0)) {
                assertThat(record.value()).isEqualTo(ByteBuffer.wrap(value));
                count++;
            }
            assertThat(count).isEqualTo(RECORDS);
        });
    }

    private static List<? extends RecordBatch> batches(MemoryRecords records) {
        List<RecordBatch> batches = new ArrayList<>();
        records.batches().forEach(batches::add);
        return batches;
    }

    @Test
    void theCorrelationIdIsWhereItIsPatched() {
        ByteBuffer frame = PreparedRequests.frame("topic", 0, 1, PreparedRequests.value(100));
        frame.putInt(PreparedRequests.CORRELATION_POSITION, 4_711);
        assertThat(RequestHeader.parse(frame.position(Integer.BYTES)).correlationId())
                .isEqualTo(4_711);
    }

    @Test
    void anAnswerWithoutAnErrorPasses() {
        assertThatCode(() -> PreparedRequests.check(answer(7, Errors.NONE), 7)).doesNotThrowAnyException();
    }

    @Test
    void aRefusedBatchIsAFailure() {
        assertThatThrownBy(() -> PreparedRequests.check(answer(7, Errors.NOT_ENOUGH_REPLICAS), 7))
                .hasMessageContaining("topic-3")
                .hasMessageContaining("NOT_ENOUGH_REPLICAS");
    }

    @Test
    void anAnswerToAnotherRequestIsAFailure() {
        assertThatThrownBy(() -> PreparedRequests.check(answer(8, Errors.NONE), 7))
                .hasMessageContaining("request 8");
    }

    static ByteBuffer answer(int correlationId, Errors error) {
        TopicProduceResponseCollection topics = new TopicProduceResponseCollection();
        topics.add(new TopicProduceResponse()
                .setName("topic")
                .setPartitionResponses(
                        List.of(new PartitionProduceResponse().setIndex(3).setErrorCode(error.code()))));
        short version = PreparedRequests.VERSION;
        ByteBuffer header = MessageUtil.toByteBufferAccessor(
                        new ResponseHeaderData().setCorrelationId(correlationId),
                        ApiKeys.PRODUCE.responseHeaderVersion(version))
                .buffer();
        ByteBuffer body = MessageUtil.toByteBufferAccessor(new ProduceResponseData().setResponses(topics), version)
                .buffer();
        return ByteBuffer.allocate(header.remaining() + body.remaining())
                .put(header)
                .put(body)
                .flip();
    }
}
