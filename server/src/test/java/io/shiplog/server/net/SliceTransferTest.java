// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.replication.fetch.SliceRecords;
import io.shiplog.server.protocol.Exchange;
import io.shiplog.storage.StorageClock;
import io.shiplog.storage.log.LogDirectory;
import io.shiplog.storage.log.LogDirectoryConfig;
import io.shiplog.storage.log.LogSettings;
import io.shiplog.storage.log.LogSlice;
import io.shiplog.storage.log.PartitionLog;
import io.shiplog.storage.model.InvariantViolation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records on their way from a segment file to a client. */
class SliceTransferTest {
    private static final long TIMEOUT_S = 20;
    private static final short VERSION = 12;
    private static final int ZERO_COPY_MIN = 16 * 1024;
    private static final Uuid TOPIC = new Uuid(1, 1);

    @TempDir
    Path path;

    private final BlockingQueue<Exchange> requests = new LinkedBlockingQueue<>();
    private final Queue<Throwable> escaped = new ConcurrentLinkedQueue<>();
    private final TransferCounters transfers = new TransferCounters();
    private LogDirectory directory;
    private PartitionLog log;
    private NettyEventLoop loop;
    private KafkaListener listener;

    @BeforeEach
    void start() {
        directory = LogDirectory.open(path, LogDirectoryConfig.defaultConfig(), StorageClock.system());
        directory.stampAs("c", 1);
        directory.recover((done, total) -> {});
        directory.markRunning(1);
        log = directory.create(new TopicIdPartition(TOPIC, 0, "t"), LogSettings.defaults());
    }

