// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.commit;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ProduceResponse.PartitionResponse;
import org.apache.kafka.server.purgatory.DelayedOperationPurgatory;
import org.apache.kafka.server.purgatory.DelayedProduce;
import org.apache.kafka.server.purgatory.DelayedProduce.PartitionStatusValidator.Result;
import org.apache.kafka.server.purgatory.DelayedProduce.ProducePartitionStatus;
import org.apache.kafka.server.purgatory.TopicPartitionOperationKey;

/** Apache Kafka's produces that wait for the high watermark of one partition: its purgatory and its delayed produce, beside a table of where the replicas are. */
final class KafkaProduces {
    private static final long TIMEOUT_MS = 30_000;
    private static final TopicIdPartition PARTITION = new TopicIdPartition(new Uuid(1, 2), 0, "bench");

    private final DelayedOperationPurgatory<DelayedProduce> purgatory =
            new DelayedOperationPurgatory<>("Produce", 1, 1_000);
    private final TopicPartitionOperationKey key = new TopicPartitionOperationKey(PARTITION);
    private final long[] ends;
    private final int pending;
    private long logEnd;
    private long highWatermark;
    private long answered;

    KafkaProduces(int replicas, int pending) {
        this.ends = new long[replicas];
        this.pending = pending;
    }

    long commit() {
        for (int i = 0; i < pending; i++) {
            logEnd++;
            boolean done = purgatory.tryCompleteElseWatch(produce(logEnd), List.of(key));
            if (done) {
                throw new IllegalStateException("answered before it was committed");
            }
        }
        for (int i = 0; i < ends.length; i++) {
            ends[i] = logEnd;
            long least = leastEnd();
            if (least > highWatermark) {
                highWatermark = least;
                purgatory.checkAndComplete(key);
            }
        }
        if (answered != logEnd) {
            throw new IllegalStateException("not committed up to " + logEnd + ": " + answered);
        }
        return highWatermark;
    }

    private long leastEnd() {
        long least = Long.MAX_VALUE;
        for (long end : ends) {
            least = Math.min(least, end);
        }
        return least;
    }

    private DelayedProduce produce(long requiredOffset) {
        PartitionResponse response = new PartitionResponse(Errors.NONE, requiredOffset - 1, -1, 0);
        return new DelayedProduce(
                TIMEOUT_MS,
                Map.of(PARTITION, new ProducePartitionStatus(requiredOffset, response)),
                (partition, required) -> new Result(highWatermark >= required, Errors.NONE),
                responses -> answered += responses.size());
    }

    void close() throws Exception {
        purgatory.shutdown();
    }
}
