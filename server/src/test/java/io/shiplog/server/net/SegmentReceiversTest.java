// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.replication.fetch.FetchFrame;
import io.shiplog.replication.fetch.FrameSink;
import io.shiplog.replication.fetch.SegmentCodec;
import io.shiplog.replication.fetch.SegmentRequest;
import io.shiplog.replication.runtime.SegmentListener;
import io.shiplog.replication.runtime.SegmentOrder;
import io.shiplog.server.protocol.MalformedRequest;
import io.shiplog.server.protocol.RequestHeaderReader;
import io.shiplog.storage.StorageClock;
import io.shiplog.storage.log.LogDirectory;
import io.shiplog.storage.log.LogDirectoryConfig;
import io.shiplog.storage.log.LogSettings;
import io.shiplog.storage.log.LogSlice;
import io.shiplog.storage.log.PartitionLog;
import io.shiplog.storage.log.ReceivedSegment;
import io.shiplog.storage.log.SealedSegment;
import io.shiplog.storage.model.EpochStart;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchSnapshotRequestData;
import org.apache.kafka.common.message.FetchSnapshotResponseData;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Segments come over real sockets from a node that behaves as the test wants. */
class SegmentReceiversTest {
    private static final TopicIdPartition PARTITION = new TopicIdPartition(new Uuid(8, 9), new TopicPartition("t", 0));
    private static final int CHUNK = 1_000;

    @TempDir
    Path path;

    private final Queue<Throwable> escaped = new ConcurrentLinkedQueue<>();
    private final NettyEventLoop loop = NettyEventLoop.start("segments-test", escaped::add);
    private LogDirectory directory;
    private PartitionLog log;
    private SegmentReceivers receivers;
    private Source source;
    private ByteBuffer segment;
    private SealedSegment described;

    /** What the listener heard. */
    private static final class Heard implements SegmentListener {
        final CountDownLatch done = new CountDownLatch(1);
        final List<SealedSegment> described = new CopyOnWriteArrayList<>();
        volatile ReceivedSegment received;
        volatile Failure failure;
        volatile String why;

        @Override
        public void described(SealedSegment segment) {
            described.add(segment);
        }

        @Override
        public void received(ReceivedSegment segment) {
            received = segment;
            done.countDown();
        }

        @Override
        public void failed(Failure kind, String reason) {
            failure = kind;
            why = reason;
            done.countDown();
        }

        Heard await() throws InterruptedException {
            assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
            return this;
        }
    }

    /** Serves one connection at a time per thread; each answer passes through the test's hands. */
    private final class Source implements AutoCloseable {
        final ServerSocket server;
        final List<SegmentRequest> asked = new CopyOnWriteArrayList<>();
        final AtomicInteger connections = new AtomicInteger();
        final List<Socket> sockets = new CopyOnWriteArrayList<>();
        volatile Errors refusal = Errors.NONE;
        volatile int corruptAt = -1;
        volatile int closeAt = -1;
        volatile int silentAt = -1;
        volatile int shiftAt = -1;
        volatile int maxPieceBytes = Integer.MAX_VALUE;
        final CountDownLatch go = new CountDownLatch(1);
        volatile boolean waits;

        Source() throws IOException {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            Thread acceptor = new Thread(this::accept, "source");
            acceptor.start();
        }

        InetSocketAddress address() {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort());
        }

        private void accept() {
            while (true) {
                Socket socket;
                try {
                    socket = server.accept();
                } catch (IOException closed) {
                    return;
                }
                sockets.add(socket);
                new Thread(() -> serve(socket), "source-connection").start();
            }
        }

        private void serve(Socket socket) {
            connections.incrementAndGet();
            try (socket) {
                DataInputStream in = new DataInputStream(socket.getInputStream());
                while (answer(in, socket.getOutputStream())) {
                    if (waits) {
                        go.await();
                    }
                }
            } catch (IOException | UncheckedIOException gone) {
                assertThat(gone).isNotNull();
            } catch (InterruptedException | MalformedRequest e) {
                throw new AssertionError(e);
            } finally {
                connections.decrementAndGet();
            }
        }

