// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import static io.shiplog.replication.runtime.RuntimeNode.ALL;
import static io.shiplog.replication.runtime.RuntimeNode.T0;
import static io.shiplog.replication.runtime.RuntimeNode.batch;
import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.replication.core.FetchNext;
import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.port.PartitionState;
import io.shiplog.replication.runtime.SegmentListener.Failure;
import io.shiplog.storage.log.LogSettings;
import io.shiplog.storage.log.LogSlice;
import io.shiplog.storage.log.ReceivedSegment;
import io.shiplog.storage.log.SealedSegment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Node 3 lacks everything; node 1 leads, node 2 is in sync. The test carries the segments. */
class ShipmentTest {
    private static final int RECORDS = 100;

    @TempDir
    Path path;

    private final TurnedLoop loop = new TurnedLoop();
    private final Map<Integer, RuntimeNode> nodes = new HashMap<>();
    private final Carrier carrier = new Carrier();
    private RuntimeNode target;
    private int resumed;

    /** What was ordered and is not delivered yet. */
    private static final class Carrier implements SegmentStreams {
        final List<SegmentOrder> orders = new ArrayList<>();
        final List<SegmentListener> listeners = new ArrayList<>();
        int discarded;

        @Override
        public void receive(SegmentOrder order, SegmentListener listener) {
            orders.add(order);
            listeners.add(listener);
        }

        @Override
        public void discard(ReceivedSegment segment) {
            discarded++;
            segment.discard();
        }
    }

    @BeforeEach
    void open() {
        for (int id = 1; id <= 3; id++) {
            ShippingContext shipping = new ShippingContext(carrier, id == 3 ? 1 : Long.MAX_VALUE);
            RuntimeNode node = new RuntimeNode(id, path.resolve("" + id), loop, shipping);
            node.replica
                    .log()
                    .updateSettings(
                            LogSettings.fromTopicConfigs(Map.of("segment.bytes", "1024"), LogSettings.defaults()));
            nodes.put(id, node);
        }
        target = nodes.get(3);
        nodes.get(1).replica.apply(state(1, true));
        nodes.get(2).replica.apply(state(1, true));
        for (int i = 0; i < RECORDS; i++) {
            nodes.get(1).produce(batch("record " + i), ALL);
        }
        replicate(nodes.get(2));
        target.replica.setFollowerListener(new FollowerListener() {
            @Override
            public void onPositionChanged(Replica replica) {}

            @Override
            public void onShippingEnded(Replica replica) {
                resumed++;
            }
        });
        target.replica.apply(state(1, true));
    }

    @AfterEach
    void close() {
        nodes.values().forEach(RuntimeNode::close);
    }

    private static PartitionState state(int leaderEpoch, boolean twoInSync) {
        List<AssignedReplica> assigned = new ArrayList<>();
        for (int id = 1; id <= 3; id++) {
            boolean inSync = id == 1 || (id == 2 && twoInSync);
            assigned.add(new AssignedReplica(id, inSync, false, id * 10L, false, false));
        }
        return new PartitionState(1, leaderEpoch, leaderEpoch, assigned, true, false, 1, true);
    }

    private void replicate(RuntimeNode follower) {
        RuntimeNode leader = nodes.get(1);
        while (follower.replica.highWatermark() < RECORDS) {
            follower.fetchFrom(leader);
            loop.until(() -> follower.replica.status().flushedOffset()
                    == follower.replica.log().logEndOffset());
            loop.until(() -> leader.replica.status().flushedOffset() == RECORDS);
        }
    }

    private FetchNext fetch() {
        return target.fetchFrom(nodes.get(1));
    }

    /** Delivers one order as the node that it was sent to would. */
    private void deliver(int order) {
        SealedSegment segment = describe(order);
        if (segment != null) {
            carrier.listeners.get(order).described(segment);
            send(order, segment, true);
        }
    }

    private SealedSegment describe(int number) {
        SegmentOrder order = carrier.orders.get(number);
        SegmentOutcome outcome =
                nodes.get(order.source()).replica.segments().describe(3, order.leaderEpoch(), order.baseOffset());
        if (outcome.error() == Errors.NONE) {
            return outcome.segment();
        }
        Failure failure = outcome.error() == Errors.OFFSET_NOT_AVAILABLE ? Failure.NOTHING_THERE : Failure.SOURCE;
        carrier.listeners.get(number).failed(failure, outcome.error().name());
        return null;
    }

