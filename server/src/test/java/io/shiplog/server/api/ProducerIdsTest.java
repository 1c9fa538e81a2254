// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.client.MetadataUnavailable;
import io.shiplog.metadata.client.ProducerIdBlock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProducerIdsTest {
    private final InMemoryAdmin admin = new InMemoryAdmin();
    private final ProducerIds ids = new ProducerIds(admin::allocateProducerIds);

    @Test
    void waitsForTheFirstBlockAndAsksForItOnce() {
        CompletableFuture<Long> first = ids.next();
        CompletableFuture<Long> second = ids.next();
        assertThat(admin.blocks).hasSize(1);
        assertThat(first).isNotDone();
        admin.blocks.get(0).complete(new ProducerIdBlock(1000, 8));
        assertThat(first).isCompletedWithValue(1000L);
        assertThat(second).isCompletedWithValue(1001L);
    }

    @Test
    void asksForTheNextBlockBeforeTheFirstIsUsedUp() {
        CompletableFuture<Long> first = ids.next();
        admin.blocks.get(0).complete(new ProducerIdBlock(0, 8));
        assertThat(first).isCompletedWithValue(0L);
        for (long id = 1; id < 7; id++) {
            assertThat(ids.next()).isCompletedWithValue(id);
        }
        assertThat(admin.blocks).hasSize(2);
        admin.blocks.get(1).complete(new ProducerIdBlock(500, 8));
        assertThat(ids.next()).isCompletedWithValue(7L);
        assertThat(ids.next()).isCompletedWithValue(500L);
    }

    @Test
    void aFailureFailsThoseWhoWaitAndTheNextOneAsksAgain() {
        CompletableFuture<Long> first = ids.next();
        admin.blocks.get(0).completeExceptionally(new MetadataUnavailable("away"));
        assertThat(first).isCompletedExceptionally();
        CompletableFuture<Long> second = ids.next();
        assertThat(admin.blocks).hasSize(2);
        admin.blocks.get(1).complete(new ProducerIdBlock(10, 1));
        assertThat(second).isCompletedWithValue(10L);
    }

    @Test
    void moreThanOneBlockOfWaitersAreServedByFurtherBlocks() {
        CompletableFuture<Long> first = ids.next();
        CompletableFuture<Long> second = ids.next();
        admin.blocks.get(0).complete(new ProducerIdBlock(10, 1));
        assertThat(first).isCompletedWithValue(10L);
        assertThat(second).isNotDone();
        admin.blocks.get(1).complete(new ProducerIdBlock(20, 1));
        assertThat(second).isCompletedWithValue(20L);
    }

    @Test
    void thoseWhoWaitAreBounded() {
        for (int i = 0; i < ProducerIds.MAX_WAITING; i++) {
            assertThat(ids.next()).isNotDone();
        }
        assertThat(ids.next()).isCompletedExceptionally();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void givesAnIdempotentProducerItsIdInEveryVersion(int version) {
        FakeExchange exchange = init(version, null);
        admin.blocks.get(0).complete(new ProducerIdBlock(77, 10));
        InitProducerIdResponseData response = exchange.response(new InitProducerIdResponseData());
        assertThat(response.errorCode()).isZero();
        assertThat(response.producerId()).isEqualTo(77);
        assertThat(response.producerEpoch()).isZero();
    }

    @Test
    void isRetriableWhileTheControllerIsAway() {
        FakeExchange exchange = init(4, null);
        admin.blocks.get(0).completeExceptionally(new MetadataUnavailable("away"));
        assertThat(Errors.forCode(
                        exchange.response(new InitProducerIdResponseData()).errorCode()))
                .isEqualTo(Errors.COORDINATOR_LOAD_IN_PROGRESS);
    }

    @Test
    void refusesTransactionalIds() {
        assertThat(Errors.forCode(
                        init(4, "tx").response(new InitProducerIdResponseData()).errorCode()))
                .isEqualTo(Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
        assertThat(Errors.forCode(
                        init(4, "").response(new InitProducerIdResponseData()).errorCode()))
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(admin.blocks).isEmpty();
    }

    private FakeExchange init(int version, String transactionalId) {
        FakeExchange exchange = new FakeExchange(
                ApiKeys.INIT_PRODUCER_ID,
                version,
                new InitProducerIdRequestData()
                        .setTransactionalId(transactionalId)
                        .setTransactionTimeoutMs(1));
        new RequestDispatcher(List.of(new InitProducerIdHandler(ids)), new TestCluster(1)).process(exchange);
        return exchange;
    }
}
