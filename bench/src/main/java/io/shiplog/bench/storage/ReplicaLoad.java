// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.storage;

import io.shiplog.replication.fetch.FetchCodec;
import io.shiplog.replication.fetch.FetchResponseHandler;
import io.shiplog.replication.fetch.FetchService;
import io.shiplog.replication.fetch.FetchSettings;
import io.shiplog.replication.fetch.FetcherSettings;
import io.shiplog.replication.fetch.LeaderEndpoint;
import io.shiplog.replication.fetch.PartitionLookup;
import io.shiplog.replication.fetch.ReplicaFetchers;
import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.port.PartitionState;
import io.shiplog.replication.runtime.Cancellable;
import io.shiplog.replication.runtime.EventLoop;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.replication.runtime.ReplicaContext;
import io.shiplog.replication.runtime.ReplicaSet;
import io.shiplog.replication.runtime.ReplicationSettings;
import io.shiplog.storage.log.PartitionLog;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ReplicaState;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchMetadata;

/**
 * Replicas on top of open logs, idle, as on one of three nodes with a replication factor of three: it leads every third partition, with a fetch
 * session for each of its two followers, and follows the others, whose leaders never answer. There to be weighed.
 */
final class ReplicaLoad implements PartitionLookup {
    private static final int NODE = 1;
    private static final int NODES = 3;
    private static final long BROKER_EPOCH = 10;
    private static final short VERSION = 17;
    private static final String TOPIC_NAME = "bench";

    private final Loop loop = new Loop();
    private final ReplicaSet replicas = new ReplicaSet(
            new ReplicaContext(loop, (partition, proposal, outcome) -> {}, ReplicationSettings.defaults(NODE)));
    private final ReplicaFetchers fetchers =
            new ReplicaFetchers(loop, Unanswered::new, () -> BROKER_EPOCH, FetcherSettings.defaults(NODE));
    private final FetchService service = new FetchService(loop, this, FetchSettings.DEFAULTS, new Ids()::next);
    private int led;

    /** Gives each log a replica. */
    ReplicaLoad(Collection<PartitionLog> logs) {
        List<PartitionLog> own = new ArrayList<>();
        replicas.beginUpdate();
        for (PartitionLog log : logs) {
            int leader = NODE + log.partition() % NODES;
            List<AssignedReplica> all = new ArrayList<>();
            for (int id = NODE; id < NODE + NODES; id++) {
                all.add(new AssignedReplica(id, true, false, BROKER_EPOCH, false, false));
            }
            PartitionState state = new PartitionState(leader, log.latestEpoch() + 1, 1, all, true, false, 2, true);
            Replica replica = replicas.create(new TopicIdPartition(log.topicId(), log.partition(), TOPIC_NAME), log);
            replica.apply(state);
            fetchers.follow(replica);
            if (leader == NODE) {
                own.add(log);
            }
        }
        replicas.endUpdate(1);
        led = own.size();
        loop.run();
        for (int id = NODE + 1; id < NODE + NODES; id++) {
            service.fetch(VERSION, requestOf(id, own), FetchCodec::releaseRecords);
        }
        loop.run();
    }

    /** Partitions that the node leads. */
    int led() {
        return led;
    }

    /** Partitions in the sessions of its followers. */
    long sessionPartitions() {
        return service.sessionPartitionCount();
    }

    private static FetchRequestData requestOf(int follower, List<PartitionLog> logs) {
        List<FetchPartition> asked = new ArrayList<>();
        for (PartitionLog log : logs) {
            asked.add(new FetchPartition()
                    .setPartition(log.partition())
                    .setFetchOffset(log.logEndOffset())
                    .setCurrentLeaderEpoch(log.latestEpoch())
                    .setPartitionMaxBytes(1 << 20));
        }
        return new FetchRequestData()
                .setReplicaState(new ReplicaState().setReplicaId(follower).setReplicaEpoch(BROKER_EPOCH))
                .setSessionId(FetchMetadata.INVALID_SESSION_ID)
                .setSessionEpoch(FetchMetadata.INITIAL_EPOCH)
                .setMinBytes(1)
                .setMaxBytes(1 << 20)
                .setTopics(List.of(
                        new FetchTopic().setTopicId(StorageFillerMain.TOPIC).setPartitions(asked)));
    }

    @Override
    public Uuid topicId(String name) {
        return StorageFillerMain.TOPIC;
    }

    @Override
    public Replica replica(Uuid topicId, int partition) {
        return replicas.get(topicId, partition);
    }

    @Override
    public Errors absence(Uuid topicId, int partition) {
        return Errors.UNKNOWN_TOPIC_ID;
    }

    /** Ids of sessions: hard to guess they need not be here. */
    private static final class Ids {
        private int last;

        int next() {
            return ++last;
        }
    }

    /** A leader that takes fetches and says nothing. */
    private record Unanswered(int leaderId) implements LeaderEndpoint {
        @Override
        public void fetch(FetchRequestData request, FetchResponseHandler handler) {}

        @Override
        public void disconnect() {}

        @Override
        public void close() {}
    }

    /** The calling thread is the loop; timers never fire. Flushers hand their word over from their threads. */
    private static final class Loop implements EventLoop {
        private final Queue<Runnable> tasks = new ArrayDeque<>();

        @Override
        public boolean inLoop() {
            return true;
        }

        @Override
        public void execute(Runnable task) {
            synchronized (tasks) {
                tasks.add(task);
            }
        }

        @Override
        public Cancellable schedule(Runnable task, long delayMs) {
            return () -> {};
        }

        @Override
        public long nowMs() {
            return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
        }

        @Override
        public long wallClockMs() {
            return System.currentTimeMillis();
        }

        void run() {
            for (Runnable task = next(); task != null; task = next()) {
                task.run();
            }
        }

        private Runnable next() {
            synchronized (tasks) {
                return tasks.poll();
            }
        }
    }
}
