// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.client;

import io.shiplog.replication.runtime.Cancellable;
import io.shiplog.simulation.engine.Dice;
import io.shiplog.simulation.engine.SimLoop;
import io.shiplog.simulation.engine.SimProcess;
import io.shiplog.simulation.history.LatestOp;
import io.shiplog.simulation.history.ReadOp;
import io.shiplog.simulation.history.ReadRecord;
import io.shiplog.simulation.node.FetchBytes;
import io.shiplog.simulation.node.FetchConnection;
import java.nio.ByteBuffer;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;

/**
 * A consumer of one partition: it reads from the beginning and goes on to the high watermark, from the leader or from any in-sync replica. It
 * says what it has read last, and goes back when it is told that this is no longer so (KIP-320).
 */
public final class SimConsumer {
    private static final int MAX_WAIT_MS = 60;
    private static final int REQUEST_TIMEOUT_MS = 400;
    private static final long RETRY_MS = 30;
    private static final long LATEST = -1;
    private static final long EARLIEST = -2;

    private final ClientWorld world;
    private final SimProcess process;
    private final SimLoop loop;
    private final Dice dice;
    private final LeaderFinder leaders;
    private final TopicIdPartition partition;
    /** Of so many fetches one goes to some in-sync replica. */
    private final double followerShare;

    private long position;
    private int lastEpoch = -1;
    private FetchConnection connection;
    private LeaderFinder.Place place;
    private long requests;
    private Cancellable answerTimer;
    private boolean topicWasKnown;
    private boolean stopped;
    /** Empty when it is nowhere. */
    private String rack = "";
    /** Where the leader has sent it; −1: nowhere, it reads from the leader. */
    private int preferred = -1;
    /** Of so many fetches one goes to something that it has read. */
    private double seekShare;

    public SimConsumer(
            ClientWorld world, SimProcess process, Dice dice, TopicIdPartition partition, double followerShare) {
        this.world = world;
        this.process = process;
        this.dice = dice;
        this.partition = partition;
        this.followerShare = followerShare;
        this.loop = new SimLoop(world.scheduler(), process, dice.split(), "consumer");
        this.leaders = new LeaderFinder(world, dice.split(), process.id());
    }

    /** It is in this rack from now on, and reads where the leader sends it (KIP-392). */
    public void rack(String name) {
        rack = name;
    }

    /** So many of its fetches ask for an offset that it has passed; what it reads there has to be what it has read before. */
    public void seekShare(double share) {
        seekShare = share;
    }

    public TopicIdPartition partition() {
        return partition;
    }

    /** What it reads next. */
    public long position() {
        return position;
    }

    /** Begins to read. */
    public void start() {
        loop.execute(this::poll);
    }

    /** Reads no more. */
    public void stop() {
        stopped = true;
    }

    private void pollIn(long delayMs) {
        var unused = loop.schedule(this::poll, delayMs);
    }

    private void poll() {
        if (stopped) {
            return;
        }
        if (connection == null && !connect()) {
            pollIn(RETRY_MS + dice.nextInt(20));
            return;
        }
        if (dice.chance(0.05)) {
            lookUpLatest();
        }
        fetch();
    }

    private boolean connect() {
        LeaderFinder.Found found = preferred >= 0
                ? leaders.replicaOn(preferred, partition)
                : dice.chance(followerShare)
                        ? leaders.inSyncReplicaOf(partition)
                        : leaders.leaderOf(partition, topicWasKnown);
        if (found.topicIsGone()) {
            stopped = true;
        }
        place = found.place();
        if (place == null) {
            preferred = -1;
            return false;
        }
        topicWasKnown = true;
        FetchConnection[] own = new FetchConnection[1];
        own[0] = new FetchConnection(
                world, process, place.nodeId(), place.port(), () -> loop.execute(() -> onClosed(own[0])));
        connection = own[0];
        return true;
    }

