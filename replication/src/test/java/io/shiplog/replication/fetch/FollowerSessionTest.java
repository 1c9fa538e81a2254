// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.replication.fetch.TestCluster.Ack;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The leader's side of a follower's session, request by request: the test is the follower, node 1, and lies when it has to. */
class FollowerSessionTest {
    private static final short VERSION = FetchCodec.MAX_VERSION;

    @TempDir
    Path directory;

    private TestCluster cluster;
    private FetchService service;
    private int session;

    @BeforeEach
    void start() throws Exception {
        cluster = new TestCluster(directory, 2, true);
        cluster.createPartitions(1);
        cluster.node(1).fetchers.close();
        cluster.loop.run();
        service = cluster.node(0).service;
        session = send(fetch(0, 0, 0, 0)).response.sessionId();
        assertThat(session).isPositive();
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private static final class Sent {
        private FetchResponseData response;

        List<PartitionData> partitions() {
            assertThat(response).as("answered").isNotNull();
            return response.responses().isEmpty()
                    ? List.of()
                    : response.responses().get(0).partitions();
        }

        int recordBytes() {
            return partitions().stream()
                    .mapToInt(data -> data.records().sizeInBytes())
                    .sum();
        }
    }

    private FetchRequestData empty(int sessionEpoch) {
        FetchRequestData request = new FetchRequestData()
                .setSessionId(session)
                .setSessionEpoch(sessionEpoch)
                .setMaxWaitMs(sessionEpoch == 0 ? 0 : 500)
                .setMinBytes(1)
                .setMaxBytes(1_000_000);
        request.replicaState().setReplicaId(1).setReplicaEpoch(cluster.node(1).brokerEpoch);
        return request;
    }

    private FetchRequestData fetch(int sessionEpoch, long offset, long flushed, long highWatermark) {
        FetchRequestData request = empty(sessionEpoch);
        FetchPartition partition = new FetchPartition()
                .setPartition(0)
                .setCurrentLeaderEpoch(0)
                .setFetchOffset(offset)
                .setLastFetchedEpoch(offset == 0 ? -1 : 0)
                .setHighWatermark(highWatermark)
                .setPartitionMaxBytes(1_000_000);
        InterBrokerTags.setFlushedOffset(partition, flushed);
        request.topics().add(new FetchTopic().setTopicId(TestCluster.TOPIC));
        request.topics().get(0).partitions().add(partition);
        return request;
    }

    private static FetchRequestData pipelined(FetchRequestData request) {
        InterBrokerTags.setPipelined(request);
        return request;
    }

    private Sent send(FetchRequestData request) {
        Sent sent = new Sent();
        service.fetch(VERSION, request, given -> {
            ByteBuffer bytes = WireEndpoint.bytes(FetchCodec.encodeResponse(0, VERSION, given, ByteBuffer::allocate));
            sent.response = FetchCodec.decodeResponse(bytes.position(9), VERSION, 1_000);
        });
        return sent;
    }

    private Ack produce(String value) {
        Ack ack = cluster.produce(0, 0, value, -1);
        cluster.loop.runUntil(() -> cluster.node(0).replica(0).status().flushedOffset()
                == cluster.node(0).log(0).logEndOffset());
        return ack;
    }

    @Test
    void recordsOnTheirWayAreNotSentAgainToAPipelinedRequest() {
        Sent first = send(empty(1));
        produce("one");
        assertThat(first.recordBytes()).isPositive();
        Sent second = send(pipelined(fetch(2, 0, 0, 0)));
        assertThat(second.response).isNull();
        cluster.loop.advance(1);
        assertThat(second.response).isNull();
        // What comes in meanwhile waits with it: it cannot be read from a position that is about to change.
        produce("two");
        assertThat(second.response).isNull();
        Sent third = send(pipelined(fetch(3, 1, 0, 0)));
        assertThat(second.partitions()).isEmpty();
        assertThat(third.recordBytes()).isEqualTo(first.recordBytes());
    }

    @Test
    void recordsThatWereHeardAndNotTakenAreSentAgain() {
        Sent first = send(empty(1));
        produce("one");
        Sent second = send(fetch(2, 0, 0, 0));
        assertThat(second.recordBytes()).isEqualTo(first.recordBytes()).isPositive();
    }

    @Test
    void flushedPositionOfAPipelinedRequestCounts() {
        Ack one = produce("one");
        send(fetch(1, 0, 0, 0));
        Sent parked = send(fetch(2, 1, 0, 0));
        assertThat(parked.response).isNull();
        assertThat(one.isDone()).isFalse();
        Sent report = send(pipelined(fetch(3, 1, 1, 0)));
        assertThat(one.error).isEqualTo(Errors.NONE);
        assertThat(parked.partitions()).isEmpty();
        assertThat(report.partitions()).hasSize(1);
        assertThat(report.partitions().get(0).highWatermark()).isOne();
    }

    @Test
    void positionCountsThoughTheResponseIsParked() {
        Ack one = produce("one");
        send(fetch(1, 0, 0, 0));
        assertThat(one.isDone()).isFalse();
        send(fetch(2, 1, 1, 0));
        assertThat(one.error).isEqualTo(Errors.NONE);
    }

    @Test
    void followerThatReportsALowerWatermarkIsToldAgain() {
        produce("one");
        send(fetch(1, 0, 0, 0));
        Sent told = send(fetch(2, 1, 1, 0));
        assertThat(told.partitions().get(0).highWatermark()).isOne();
        Sent deaf = send(fetch(3, 1, 1, 0));
        assertThat(deaf.partitions().get(0).highWatermark()).isOne();
        Sent content = send(fetch(4, 1, 1, 1));
        assertThat(content.response).isNull();
    }

    @Test
    void watermarkBelowTheFollowersIsNoReasonToAnswer() {
        Sent ahead = send(fetch(1, 0, 0, 7));
        assertThat(ahead.response).isNull();
    }

    @Test
    void divergenceIsToldAtOnce() {
        Sent diverging = send(fetch(1, 5, 5, 0));
        assertThat(diverging.partitions()).hasSize(1);
        PartitionData told = diverging.partitions().get(0);
        assertThat(told.errorCode() != 0 || told.divergingEpoch().endOffset() >= 0)
                .isTrue();
        assertThat(told.records().sizeInBytes()).isZero();
    }

    @Test
    void pipelinedFetchWakesWhenTheRecordsBeforeAreTaken() {
        Sent first = send(empty(1));
        produce("one");
        assertThat(first.recordBytes()).isPositive();
        Sent second = send(pipelined(empty(2)));
        assertThat(second.response).isNull();
        Sent third = send(pipelined(fetch(3, 1, 1, 0)));
        assertThat(second.partitions()).isEmpty();
        assertThat(third.partitions().get(0).highWatermark()).isOne();
    }

    @Test
    void strangerChangesNothing() {
        Ack one = produce("one");
        FetchRequestData stranger = fetch(0, 1, 1, 0).setSessionId(0);
        stranger.replicaState().setReplicaId(7).setReplicaEpoch(100);
        Sent refused = send(stranger);
        assertThat(refused.partitions().get(0).errorCode()).isNotZero();
        FetchRequestData stale = fetch(0, 1, 1, 0).setSessionId(0);
        stale.replicaState().setReplicaEpoch(99);
        assertThat(send(stale).partitions().get(0).errorCode()).isEqualTo(Errors.STALE_BROKER_EPOCH.code());
        assertThat(one.isDone()).isFalse();
        assertThat(cluster.node(0).replica(0).highWatermark()).isZero();
    }
}