    private void send(int number, SealedSegment segment, boolean intact) {
        SegmentOrder order = carrier.orders.get(number);
        ReceivedSegment file = order.log().shipping().receive(segment);
        SegmentOutcome read = nodes.get(order.source())
                .replica
                .segments()
                .read(3, order.leaderEpoch(), segment.baseOffset(), segment.sizeInBytes(), 0, 1 << 20);
        assertThat(read.error()).isEqualTo(Errors.NONE);
        LogSlice slice = read.bytes();
        ByteBuffer bytes = ByteBuffer.allocate(slice.sizeInBytes());
        slice.copyTo(bytes);
        slice.release();
        bytes.flip();
        if (!intact) {
            bytes.put(bytes.limit() - 1, (byte) (bytes.get(bytes.limit() - 1) ^ 1));
        }
        file.write(bytes);
        if (file.finish()) {
            carrier.listeners.get(number).received(file);
        } else {
            file.discard();
            carrier.listeners.get(number).failed(Failure.SOURCE, file.problem());
        }
        loop.turn();
    }

    private void deliverAll() {
        for (int i = 0; i < carrier.orders.size(); i++) {
            deliver(i);
            loop.turn();
        }
    }

    private long sealedEnd() {
        long end = 0;
        for (SealedSegment next = nodes.get(1).replica.log().shipping().sealed(0, RECORDS);
                next != null;
                next = nodes.get(1).replica.log().shipping().sealed(end, RECORDS)) {
            end = next.nextOffset();
        }
        return end;
    }

