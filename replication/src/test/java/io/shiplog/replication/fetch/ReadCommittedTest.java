// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.replication.fetch.TestCluster.Ack;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.storage.log.AppendOrigin;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What read-committed consumers get, and when. */
class ReadCommittedTest {
    private static final long LATEST = -1;
    private static final byte[] VALUE = {'v'};

    /** Later than that of records outside of transactions. */
    private static final long DATA_TIME_MS = 1_700_000_000_001L;

    @TempDir
    Path directory;

    private TestCluster cluster;
    private ManualLoop loop;
    private TestConsumer consumer;
    private Replica leader;

    private void start(int nodes) throws Exception {
        cluster = new TestCluster(directory, nodes, false);
        cluster.createPartitions(1);
        loop = cluster.loop;
        loop.run();
        consumer = new TestConsumer(cluster.node(0).service);
        leader = cluster.node(0).replica(0);
    }

    @AfterEach
    void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private Ack append(MemoryRecords batch, AppendOrigin origin) {
        ByteBuffer bytes =
                ByteBuffer.allocate(batch.sizeInBytes()).put(batch.buffer()).flip();
        Ack ack = new Ack();
        leader.produce(bytes, origin, (short) 1, true, 60_000, (error, baseOffset, time, logStart, message) -> {
            ack.error = error;
            ack.offset = baseOffset;
        });
        loop.run();
        return ack;
    }

    private void data(long producerId, int sequence) {
        MemoryRecords batch = MemoryRecords.withTransactionalRecords(
                Compression.NONE, producerId, (short) 0, sequence, new SimpleRecord(DATA_TIME_MS, null, VALUE));
        assertThat(append(batch, AppendOrigin.TRANSACTION).error).isEqualTo(Errors.NONE);
    }

    private Ack end(long producerId, boolean commit, int coordinatorEpoch) {
        ControlRecordType type = commit ? ControlRecordType.COMMIT : ControlRecordType.ABORT;
        return append(
                MemoryRecords.withEndTransactionMarker(
                        DATA_TIME_MS, producerId, (short) 0, new EndTransactionMarker(type, coordinatorEpoch)),
                AppendOrigin.COORDINATOR);
    }

    /** Turns the loop until everybody has everything, and knows that it is committed. */
    private void settle() {
        long end = leader.log().logEndOffset();
        loop.runUntil(() -> cluster.nodes.stream()
                .allMatch(node ->
                        node.log(0).logEndOffset() == end && node.replica(0).highWatermark() == end));
    }

    private PartitionData answer() {
        assertThat(consumer.partitions()).hasSize(1);
        return consumer.partitions().get(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 10, 11, 12, 18})
    void abortedTransactionsAreNamedInEveryVersion(int version) throws Exception {
        start(1);
        data(5, 0);
        data(6, 0);
        end(6, false, 1);
        end(5, false, 1);
        consumer.version(version).readCommitted().add(0, 0).send();
        assertThat(answer().lastStableOffset()).isEqualTo(4);
        assertThat(consumer.batches()).isEqualTo(4);
        assertThat(answer().abortedTransactions())
                .containsExactly(
                        new AbortedTransaction().setProducerId(6).setFirstOffset(1),
                        new AbortedTransaction().setProducerId(5).setFirstOffset(0));
        consumer = new TestConsumer(cluster.node(0).service).version(version);
        consumer.add(0, 0).send();
        assertThat(answer().abortedTransactions())
                .as("to who reads everything nothing is named")
                .isNull();
        assertThat(answer().lastStableOffset()).isEqualTo(4);
    }

    @Test
    void nothingBehindTheEarliestOpenTransactionIsGiven() throws Exception {
        start(1);
        cluster.produce(0, 0, "plain", 1);
        data(5, 0);
        cluster.produce(0, 0, "plain", 1);
        loop.run();
        consumer.readCommitted().add(0, 0).send();
        assertThat(consumer.batches()).isOne();
        assertThat(answer().lastStableOffset()).isOne();
        assertThat(answer().highWatermark()).isEqualTo(3);
        assertThat(answer().abortedTransactions()).isEmpty();
        assertThat(leader.lookUpOffset(LATEST, -1, true).offset()).isOne();
        assertThat(leader.lookUpOffset(LATEST, -1, false).offset()).isEqualTo(3);
        assertThat(leader.lookUpOffset(1_700_000_000_000L, -1, true).offset()).isZero();
        assertThat(leader.lookUpOffset(DATA_TIME_MS, -1, true).offset())
                .as("the record at 1 is not there yet")
                .isEqualTo(-1);
        assertThat(leader.lookUpOffset(DATA_TIME_MS, -1, false).offset()).isOne();
    }

    @Test
    void aParkedFetchIsAnsweredWhenTheTransactionEnds() throws Exception {
        start(1);
        data(5, 0);
        consumer.readCommitted().add(0, 0).send();
        data(5, 1);
        assertThat(consumer.isParked()).isTrue();
        end(5, true, 1);
        assertThat(consumer.batches()).isEqualTo(3);
        assertThat(answer().abortedTransactions()).isEmpty();
    }

    @Test
    void anEndThatIsNotCommittedReleasesNobody() throws Exception {
        start(2);
        data(5, 0);
        settle();
        cluster.node(1).fetchers.unfollow(cluster.node(1).replica(0));
        loop.run();
        consumer.readCommitted().add(0, 0).send();
        end(5, true, 1);
        assertThat(cluster.node(0).log(0).logEndOffset()).isEqualTo(2);
        assertThat(consumer.isParked()).isTrue();
        cluster.lead(0, 0, 0);
        loop.run();
        assertThat(consumer.batches()).isEqualTo(2);
        assertThat(answer().lastStableOffset()).isEqualTo(2);
    }

    @Test
    void aFollowerServesTheSame() throws Exception {
        start(2);
        data(5, 0);
        end(5, false, 1);
        data(6, 0);
        settle();
        consumer = new TestConsumer(cluster.node(1).service);
        consumer.readCommitted().add(0, 0).send();
        assertThat(consumer.batches()).isEqualTo(2);
        assertThat(answer().lastStableOffset()).isEqualTo(2);
        assertThat(answer().abortedTransactions())
                .isEqualTo(List.of(new AbortedTransaction().setProducerId(5).setFirstOffset(0)));
    }

    @Test
    void anOldCoordinatorIsRefused() throws Exception {
        start(1);
        data(5, 0);
        assertThat(end(5, true, 3).error).isEqualTo(Errors.NONE);
        data(5, 1);
        assertThat(end(5, true, 2).error).isEqualTo(Errors.TRANSACTION_COORDINATOR_FENCED);
        assertThat(leader.log().logEndOffset()).isEqualTo(3);
    }

    @Test
    void aTransactionSurvivesItsLeader() throws Exception {
        start(2);
        data(5, 0);
        settle();
        cluster.lead(0, 1, 1);
        loop.run();
        leader = cluster.node(1).replica(0);
        consumer = new TestConsumer(cluster.node(1).service);
        consumer.readCommitted().add(0, 0).send();
        assertThat(consumer.isParked()).isTrue();
        end(5, false, 1);
        loop.runUntil(() -> !consumer.isParked());
        assertThat(consumer.batches()).isEqualTo(2);
        assertThat(answer().abortedTransactions()).hasSize(1);
    }
}