    private void onClosed(FetchConnection over) {
        if (over == connection) {
            connection = null;
            preferred = -1;
            requests++;
            pollIn(RETRY_MS);
        }
    }

    /** Asks the leader next. */
    private void leave() {
        preferred = -1;
        FetchConnection over = connection;
        connection = null;
        requests++;
        if (over != null) {
            over.close();
        }
    }

    // ---- fetch

    private void fetch() {
        boolean seeks = position > 0 && dice.chance(seekShare);
        long from = seeks ? dice.between(0, position - 1) : position;
        FetchTopic topic = new FetchTopic().setTopicId(partition.topicId());
        topic.partitions()
                .add(new FetchPartition()
                        .setPartition(partition.partition())
                        .setFetchOffset(from)
                        .setLastFetchedEpoch(seeks ? -1 : lastEpoch)
                        .setPartitionMaxBytes(2_048));
        FetchRequestData request = new FetchRequestData()
                .setMaxWaitMs(MAX_WAIT_MS)
                .setMinBytes(1)
                .setMaxBytes(4_096)
                .setSessionId(0)
                .setSessionEpoch(-1)
                .setRackId(rack);
        request.topics().add(topic);
        long number = ++requests;
        long invokedUs = world.scheduler().nowUs();
        int node = place.nodeId();
        connection.send(
                FetchBytes.encode(request),
                bytes -> loop.enter(() -> {
                    if (number == requests) {
                        onAnswer(
                                new ReadOp(
                                        process.id(),
                                        partition,
                                        node,
                                        invokedUs,
                                        world.scheduler().nowUs(),
                                        from),
                                bytes,
                                seeks);
                    }
                }));
        if (answerTimer != null) {
            answerTimer.cancel();
        }
        answerTimer = loop.schedule(
                () -> {
                    if (number == requests) {
                        leave();
                        poll();
                    }
                },
                REQUEST_TIMEOUT_MS);
    }

    private void onAnswer(ReadOp op, ByteBuffer bytes, boolean sought) {
        requests++;
        FetchResponseData response = FetchBytes.decodeResponse(bytes);
        PartitionData data = null;
        for (FetchableTopicResponse topic : response.responses()) {
            for (PartitionData each : topic.partitions()) {
                data = each;
            }
        }
        if (data == null) {
            leave();
            pollIn(RETRY_MS);
            return;
        }
        op.error = Errors.forCode(data.errorCode());
        op.highWatermark = data.highWatermark();
        op.lastStableOffset = data.lastStableOffset();
        world.history().add(op);
        if (sought) {
            // What it finds there may have been deleted meanwhile; it goes on where it was.
            takeSought(op, data);
        } else {
            take(op, data);
        }
    }

    private void takeSought(ReadOp op, PartitionData data) {
        long before = position;
        int epochBefore = lastEpoch;
        position = op.position;
        boolean sound = !(data.records() instanceof MemoryRecords records) || read(op, records);
        position = before;
        lastEpoch = epochBefore;
        if (!sound) {
            op.error = Errors.CORRUPT_MESSAGE;
        }
        if (op.error != Errors.NONE && op.error != Errors.OFFSET_OUT_OF_RANGE) {
            leave();
        }
        pollIn(RETRY_MS);
    }

