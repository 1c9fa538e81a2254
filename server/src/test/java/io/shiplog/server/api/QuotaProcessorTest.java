// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.server.protocol.Exchange;
import io.shiplog.server.quota.ClientQuotas;
import io.shiplog.server.quota.QuotaImages;
import io.shiplog.server.quota.QuotaProcessor;
import io.shiplog.server.quota.QuotaWindows;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.Test;

/** What requests use, and what those are told that use too much; the client is {@code fake-client}. */
class QuotaProcessorTest {
    private final List<Exchange> served = new ArrayList<>();
    private final ClientQuotas quotas = new ClientQuotas(QuotaWindows.DEFAULT);
    private long nowNs = TimeUnit.HOURS.toNanos(1);
    private long busyNs;
    private final QuotaProcessor processor = new QuotaProcessor(
            exchange -> {
                served.add(exchange);
                nowNs += busyNs;
            },
            quotas,
            () -> nowNs);

    @Test
    void requestsAreNotTouchedAsLongAsNobodyHasAQuota() {
        FakeExchange exchange = produce(1_000_000);
        processor.process(exchange);
        assertThat(served).containsExactly(exchange);
        quota("ip=<default>", "connection_creation_rate", 1);
        processor.process(exchange);
        assertThat(served).containsExactly(exchange, exchange);
    }

    @Test
    void producerThatSendsTooMuchIsNotReadFromAndHearsIt() {
        quota("client-id=fake-client", "producer_byte_rate", 1_000);
        FakeExchange exchange = produce(15_000);
        processor.process(exchange);
        assertThat(exchange.throttles).as("at once, not with the answer").containsExactly(5_000);
        served.get(0).respond(new ProduceResponseData());
        assertThat(exchange.response(new ProduceResponseData()).throttleTimeMs())
                .isEqualTo(5_000);
        assertThat(exchange.throttles).hasSize(1);
    }

    @Test
    void producerWithoutAnswersIsNotReadFromEither() {
        quota("client-id=fake-client", "producer_byte_rate", 1_000);
        FakeExchange exchange = produce(15_000);
        processor.process(exchange);
        served.get(0).respondNothing();
        assertThat(exchange.isAnsweredByNothing()).isTrue();
        assertThat(exchange.throttles).containsExactly(5_000);
    }

    @Test
    void consumerPaysForTheRecordsThatItGets() {
        quota("client-id=fake-client", "consumer_byte_rate", 1_000);
        FakeExchange exchange = new FakeExchange(ApiKeys.FETCH, 12, ByteBuffer.allocate(50_000));
        processor.process(exchange);
        assertThat(served.get(0).fetchMaxBytes()).isEqualTo(10_000);
        assertThat(exchange.throttles).isEmpty();
        FetchResponseData response = records(12_000);
        served.get(0).respondFetch(response, Exchange.CONSUMER);
        assertThat(response.throttleTimeMs()).isEqualTo(2_000);
        assertThat(exchange.throttles).containsExactly(2_000);
    }

    @Test
    void followersPayNothing() {
        quota("user=<default>", "consumer_byte_rate", 1);
        quota("client-id=<default>", "request_percentage", 0.001);
        busyNs = TimeUnit.SECONDS.toNanos(5);
        FakeExchange exchange = new FakeExchange(ApiKeys.FETCH, 17, ByteBuffer.allocate(50));
        processor.process(exchange);
        FetchResponseData response = records(12_000);
        served.get(0).respondFetch(response, 2);
        assertThat(response.throttleTimeMs()).isZero();
        assertThat(exchange.throttles).isEmpty();
    }

    @Test
    void clientThatKeepsTheLoopBusyIsThrottled() {
        quota("client-id=fake-client", "request_percentage", 10);
        busyNs = TimeUnit.MILLISECONDS.toNanos(1_050);
        FakeExchange exchange = metadata();
        processor.process(exchange);
        // what waits elsewhere costs nothing
        nowNs += TimeUnit.SECONDS.toNanos(1);
        served.get(0).respond(new MetadataResponseData());
        assertThat(exchange.response(new MetadataResponseData()).throttleTimeMs())
                .isEqualTo(500);
        assertThat(exchange.throttles).containsExactly(500);
    }

    @Test
    void timeAfterTheAnswerIsPaidForByTheNextRequest() {
        quota("client-id=fake-client", "request_percentage", 10);
        QuotaProcessor answering = new QuotaProcessor(
                exchange -> {
                    exchange.respond(new MetadataResponseData());
                    nowNs += busyNs;
                },
                quotas,
                () -> nowNs);
        busyNs = TimeUnit.MILLISECONDS.toNanos(1_050);
        FakeExchange first = metadata();
        answering.process(first);
        assertThat(first.throttles).isEmpty();
        busyNs = 0;
        FakeExchange second = metadata();
        answering.process(second);
        assertThat(second.throttles).hasSize(1);
    }

    private void quota(String entity, String key, double limit) {
        image.with(entity, key, limit);
        quotas.set(image.registry());
    }

    private final QuotaImages image = new QuotaImages();

    private static FakeExchange produce(int bytes) {
        return new FakeExchange(ApiKeys.PRODUCE, 9, ByteBuffer.allocate(bytes));
    }

    private static FakeExchange metadata() {
        return new FakeExchange(ApiKeys.METADATA, 9, new MetadataRequestData());
    }

    private static FetchResponseData records(int bytes) {
        PartitionData partition =
                new PartitionData().setRecords(MemoryRecords.readableRecords(ByteBuffer.allocate(bytes)));
        return new FetchResponseData()
                .setResponses(List.of(new FetchableTopicResponse()
                        .setTopic("t")
                        .setPartitions(List.of(partition, new PartitionData().setRecords(null)))));
    }
}
