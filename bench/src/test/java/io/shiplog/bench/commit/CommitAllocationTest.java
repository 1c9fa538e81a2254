// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.bench.AllocationGate;
import org.junit.jupiter.api.Test;

/** What a node allocates on the way from a producer's bytes to the answer that they are committed. */
class CommitAllocationTest {
    private static final int OPERATIONS = 500;

    /** A batch of 16 records of 1 KiB, not compressed: sizes, CRC, header, every record. */
    @Test
    void aBatchIsJudgedWithoutAllocation() throws Exception {
        ValidationBenchmark path = new ValidationBenchmark();
        path.batch = "16x1024";
        path.codec = "none";
        path.kind = "plain";
        path.makeBatch();
        assertThat(AllocationGate.bytesPerOperation(OPERATIONS, path::validate)).isLessThan(AllocationGate.NONE);
    }

    /** Requests of one partition and of six, by the topic's id and by its name, from the frame to the place of each batch. */
    @Test
    void aProduceRequestIsReadWithoutAllocation() throws Exception {
        for (int partitions : new int[] {1, 6}) {
            for (short version : new short[] {12, 13}) {
                ProduceRequestBenchmark path = request(partitions, version);
                assertThat(AllocationGate.bytesPerOperation(OPERATIONS, path::decode))
                        .as("%d partitions, version %d", partitions, version)
                        .isLessThan(AllocationGate.NONE);
            }
        }
    }

    /** With its answer, which is of Kafka's generated classes. What it takes is a bound, so that it does not grow unnoticed. */
    @Test
    void aProduceRequestIsAnsweredWithinItsBound() throws Exception {
        ProduceRequestBenchmark path = request(1, (short) 13);
        assertThat(AllocationGate.bytesPerOperation(OPERATIONS, path::handle)).isLessThanOrEqualTo(624);
    }

    private static ProduceRequestBenchmark request(int partitions, short version) {
        ProduceRequestBenchmark path = new ProduceRequestBenchmark();
        path.partitions = partitions;
        path.version = version;
        path.encode();
        return path;
    }

    /** The same batch with the append: offsets, page cache, what the log notes of it; its index aside, which grows by 20 bytes for each 32 KiB or more. */
    @Test
    void aBatchIsAppendedWithoutAllocation() throws Exception {
        AppendBenchmark path = new AppendBenchmark();
        path.batch = "16x1024";
        path.open();
        path.create();
        try {
            assertThat(AllocationGate.bytesPerOperation(OPERATIONS, path::appendBatchUnindexed))
                    .isLessThan(AllocationGate.NONE);
        } finally {
            path.delete();
            path.close();
        }
    }

    @Test
    void theHighWatermarkAdvancesWithoutAllocation() throws Exception {
        HighWatermarkBenchmark path = new HighWatermarkBenchmark();
        path.replicas = 3;
        path.pending = 64;
        path.elect();
        try {
            assertThat(AllocationGate.bytesPerOperation(OPERATIONS, path::commit))
                    .isLessThan(AllocationGate.NONE);
        } finally {
            path.close();
        }
    }

    @Test
    void aCommitInAllThreeCoresIsWithoutAllocation() throws Exception {
        CommitBenchmark path = new CommitBenchmark();
        path.elect();
        assertThat(AllocationGate.bytesPerOperation(OPERATIONS, path::commitOneRecord))
                .isLessThan(AllocationGate.NONE);
    }

    @Test
    void aFollowerAppliesAnAnswerWithoutAllocation() throws Exception {
        FollowerApplyBenchmark path = new FollowerApplyBenchmark();
        path.partitions = 10;
        path.bytes = 4096;
        path.open();
        path.begin();
        try {
            assertThat(AllocationGate.bytesPerOperation(OPERATIONS, path::applyAnswer))
                    .isLessThan(AllocationGate.NONE);
        } finally {
            path.delete();
            path.close();
        }
    }

    @Test
    void aProducersBatchIsJudgedWithoutAllocation() throws Exception {
        ProducerStateBenchmark path = new ProducerStateBenchmark();
        path.producers = 100;
        path.introduceAll();
        try {
            assertThat(AllocationGate.bytesPerOperation(OPERATIONS, path::checkAndApply))
                    .isLessThan(AllocationGate.NONE);
        } finally {
            path.close();
        }
    }
}