        private boolean answer(DataInputStream in, OutputStream out) throws IOException, MalformedRequest {
            byte[] asBytes = new byte[in.readInt()];
            in.readFully(asBytes);
            ByteBuffer frame = ByteBuffer.wrap(asBytes);
            RequestHeaderReader headers = new RequestHeaderReader();
            headers.read(frame);
            SegmentRequest request = SegmentCodec.read(
                    new FetchSnapshotRequestData(new ByteBufferAccessor(frame), SegmentCodec.VERSION));
            asked.add(request);
            boolean bytes = request.sizeInBytes() != SegmentRequest.DESCRIBE;
            if (bytes && request.position() == closeAt) {
                return false;
            }
            if (bytes && silentAt >= 0 && request.position() >= silentAt) {
                return true;
            }
            write(out, headers.correlationId(), response(request));
            return true;
        }

        private FetchSnapshotResponseData response(SegmentRequest request) {
            if (refusal != Errors.NONE) {
                return SegmentCodec.refusal(request, refusal);
            }
            if (request.sizeInBytes() == SegmentRequest.DESCRIBE) {
                return SegmentCodec.description(request, described, maxPieceBytes);
            }
            int size = Math.min(request.maxBytes(), segment.limit() - request.position());
            ByteBuffer chunk = ByteBuffer.allocate(size)
                    .put(segment.slice(request.position(), size))
                    .flip();
            if (corruptAt >= request.position() && corruptAt < request.position() + size) {
                int at = corruptAt - request.position();
                chunk.put(at, (byte) (chunk.get(at) ^ 1));
            }
            var partition = new FetchSnapshotResponseData.PartitionSnapshot()
                    .setSize(segment.limit())
                    .setPosition(request.position() == shiftAt ? shiftAt + 1 : request.position())
                    .setUnalignedRecords(MemoryRecords.readableRecords(chunk));
            var topic = new FetchSnapshotResponseData.TopicSnapshot()
                    .setName(request.topicId().toString())
                    .setPartitions(List.of(partition));
            return new FetchSnapshotResponseData().setTopics(List.of(topic));
        }