    private void take(ReadOp op, PartitionData data) {
        if (op.error == Errors.OFFSET_OUT_OF_RANGE && preferred >= 0) {
            // The leader knows better.
            leave();
            pollIn(RETRY_MS);
        } else if (op.error == Errors.OFFSET_OUT_OF_RANGE) {
            // auto.offset.reset=earliest
            op.jumps = true;
            lookUpEarliest();
        } else if (op.error != Errors.NONE) {
            leave();
            pollIn(RETRY_MS + dice.nextInt(20));
        } else if (data.divergingEpoch().endOffset() >= 0) {
            op.jumps = true;
            position = Math.min(position, data.divergingEpoch().endOffset());
            lastEpoch = -1;
            pollIn(5);
        } else if (data.preferredReadReplica() >= 0) {
            leave();
            preferred = data.preferredReadReplica();
            pollIn(1);
        } else {
            if (data.records() instanceof MemoryRecords records && !read(op, records)) {
                // Bits rotted where the node trusts what it has written; the client's own check finds it. What came
                // before it is read; then it asks again.
                if (op.records.isEmpty()) {
                    op.error = Errors.CORRUPT_MESSAGE;
                }
                leave();
                pollIn(RETRY_MS);
                return;
            }
            if (dice.chance(0.05) || (followerShare > 0 && dice.chance(0.3))) {
                leave();
            }
            pollIn(op.records.isEmpty() ? 5 + dice.nextInt(20) : dice.nextInt(10));
        }
    }

    /** Takes the records up to the first batch that is not sound; false when there is one. */
    private boolean read(ReadOp op, MemoryRecords records) {
        try {
            return readSound(op, records);
        } catch (CorruptRecordException e) {
            // Rot in what tells one batch from the next: its length or its magic.
            return false;
        }
    }

    private boolean readSound(ReadOp op, MemoryRecords records) {
        for (MutableRecordBatch batch : records.batches()) {
            if (!batch.isValid()) {
                return false;
            }
            for (Record record : batch) {
                if (record.offset() >= position) {
                    boolean ours = record.valueSize() >= Long.BYTES;
                    op.records.add(new ReadRecord(
                            record.offset(),
                            batch.partitionLeaderEpoch(),
                            ours ? record.value().getLong() : -1));
                }
            }
            if (batch.lastOffset() >= position) {
                position = batch.lastOffset() + 1;
                lastEpoch = batch.partitionLeaderEpoch();
            }
        }
        return true;
    }

    // ---- the earliest and the latest offset

    /** Goes on at the earliest record, whichever that is when the leader says it. */
    private void lookUpEarliest() {
        LeaderFinder.Place leader = leaders.leaderOf(partition, topicWasKnown).place();
        if (leader == null) {
            leave();
            pollIn(RETRY_MS);
            return;
        }
        long number = ++requests;
        ClientConnection over = new ClientConnection(world, process, leader.nodeId(), leader.port(), () -> {});
        Cancellable timeout = loop.schedule(
                () -> {
                    over.close();
                    if (number == requests) {
                        leave();
                        pollIn(RETRY_MS);
                    }
                },
                REQUEST_TIMEOUT_MS);
        over.send((server, answer) -> {
            var found = server.access().lookUpOffset(partition.topicId(), partition.partition(), -1, EARLIEST, false);
            answer.with(() -> {
                over.close();
                timeout.cancel();
                if (number != requests) {
                    return;
                }
                if (found.error() == Errors.NONE) {
                    position = found.offset();
                    lastEpoch = -1;
                    pollIn(10);
                } else {
                    leave();
                    pollIn(RETRY_MS);
                }
            });
        });
    }

    private void lookUpLatest() {
        LeaderFinder.Place leader = leaders.leaderOf(partition, topicWasKnown).place();
        if (leader == null) {
            return;
        }
        long invokedUs = world.scheduler().nowUs();
        ClientConnection over = new ClientConnection(world, process, leader.nodeId(), leader.port(), () -> {});
        Cancellable timeout = loop.schedule(over::close, REQUEST_TIMEOUT_MS);
        over.send((server, answer) -> {
            var found = server.access().lookUpOffset(partition.topicId(), partition.partition(), -1, LATEST, false);
            answer.with(() -> {
                world.history()
                        .add(new LatestOp(
                                process.id(),
                                partition,
                                leader.nodeId(),
                                invokedUs,
                                world.scheduler().nowUs(),
                                found.error(),
                                found.offset(),
                                found.leaderEpoch()));
                over.close();
                timeout.cancel();
            });
        });
    }
}