    private List<String> beside() throws IOException {
        try (Stream<Path> files = Files.list(path.resolve("3").resolve(T0.topicId() + "-0"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> !file.endsWith(".log"))
                    .toList();
        }
    }

    @Test
    void aNewReplicaGetsSegmentsFromAnInSyncFollowerAndFetchesTheRest() {
        assertThat(fetch()).isEqualTo(FetchNext.SHIP);
        assertThat(target.replica.log().logEndOffset()).isZero();
        deliverAll();
        assertThat(carrier.orders).allMatch(order -> order.source() == 2);
        assertThat(target.replica.log().logEndOffset()).isEqualTo(sealedEnd());
        assertThat(resumed).isEqualTo(1);
        assertThat(target.replica.highWatermark()).isEqualTo(sealedEnd());
        while (target.replica.log().logEndOffset() < RECORDS) {
            assertThat(fetch()).isEqualTo(FetchNext.CONTINUE);
        }
        fetch();
        assertThat(target.replica.highWatermark()).isEqualTo(RECORDS);
    }

    @Test
    void someAreReceivedAheadAndTheyAreTakenInOrder() {
        fetch();
        assertThat(carrier.orders).as("the second begins where the first ends").hasSize(1);
        SealedSegment first = describe(0);
        carrier.listeners.get(0).described(first);
        SealedSegment second = describe(1);
        carrier.listeners.get(1).described(second);
        SealedSegment third = describe(2);
        carrier.listeners.get(2).described(third);
        assertThat(carrier.orders).hasSize(Shipment.MAX_AHEAD);
        send(2, third, true);
        send(1, second, true);
        assertThat(target.replica.log().logEndOffset()).isZero();
        send(0, first, true);
        assertThat(target.replica.log().logEndOffset()).isEqualTo(third.nextOffset());
        assertThat(carrier.orders.get(3).baseOffset()).isEqualTo(third.nextOffset());
    }

    @Test
    void whatComesDamagedIsTakenFromAnotherInSyncReplica() {
        fetch();
        SealedSegment first = describe(0);
        carrier.listeners.get(0).described(first);
        send(0, first, false);
        assertThat(carrier.orders.get(1).isCancelled()).as("ordered behind it").isTrue();
        SegmentOrder again = carrier.orders.get(2);
        assertThat(again.source()).isEqualTo(1);
        assertThat(again.baseOffset()).isZero();
        for (int i = 2; i < carrier.orders.size(); i++) {
            deliver(i);
            loop.turn();
        }
        assertThat(target.replica.log().logEndOffset()).isEqualTo(sealedEnd());
    }

    /** A source that dies fails all that it was sending, in any order. */
    @Test
    void aSourceThatFailsTwiceIsPassedOverOnce() {
        fetch();
        carrier.listeners.get(0).described(describe(0));
        assertThat(carrier.orders).hasSize(2);
        carrier.listeners.get(1).failed(Failure.SOURCE, "gone");
        assertThat(carrier.orders.get(2).source()).isEqualTo(1);
        carrier.listeners.get(0).failed(Failure.SOURCE, "gone");
        assertThat(carrier.orders.get(2).isCancelled()).isTrue();
        assertThat(carrier.orders.get(3).source()).isEqualTo(1);
        assertThat(carrier.orders.get(3).baseOffset()).isZero();
        for (int i = 3; i < carrier.orders.size(); i++) {
            deliver(i);
            loop.turn();
        }
        assertThat(target.replica.log().logEndOffset()).isEqualTo(sealedEnd());
    }

    @Test
    void allSourcesMayFailWhileTheFirstSegmentIsOnItsWay() {
        fetch();
        carrier.listeners.get(0).described(describe(0));
        carrier.listeners.get(1).failed(Failure.SOURCE, "gone");
        carrier.listeners.get(2).failed(Failure.SOURCE, "gone");
        carrier.listeners.get(0).failed(Failure.SOURCE, "gone");
        loop.turn();
        assertThat(carrier.orders).hasSize(3);
        assertThat(resumed).isEqualTo(1);
        assertThat(fetch()).isEqualTo(FetchNext.CONTINUE);
    }

    @Test
    void aSourceThatIsNotInSyncAnyMoreRefuses() {
        fetch();
        nodes.get(2).replica.apply(state(1, false));
        deliver(0);
        assertThat(carrier.orders.get(1).source()).isEqualTo(1);
        assertThat(nodes.get(2).replica.segments().describe(3, 1, 0).error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
    }

    @Test
    void whenNobodyShipsRecordsAreFetched() {
        fetch();
        carrier.listeners.get(0).failed(Failure.SOURCE, "refused");
        carrier.listeners.get(1).failed(Failure.SOURCE, "refused");
        loop.turn();
        assertThat(carrier.orders).hasSize(2);
        assertThat(resumed).isEqualTo(1);
        assertThat(fetch()).isEqualTo(FetchNext.CONTINUE);
        assertThat(target.replica.log().logEndOffset()).isPositive();
    }

    @Test
    void aNewLeaderEpochEndsTheShipment() throws IOException {
        fetch();
        SealedSegment first = describe(0);
        carrier.listeners.get(0).described(first);
        SealedSegment second = describe(1);
        carrier.listeners.get(1).described(second);
        send(1, second, true);
        assertThat(beside()).hasSize(1);
        target.replica.apply(state(2, true));
        assertThat(carrier.orders).allMatch(SegmentOrder::isCancelled);
        assertThat(carrier.discarded).isEqualTo(1);
        assertThat(beside()).isEmpty();
        nodes.get(1).replica.apply(state(2, true));
        assertThat(fetch()).as("the new leader is asked, and says the same").isEqualTo(FetchNext.SHIP);
        assertThat(carrier.orders.get(carrier.orders.size() - 1).leaderEpoch()).isEqualTo(2);
    }

    @Test
    void whatComesAfterTheEndIsRemoved() throws IOException {
        fetch();
        SealedSegment first = describe(0);
        carrier.listeners.get(0).described(first);
        target.replica.apply(state(2, true));
        send(0, first, true);
        assertThat(target.replica.log().logEndOffset()).isZero();
        assertThat(beside()).isEmpty();
    }

    @Test
    void onlyAssignedReplicasInThePresentEpochAreGivenAnything() {
        ReplicaSegments segments = nodes.get(1).replica.segments();
        assertThat(segments.describe(3, 1, 0).error()).isEqualTo(Errors.NONE);
        assertThat(segments.describe(4, 1, 0).error()).isEqualTo(Errors.REPLICA_NOT_AVAILABLE);
        assertThat(segments.describe(3, 0, 0).error()).isEqualTo(Errors.FENCED_LEADER_EPOCH);
        assertThat(segments.describe(3, 2, 0).error()).isEqualTo(Errors.UNKNOWN_LEADER_EPOCH);
        assertThat(segments.describe(3, -1, 0).error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(segments.describe(3, 1, RECORDS + 1).error()).isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
        assertThat(segments.describe(3, 1, 1).error()).isEqualTo(Errors.OFFSET_NOT_AVAILABLE);
        assertThat(segments.read(3, 1, 0, 17, 0, 100).error()).isEqualTo(Errors.SNAPSHOT_NOT_FOUND);
        assertThat(target.replica.segments().describe(2, 1, 0).error())
                .as("not in sync itself")
                .isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        nodes.get(1).replica.repair().damaged(0);
        assertThat(segments.describe(3, 1, 0).error()).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
    }

    @Test
    void sourcesAreInSyncFollowersAndThenTheLeader() {
        List<AssignedReplica> assigned = new ArrayList<>();
        for (int id = 1; id <= 5; id++) {
            assigned.add(new AssignedReplica(id, id != 4, false, id * 10L, id == 5, false));
        }
        PartitionState state = new PartitionState(1, 1, 1, assigned, true, false, 1, true);
        assertThat(Shipment.sources(state, 4, 0)).containsExactly(2, 3, 1);
        assertThat(Shipment.sources(state, 4, 1)).containsExactly(3, 2, 1);
    }
}