    @AfterEach
    void stop() {
        listener.close();
        loop.close();
        directory.close();
        assertThat(escaped).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void longSlicesGoBySendfileAndShortOnesFromBuffers(boolean epoll) throws Exception {
        listen(epoll);
        byte[] shortOne = append(100);
        byte[] longOne = append(200_000);
        byte[] another = append(ZERO_COPY_MIN / 2);
        try (RawClient client = new RawClient(listener.port())) {
            Exchange exchange = ask(client);
            exchange.respondFetch(response(slice(0), slice(1), slice(2)), 7);
            FetchResponseData received = received(client);
            List<PartitionData> partitions = received.responses().get(0).partitions();
            assertThat(bytes(partitions.get(0))).isEqualTo(shortOne);
            assertThat(bytes(partitions.get(1))).isEqualTo(longOne);
            assertThat(bytes(partitions.get(2))).isEqualTo(another);
        }
        await(() -> transfers.followers().get(7).sendfileBytes() == longOne.length);
        assertThat(transfers.followers().get(7).bufferBytes()).isEqualTo(shortOne.length + another.length);
        assertThat(transfers.consumers()).isEmpty();
    }

    @Test
    void consumersAreCountedByClientId() throws Exception {
        listen(true);
        byte[] sent = append(50_000);
        try (RawClient client = new RawClient(listener.port())) {
            ask(client).respondFetch(response(slice(0)), Exchange.CONSUMER);
            assertThat(bytes(received(client).responses().get(0).partitions().get(0)))
                    .isEqualTo(sent);
        }
        await(() -> transfers.consumers().get("raw-client").sendfileBytes() == sent.length);
    }

    @Test
    void slicesAreReleasedWhenSentAndWhenDropped() throws Exception {
        listen(true);
        append(100_000);
        LogSlice sent = slice(0);
        LogSlice dropped = slice(0);
        sent.retain();
        dropped.retain();
        Exchange late;
        try (RawClient client = new RawClient(listener.port())) {
            ask(client).respondFetch(response(sent), 7);
            received(client);
            await(() -> transfers.followers().get(7).sendfileBytes() > 0);
            late = ask(client);
        }
        await(() -> listener.connectionCount() == 0);
        late.respondFetch(response(dropped), 7);
        assertOnlyOurReferenceIsLeft(sent);
        assertOnlyOurReferenceIsLeft(dropped);
    }

    @Test
    void slicesInAConnectionThatEndsAreReleased() throws Exception {
        listen(true);
        append(900_000);
        LogSlice stuck = slice(0);
        stuck.retain();
        try (RawClient client = new RawClient(listener.port())) {
            Exchange first = ask(client);
            Exchange second = ask(client);
            second.respondFetch(response(stuck), 7); // waits for the first
            assertThat(first.connectionId()).isEqualTo(second.connectionId());
        }
        await(() -> listener.connectionCount() == 0);
        assertOnlyOurReferenceIsLeft(stuck);
    }

    @Test
    void aTransferThatComesOutShortClosesTheConnection() throws Exception {
        listen(true);
        append(300_000);
        LogSlice slice = slice(0);
        try (Stream<Path> files = Files.walk(path)) {
            Path segment = files.filter(file -> file.toString().endsWith(".log"))
                    .findFirst()
                    .orElseThrow();
            try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.WRITE)) {
                channel.truncate(200_000);
            }
        }
        try (RawClient client = new RawClient(listener.port())) {
            ask(client).respondFetch(response(slice), 7);
            int length = client.readInt();
            assertThat(length).isGreaterThan(300_000);
            assertThat(client.readUntilClosed()).isLessThan(length);
        }
        await(() -> listener.connectionCount() == 0);
    }

    @Test
    void shortSlicesGoBySendfileTooWhenAnswersHoldHalfOfTheirMemory() throws Exception {
        int answerBytes = 64 * 1024;
        listen(true, answerBytes);
        int count = 100;
        List<byte[]> sent = new ArrayList<>();
        LogSlice[] slices = new LogSlice[count];
        for (int i = 0; i < count; i++) {
            sent.add(append(ZERO_COPY_MIN / 2));
        }
        for (int i = 0; i < count; i++) {
            slices[i] = slice(i);
        }
        try (RawClient client = new RawClient(listener.port())) {
            ask(client).respondFetch(response(slices), 7);
            List<PartitionData> partitions = received(client).responses().get(0).partitions();
            for (int i = 0; i < count; i++) {
                assertThat(bytes(partitions.get(i))).isEqualTo(sent.get(i));
            }
        }
        long all = (long) count * sent.get(0).length;
        await(() -> transfers.followers().get(7).sendfileBytes()
                        + transfers.followers().get(7).bufferBytes()
                == all);
        assertThat(transfers.followers().get(7).bufferBytes()).isBetween(1L, Math.min(all - 1, (long) answerBytes / 2));
    }

    private void listen(boolean epoll) throws IOException {
        listen(epoll, 1 << 24);
    }

    private void listen(boolean epoll, long answerBytes) throws IOException {
        loop = epoll ? NettyEventLoop.start("t", escaped::add) : NettyEventLoop.startWithoutEpoll("t", escaped::add);
        NetSettings settings = new NetSettings(
                1 << 20, 100, 100, 600_000, 30_000, 16, 1 << 20, 1 << 24, answerBytes, ZERO_COPY_MIN, 10);
        listener = KafkaListener.bind(loop, "127.0.0.1", 0, requests::add, settings, transfers);
        listener.open();
    }

    /** Appends one batch whose value has so many bytes; gives the bytes that were written. */
    private byte[] append(int valueBytes) {
        MemoryRecords batch = MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(new byte[valueBytes]));
        ByteBuffer buffer = batch.buffer();
        log.appendAsLeader(buffer.duplicate(), 0, System.currentTimeMillis(), true);
        byte[] written = new byte[buffer.remaining()];
        buffer.duplicate().get(written);
        return written;
    }

    private LogSlice slice(long offset) {
        LogSlice slice = log.read(offset, 1, log.logEndOffset(), true);
        assertThat(slice.sizeInBytes()).isPositive();
        return slice;
    }

    private static FetchResponseData response(LogSlice... slices) {
        FetchableTopicResponse topic = new FetchableTopicResponse().setTopic("t");
        for (int i = 0; i < slices.length; i++) {
            topic.partitions().add(new PartitionData().setPartitionIndex(i).setRecords(new SliceRecords(slices[i])));
        }
        return new FetchResponseData().setResponses(List.of(topic));
    }

    private Exchange ask(RawClient client) throws Exception {
        client.send(ApiKeys.FETCH, VERSION, 9, new FetchRequestData().setReplicaId(-1));
        Exchange exchange = requests.poll(TIMEOUT_S, TimeUnit.SECONDS);
        assertThat(exchange).isNotNull();
        return exchange;
    }

    private static FetchResponseData received(RawClient client) throws IOException {
        ByteBuffer frame = client.receive();
        assertThat(RawClient.correlationId(frame, ApiKeys.FETCH, VERSION)).isEqualTo(9);
        return new FetchResponseData(new ByteBufferAccessor(frame), VERSION);
    }

    private static byte[] bytes(PartitionData partition) {
        ByteBuffer buffer = ((MemoryRecords) partition.records()).buffer();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    /** Ours is the last reference, so that one release more is the storage module's broken invariant. */
    private void assertOnlyOurReferenceIsLeft(LogSlice slice) throws Exception {
        CountDownLatch loopIsThrough = new CountDownLatch(1);
        loop.execute(() -> loop.execute(loopIsThrough::countDown));
        assertThat(loopIsThrough.await(TIMEOUT_S, TimeUnit.SECONDS)).isTrue();
        slice.release();
        assertThatThrownBy(slice::release).isInstanceOf(InvariantViolation.class);
    }

    private static void await(java.util.function.BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_S);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}