        private void write(OutputStream out, int correlationId, FetchSnapshotResponseData response) {
            FetchFrame frame = SegmentCodec.encodeResponse(correlationId, response, ByteBuffer::allocate);
            frame.writeTo(new FrameSink() {
                @Override
                public void bytes(ByteBuffer bytes) {
                    byte[] copy = new byte[bytes.remaining()];
                    bytes.duplicate().get(copy);
                    try {
                        out.write(copy);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }

                @Override
                public void slice(LogSlice slice) {
                    throw new AssertionError("no slice was given");
                }
            });
        }

        @Override
        public void close() throws IOException {
            go.countDown();
            server.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    @BeforeEach
    void open() throws IOException {
        directory = LogDirectory.open(path, LogDirectoryConfig.defaultConfig(), StorageClock.system());
        directory.recover((done, total) -> {});
        directory.markRunning(1);
        log = directory.create(PARTITION, LogSettings.defaults());
        List<ByteBuffer> batches = new ArrayList<>();
        int size = 0;
        for (int i = 0; i < 20; i++) {
            ByteBuffer batch = MemoryRecords.withRecords(
                            i, Compression.NONE, 3, new SimpleRecord(1_000L + i, null, new byte[300]))
                    .buffer();
            batches.add(batch);
            size += batch.remaining();
        }
        segment = ByteBuffer.allocate(size);
        batches.forEach(segment::put);
        segment.flip();
        described = new SealedSegment(0, 20, size, 0, List.of(new EpochStart(3, 0)));
        source = new Source();
        receivers = receivers(500);
    }

    private SegmentReceivers receivers(int timeoutMs) {
        SegmentStreamSettings settings = new SegmentStreamSettings(7, 3, 2, CHUNK, 5_000, timeoutMs);
        return new SegmentReceivers(loop, settings, id -> id == 9 ? null : source.address(), () -> 70);
    }

    @AfterEach
    void close() throws IOException {
        source.close();
        receivers.close();
        directory.close();
        loop.close();
        assertThat(escaped).isEmpty();
    }

    private SegmentOrder order(int node) {
        return new SegmentOrder(PARTITION, log, node, 3, 0, 20, null);
    }

    private Heard receive(SegmentOrder order) {
        Heard heard = new Heard();
        receivers.receive(order, heard);
        return heard;
    }

    private void awaitNothingBeside() throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!beside().isEmpty() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(beside()).isEmpty();
    }

    private List<String> beside() throws IOException {
        try (Stream<Path> files = Files.list(path.resolve(PARTITION.topicId() + "-0"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(".shipped"))
                    .toList();
        }
    }

    @Test
    void aSegmentComesInPiecesAndIsWhole() throws Exception {
        Heard heard = receive(order(2)).await();
        assertThat(heard.failure).as(heard.why).isNull();
        assertThat(heard.described).containsExactly(described);
        assertThat(source.asked).hasSizeGreaterThan(segment.limit() / CHUNK);
        assertThat(source.asked)
                .allMatch(asked -> asked.nodeId() == 7
                        && asked.brokerEpoch() == 70
                        && asked.leaderEpoch() == 3
                        && asked.topicId().equals(PARTITION.topicId()));
        assertThat(log.shipping().beginAdoption(heard.received, 3)).isNull();
        while (!log.shipping().adopt(5)) {
            assertThat(log.logEndOffset()).isPositive();
        }
        assertThat(log.logEndOffset()).isEqualTo(20);
        awaitNothingBeside();
    }

    /** It has to hold a rate, and knows best which pieces it can give without a long silence. */
    @Test
    void noMoreIsAskedForAtATimeThanTheSourceSays() throws Exception {
        source.maxPieceBytes = 300;
        Heard heard = receive(order(2)).await();
        assertThat(heard.failure).as(heard.why).isNull();
        assertThat(source.asked).allMatch(asked -> asked.maxBytes() <= 300);
        receivers.discard(heard.received);
        awaitNothingBeside();
    }

    @Test
    void corruptBytesAreRefusedAndTheSourceIsTold() throws Exception {
        source.corruptAt = segment.limit() - 5;
        Heard heard = receive(order(2)).await();
        assertThat(heard.failure).isEqualTo(SegmentListener.Failure.SOURCE);
        assertThat(heard.why).contains("CRC");
        assertThat(source.asked.get(source.asked.size() - 1).suspicion()).isTrue();
        awaitNothingBeside();
    }

    @Test
    void aConnectionThatBreaksInTheMiddleIsTheSourcesFailure() throws Exception {
        source.closeAt = 2 * CHUNK;
        Heard heard = receive(order(2)).await();
        assertThat(heard.failure).isEqualTo(SegmentListener.Failure.SOURCE);
        awaitNothingBeside();
    }

    @Test
    void aSourceThatFallsSilentIsGivenUp() throws Exception {
        source.silentAt = 2 * CHUNK;
        Heard heard = receive(order(2)).await();
        assertThat(heard.failure).isEqualTo(SegmentListener.Failure.SOURCE);
        assertThat(heard.why).contains("500 ms");
        awaitNothingBeside();
    }

    @Test
    void bytesFromAnotherPlaceAreRefused() throws Exception {
        source.shiftAt = CHUNK;
        Heard heard = receive(order(2)).await();
        assertThat(heard.failure).isEqualTo(SegmentListener.Failure.SOURCE);
        assertThat(heard.why).contains("were asked for");
    }

    @Test
    void refusalsAreTold() throws Exception {
        source.refusal = Errors.OFFSET_NOT_AVAILABLE;
        assertThat(receive(order(2)).await().failure).isEqualTo(SegmentListener.Failure.NOTHING_THERE);
        source.refusal = Errors.NOT_LEADER_OR_FOLLOWER;
        assertThat(receive(order(2)).await().failure).isEqualTo(SegmentListener.Failure.SOURCE);
        assertThat(receive(order(9)).await().why).contains("not registered");
    }

    @Test
    void whatIsNotCommittedAsAWholeIsNotTaken() throws Exception {
        Heard heard =
                receive(new SegmentOrder(PARTITION, log, 2, 3, 0, 19, null)).await();
        assertThat(heard.failure).isEqualTo(SegmentListener.Failure.NOTHING_THERE);
    }

    @Test
    void soManyComeFromOneNodeAtATimeAndNoMore() throws Exception {
        source.waits = true;
        List<Heard> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            all.add(receive(order(2)));
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (source.connections.get() < 2 && System.nanoTime() < deadline) {
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(receivers.active()).isEqualTo(2);
        all.add(receive(order(3)));
        assertThat(receivers.active()).isEqualTo(3);
        source.waits = false;
        source.go.countDown();
        for (Heard heard : all) {
            heard.await();
        }
    }

    @Test
    void anOrderThatIsCancelledEndsSoon() throws Exception {
        receivers.close();
        receivers = receivers(60_000);
        source.silentAt = CHUNK;
        SegmentOrder order = order(2);
        Heard heard = receive(order);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (heard.described.isEmpty() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(1_000_000);
        }
        order.cancel();
        while (receivers.active() > 0 && System.nanoTime() < deadline) {
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(receivers.active()).isZero();
        assertThat(heard.done.getCount()).as("nobody waits for it").isEqualTo(1);
        awaitNothingBeside();
    }
}
