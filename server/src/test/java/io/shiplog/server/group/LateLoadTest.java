// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.coordinator.common.runtime.CoordinatorLoader;
import org.apache.kafka.coordinator.common.runtime.CoordinatorPlayback;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Why {@link ElectionTurns} is there: what the library does with a load that ends when the next election was told. When this fails after an upgrade of the
 * library, elections need not wait any more.
 */
class LateLoadTest {
    private static final long TIMEOUT_S = 30;
    private static final RequestContext CLIENT =
            new RequestContext(InetAddress.getLoopbackAddress(), ApiKeys.OFFSET_FETCH.id, 8, "test", 1);

    private final BlockingQueue<CompletableFuture<CoordinatorLoader.LoadSummary>> loads = new LinkedBlockingQueue<>();
    private final RunningCoordinator coordinator = RunningCoordinator.start(
            new GroupSettings(1, 10, Map.of("group.coordinator.threads", "1")),
            1,
            new OffsetsWriter(),
            new CoordinatorLoader<>() {
                @Override
                public CompletableFuture<LoadSummary> load(
                        TopicPartition tp, CoordinatorPlayback<CoordinatorRecord> playback) {
                    CompletableFuture<LoadSummary> load = new CompletableFuture<>();
                    loads.add(load);
                    return load;
                }

                @Override
                public void close() {}
            });

    @AfterEach
    void stop() {
        coordinator.close();
    }

    private CompletableFuture<CoordinatorLoader.LoadSummary> elect(int epoch) throws InterruptedException {
        coordinator.service().onResignation(0, OptionalInt.empty());
        coordinator.service().onElection(0, epoch);
        return loads.poll(TIMEOUT_S, TimeUnit.SECONDS);
    }

    private OffsetFetchResponseGroup fetch() {
        OffsetFetchRequestGroup request = new OffsetFetchRequestGroup()
                .setGroupId("group")
                .setTopics(
                        List.of(new OffsetFetchRequestTopics().setName("topic").setPartitionIndexes(List.of(0))));
        return coordinator
                .service()
                .fetchOffsets(CLIENT, request, false)
                .orTimeout(TIMEOUT_S, TimeUnit.SECONDS)
                .exceptionally(failure -> new OffsetFetchResponseGroup()
                        .setErrorCode(GroupHandler.error(failure).code()))
                .join();
    }

    private OffsetFetchResponseGroup fetchWhenNotLoading() {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_S);
        OffsetFetchResponseGroup answer = fetch();
        while (answer.errorCode() == Errors.COORDINATOR_LOAD_IN_PROGRESS.code() && System.nanoTime() < deadlineNs) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            answer = fetch();
        }
        return answer;
    }

    @Test
    void aLoadThatSucceedsLateLetsAnEmptyShardAnswer() throws Exception {
        var first = elect(1);
        var second = elect(2);
        assertThat(fetch().errorCode()).isEqualTo(Errors.COORDINATOR_LOAD_IN_PROGRESS.code());
        first.complete(null);
        OffsetFetchResponseGroup answer = fetchWhenNotLoading();
        assertThat(second).isNotDone();
        assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.NONE);
        assertThat(answer.topics().get(0).partitions().get(0).committedOffset()).isEqualTo(-1);
    }

    @Test
    void aLoadThatFailsLateFailsTheNextOneForGood() throws Exception {
        var first = elect(1);
        var second = elect(2);
        first.completeExceptionally(new NotLeaderOrFollowerException("over"));
        assertThat(Errors.forCode(fetchWhenNotLoading().errorCode())).isEqualTo(Errors.NOT_COORDINATOR);
        second.complete(null);
        assertThat(Errors.forCode(fetchWhenNotLoading().errorCode())).isEqualTo(Errors.NOT_COORDINATOR);
    }
}
