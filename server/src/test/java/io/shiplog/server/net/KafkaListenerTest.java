// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.server.protocol.Exchange;
import io.shiplog.server.protocol.RequestProcessor;
import io.shiplog.server.quota.ClientQuotas;
import io.shiplog.server.quota.ConnectionRates;
import io.shiplog.server.quota.QuotaImages;
import io.shiplog.server.quota.QuotaWindows;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Order, bounds and ends of connections, with a processor that answers when the test says so. */
class KafkaListenerTest {
    private static final long TIMEOUT_S = 20;
    private static final short VERSION = 9;

    private final BlockingQueue<Exchange> requests = new LinkedBlockingQueue<>();
    private final Queue<Throwable> escaped = new ConcurrentLinkedQueue<>();
    private final List<AutoCloseable> toClose = new ArrayList<>();
    private NettyEventLoop loop;
    private KafkaListener listener;

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : toClose) {
            each.close();
        }
        listener.close();
        loop.close();
        assertThat(escaped).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void answersInTheOrderOfRequestsOnEitherTransport(boolean epoll) throws Exception {
        loop = epoll ? NettyEventLoop.start("t", escaped::add) : NettyEventLoop.startWithoutEpoll("t", escaped::add);
        listen(NetSettings.defaults(), requests::add);
        RawClient client = connect();
        for (int i = 0; i < 5; i++) {
            ask(client, i);
        }
        List<Exchange> taken = take(5);
        for (int i = 4; i >= 0; i--) {
            taken.get(i).respond(new MetadataResponseData().setClusterId("c" + i));
        }
        for (int i = 0; i < 5; i++) {
            assertThat(answer(client)).isEqualTo(i);
        }
    }

    @Test
    void closingListenerAnswersWhatItWasSentAndThenCloses() throws Exception {
        start(NetSettings.defaults(), requests::add);
        RawClient client = connect();
        ask(client, 1);
        Exchange waiting = take(1).get(0);
        Thread closing = new Thread(listener::close);
        closing.start();
        ask(client, 2);
        Exchange late = take(1).get(0);
        late.respond(new MetadataResponseData());
        waiting.respond(new MetadataResponseData());
        assertThat(answer(client)).isEqualTo(1);
        assertThat(answer(client)).isEqualTo(2);
        assertThat(client.isClosedByPeer()).isTrue();
        closing.join();
    }

    @Test
    void listenerThatIsClosedAtOnceAnswersNothingMore() throws Exception {
        start(NetSettings.defaults(), requests::add);
        RawClient client = connect();
        ask(client, 1);
        take(1);
        listener.closeAtOnce();
        assertThat(client.isClosedByPeer()).isTrue();
    }

    @Test
    void readsNoFurtherThanThePipelineAllows() throws Exception {
        start(settings(3, 1 << 20, 1 << 24, 1_000, 600_000, 30_000), requests::add);
        RawClient client = connect();
        for (int i = 0; i < 8; i++) {
            ask(client, i);
        }
        List<Exchange> first = take(3);
        assertThat(requests.poll(100, TimeUnit.MILLISECONDS)).isNull();
        first.get(0).respond(new MetadataResponseData());
        assertThat(take(1).get(0).correlationId()).isEqualTo(3);
        assertThat(requests.poll(50, TimeUnit.MILLISECONDS)).isNull();
    }

    @Test
    void readsNoFurtherThanThePipelinesBytes() throws Exception {
        start(settings(100, 100, 1 << 24, 1_000, 600_000, 30_000), requests::add);
        RawClient client = connect();
        for (int i = 0; i < 8; i++) {
            ask(client, i);
        }
        int requestBytes = RawClient.frame(ApiKeys.METADATA, VERSION, 0, "raw-client", metadata()).length - 4;
        int expected = (100 + requestBytes - 1) / requestBytes;
        take(expected);
        assertThat(requests.poll(100, TimeUnit.MILLISECONDS)).isNull();
    }

    @Test
    void stopsReadingEveryConnectionWhenRequestMemoryIsUsedUp() throws Exception {
        int limit = 16 * 1024;
        start(settings(100, 1 << 20, limit, 1_000, 600_000, 30_000, limit), requests::add);
        RawClient greedy = connect();
        byte[] big = RawClient.frame(ApiKeys.METADATA, VERSION, 1, "x".repeat(limit - 100), metadata());
        greedy.send(big);
        greedy.send(big);
        List<Exchange> held = take(2);
        RawClient modest = connect();
        ask(modest, 7);
        assertThat(requests.poll(100, TimeUnit.MILLISECONDS)).isNull();
        assertThat(metric("SocketServer.MemoryPoolAvailable")).isZero();
        assertThat(metric("SocketServer.MemoryPoolUsed")).isGreaterThanOrEqualTo(limit);
        assertThat(metric("SocketServer.reading-paused,limit=queued.max.request.bytes"))
                .isPositive();
        held.get(0).respond(new MetadataResponseData());
        held.get(1).respond(new MetadataResponseData());
        assertThat(take(1).get(0).correlationId()).isEqualTo(7);
    }

    @Test
    void aFrameThatHasBegunIsReadToItsEndWhenRequestMemoryIsUsedUp() throws Exception {
        int limit = 24 * 1024;
        start(settings(100, 1 << 20, limit, 1_000, 600_000, 30_000, limit), requests::add);
        byte[] big = RawClient.frame(ApiKeys.METADATA, VERSION, 1, "x".repeat(limit - 100), metadata());
        byte[] half = java.util.Arrays.copyOf(big, big.length / 2);
        byte[] rest = java.util.Arrays.copyOfRange(big, big.length / 2, big.length);
        RawClient slow = connect();
        slow.send(half);
        RawClient greedy = connect();
        greedy.send(big);
        take(1);
        slow.send(rest);
        assertThat(take(1).get(0).header().clientId()).hasSize(limit - 100);
    }

    @Test
    void aRequestBehindAnotherReleasesIt() throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        AtomicInteger asked = new AtomicInteger();
        start(NetSettings.defaults(), exchange -> {
            if (asked.getAndIncrement() == 0) {
                exchange.onQueuedBehind(() -> {
                    exchange.respond(new MetadataResponseData());
                    released.countDown();
                });
            } else {
                exchange.respond(new MetadataResponseData());
            }
        });
        RawClient client = connect();
        ask(client, 0);
        assertThat(released.await(50, TimeUnit.MILLISECONDS)).isFalse();
        ask(client, 1);
        assertThat(answer(client)).isZero();
        assertThat(answer(client)).isEqualTo(1);
    }

    @Test
    void noAnswerKeepsTheOrderOfTheOthers() throws Exception {
        start(NetSettings.defaults(), requests::add);
        RawClient client = connect();
        ask(client, 0);
        ask(client, 1);
        List<Exchange> taken = take(2);
        taken.get(1).respond(new MetadataResponseData());
        taken.get(0).respondNothing();
        assertThat(answer(client)).isEqualTo(1);
    }

    @Test
    void closingWaitsForTheAnswersBefore() throws Exception {
        start(NetSettings.defaults(), requests::add);
        RawClient client = connect();
        ask(client, 0);
        ask(client, 1);
        List<Exchange> taken = take(2);
        taken.get(1).close("test");
        taken.get(0).respond(new MetadataResponseData());
        assertThat(answer(client)).isZero();
        assertThat(client.isClosedByPeer()).isTrue();
    }

    @Test
    void tellsWhoWaitsThatTheConnectionIsGone() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        start(NetSettings.defaults(), exchange -> {
            exchange.onClosed(gone::countDown);
            requests.add(exchange);
        });
        RawClient client = connect();
        ask(client, 0);
        Exchange exchange = take(1).get(0);
        client.close();
        assertThat(gone.await(TIMEOUT_S, TimeUnit.SECONDS)).isTrue();
        exchange.respond(new MetadataResponseData()); // dropped
        await(() -> listener.connectionCount() == 0);
    }

    @Test
    void aSecondAnswerIsABug() throws Exception {
        start(NetSettings.defaults(), exchange -> {
            exchange.respond(new MetadataResponseData());
            exchange.respond(new MetadataResponseData());
        });
        RawClient client = connect();
        ask(client, 0);
        await(() -> !escaped.isEmpty());
        assertThat(escaped.remove()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aHandlerThatThrowsIsReportedAndItsConnectionClosed() throws Exception {
        start(NetSettings.defaults(), exchange -> {
            throw new IllegalStateException("bug");
        });
        RawClient client = connect();
        ask(client, 0);
        assertThat(client.isClosedByPeer()).isTrue();
        assertThat(escaped.remove()).hasMessage("bug");
    }

    @Test
    void closesWhatIsIdleButNotWhatWaits() throws Exception {
        start(settings(16, 1 << 20, 1 << 24, 1_000, 200, 30_000), requests::add);
        RawClient idle = connect();
        RawClient waiting = connect();
        ask(waiting, 0);
        Exchange exchange = take(1).get(0);
        assertThat(idle.isClosedByPeer()).isTrue();
        exchange.respond(new MetadataResponseData());
        assertThat(answer(waiting)).isZero();
    }

    @Test
    void closesWhenAFrameDoesNotGetDone() throws Exception {
        start(settings(16, 1 << 20, 1 << 24, 1_000, 600_000, 200), requests::add);
        RawClient drip = connect();
        drip.send(new byte[] {0, 0, 1, 0, 0});
        assertThat(drip.isClosedByPeer()).isTrue();
    }

    @Test
    void refusesMoreConnectionsThanOneAddressMayHave() throws Exception {
        start(settings(16, 1 << 20, 1 << 24, 2, 600_000, 30_000), requests::add);
        RawClient first = connect();
        connect();
        await(() -> listener.connectionCount() == 2);
        assertThat(connect().isClosedByPeer()).isTrue();
        first.close();
        await(() -> listener.connectionCount() == 1);
        RawClient again = connect();
        ask(again, 4);
        take(1).get(0).respond(new MetadataResponseData());
        assertThat(answer(again)).isEqualTo(4);
    }

    @Test
    void connectionsWaitUntilTheListenerIsOpened() throws Exception {
        loop = NettyEventLoop.start("t", escaped::add);
        listener =
                KafkaListener.bind(loop, "127.0.0.1", 0, requests::add, NetSettings.defaults(), new TransferCounters());
        RawClient early = connect();
        ask(early, 3);
        assertThat(requests.poll(100, TimeUnit.MILLISECONDS)).isNull();
        listener.open();
        take(1).get(0).respond(new MetadataResponseData());
        assertThat(answer(early)).isEqualTo(3);
    }

    @Test
    void aTakenPortIsSaidPlainly() throws Exception {
        start(NetSettings.defaults(), requests::add);
        int taken = listener.port();
        assertThatThrownBy(() -> KafkaListener.bind(
                        loop, "127.0.0.1", taken, requests::add, NetSettings.defaults(), new TransferCounters()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot listen on 127.0.0.1:" + taken);
    }

    @Test
    void aClientThatDoesNotReadIsNotReadFrom() throws Exception {
        AtomicInteger served = new AtomicInteger();
        String megabyte = "x".repeat(30_000);
        start(settings(4, 1 << 20, 1 << 24, 1_000, 600_000, 30_000), exchange -> {
            served.incrementAndGet();
            MetadataResponseData big = new MetadataResponseData();
            for (int i = 0; i < 30; i++) {
                big.brokers()
                        .add(new MetadataResponseData.MetadataResponseBroker()
                                .setNodeId(i)
                                .setHost(megabyte));
            }
            exchange.respond(big);
        });
        RawClient client = connect();
        int asked = 200;
        Thread sender = new Thread(() -> {
            try {
                for (int i = 0; i < asked; i++) {
                    ask(client, i);
                }
            } catch (IOException e) {
                escaped.add(e);
            }
        });
        sender.start();
        sender.join(TimeUnit.SECONDS.toMillis(TIMEOUT_S));
        await(() -> served.get() > 0);
        // what the kernel's buffers take on loopback is far below 200 answers of 900 KB
        assertThat(settled(served)).isLessThan(asked);
        for (int i = 0; i < asked; i++) {
            assertThat(answer(client)).isEqualTo(i);
        }
    }

    @Test
    void throttledConnectionIsReadNoFurtherForThatTime() throws Exception {
        start(NetSettings.defaults(), requests::add);
        RawClient client = connect();
        ask(client, 1);
        Exchange first = take(1).get(0);
        long beganNs = System.nanoTime();
        first.throttle(300);
        first.throttle(100);
        first.respond(new MetadataResponseData());
        assertThat(answer(client)).as("the answer does not wait").isEqualTo(1);
        ask(client, 2);
        RawClient other = connect();
        ask(other, 3);
        assertThat(take(1).get(0).correlationId()).as("others go on").isEqualTo(3);
        assertThat(take(1).get(0).correlationId()).isEqualTo(2);
        assertThat(System.nanoTime() - beganNs).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(299));
        assertThat(metric("SocketServer.reading-paused,limit=quota")).isEqualTo(1);
    }

    @Test
    void throttledConnectionIsNotClosedAsIdleOrUnfinished() throws Exception {
        start(settings(5, 1 << 20, 1 << 24, 1_000, 50, 50), requests::add);
        RawClient client = connect();
        ask(client, 1);
        Exchange first = take(1).get(0);
        first.throttle(500);
        byte[] second = RawClient.frame(ApiKeys.METADATA, VERSION, 2, "raw-client", metadata());
        client.send(java.util.Arrays.copyOf(second, 10));
        first.respond(new MetadataResponseData());
        assertThat(answer(client)).isEqualTo(1);
        RawClient idle = connect();
        assertThat(idle.isClosedByPeer()).isTrue();
        client.send(java.util.Arrays.copyOfRange(second, 10, second.length));
        assertThat(take(1).get(0).correlationId()).isEqualTo(2);
    }

    @Test
    void addressThatConnectsTooOftenIsClosedAfterAWhile() throws Exception {
        ClientQuotas quotas = new ClientQuotas(QuotaWindows.DEFAULT);
        quotas.set(new QuotaImages()
                .with("ip=127.0.0.1", "connection_creation_rate", 1)
                .registry());
        start(new ConnectionRates(quotas, Integer.MAX_VALUE));
        for (int i = 0; i < 10; i++) {
            ask(connect(), i);
        }
        take(10);
        assertThat(connect().isClosedByPeer()).isTrue();
        assertThat(metric("SocketServer.connections-refused,limit=connection_creation_rate"))
                .isEqualTo(1);
        assertThat(metric("SocketServer.connection-count")).isEqualTo(10);
    }

    @Test
    void nodeThatGetsTooManyConnectionsLetsTheNextOnesWait() throws Exception {
        start(new ConnectionRates(new ClientQuotas(QuotaWindows.DEFAULT), 1));
        for (int i = 0; i < 12; i++) {
            ask(connect(), i);
        }
        // none is refused
        take(12);
        assertThat(metric("SocketServer.accepting-paused,limit=max.connection.creation.rate"))
                .isPositive();
    }

    @Test
    void readerThatHoldsTheMostIsClosedWhenAnswersFillTheMemory() throws Exception {
        NetSettings limited =
                new NetSettings(1 << 20, 1_000, 1_000, 600_000, 30_000, 16, 1 << 20, 1 << 24, 16 << 20, 16 * 1024, 100);
        start(limited, exchange -> {
            exchange.respond(new MetadataResponseData().setClusterId("c".repeat(30_000)));
        });
        RawClient modest = connect();
        ask(modest, 1);
        assertThat(answer(modest)).isEqualTo(1);
        List<RawClient> greedy = new ArrayList<>();
        // 1 MiB each fills the channel, and what the kernel takes is beside it
        for (int i = 0; i < 40; i++) {
            greedy.add(connect());
        }
        for (RawClient client : greedy) {
            for (int i = 0; i < 400; i++) {
                ask(client, i);
            }
        }
        await(() -> metric("SocketServer.connections-closed,limit=queued.max.response.bytes") > 0);
        assertThat(metric("SocketServer.AnswerMemoryUsed")).isLessThanOrEqualTo(17 << 20);
        ask(modest, 2);
        assertThat(answer(modest)).isEqualTo(2);
    }

    @Test
    void refusesMoreConnectionsThanTheNodeMayHave() throws Exception {
        start(NetSettings.defaults().withMaxConnections(2), requests::add);
        ask(connect(), 1);
        ask(connect(), 2);
        take(2);
        assertThat(connect().isClosedByPeer()).isTrue();
        assertThat(metric("SocketServer.connections-refused,limit=max.connections"))
                .isEqualTo(1);
        assertThat(metric("SocketServer.connections-refused,limit=max.connections.per.ip"))
                .isZero();
    }

    @Test
    void limitsThatAreReachedAreCountedEachByItself() throws Exception {
        start(settings(5, 1 << 20, 1 << 24, 1, 600_000, 50), requests::add);
        RawClient unfinished = connect();
        unfinished.send(new byte[] {0, 0, 0});
        assertThat(connect().isClosedByPeer()).isTrue();
        assertThat(unfinished.isClosedByPeer()).isTrue();
        await(() -> metric("SocketServer.connection-count") == 0);
        RawClient tooLong = connect();
        tooLong.send(new byte[] {127, 0, 0, 0});
        assertThat(tooLong.isClosedByPeer()).isTrue();
        assertThat(metric("SocketServer.connections-refused,limit=max.connections.per.ip"))
                .isEqualTo(1);
        assertThat(metric("SocketServer.connections-closed,limit=connections.max.frame.ms"))
                .isEqualTo(1);
        assertThat(metric("SocketServer.connections-closed,limit=socket.request.max.bytes"))
                .isEqualTo(1);
        assertThat(metric("SocketServer.connections-refused,limit=max.connections"))
                .isZero();
        assertThat(metric("SocketServer.connections-closed,limit=connections.max.idle.ms"))
                .isZero();
    }

    private long metric(String name) {
        return listener.metrics().get(name).getAsLong();
    }

    private void start(ConnectionRates rates) throws IOException {
        loop = NettyEventLoop.start("t", escaped::add);
        listener = KafkaListener.bind(
                loop, "127.0.0.1", 0, requests::add, NetSettings.defaults(), new TransferCounters(), rates);
        listener.open();
    }

    private static int settled(AtomicInteger counter) {
        int before;
        int after = counter.get();
        do {
            before = after;
            java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            after = counter.get();
        } while (after != before);
        return after;
    }

    private void start(NetSettings settings, RequestProcessor processor) throws IOException {
        loop = NettyEventLoop.start("t", escaped::add);
        listen(settings, processor);
    }

    private void listen(NetSettings settings, RequestProcessor processor) throws IOException {
        listener = KafkaListener.bind(loop, "127.0.0.1", 0, processor, settings, new TransferCounters());
        listener.open();
    }

    private static NetSettings settings(
            int requests, int bytes, long queued, int perAddress, long idleMs, long frameMs) {
        return settings(requests, bytes, queued, perAddress, idleMs, frameMs, 1 << 20);
    }

    private static NetSettings settings(
            int requests, int bytes, long queued, int perAddress, long idleMs, long frameMs, int requestMax) {
        return new NetSettings(
                requestMax, 1_000, perAddress, idleMs, frameMs, requests, bytes, queued, 1 << 30, 16 * 1024, 100);
    }

    private RawClient connect() throws IOException {
        RawClient client = new RawClient(listener.port());
        toClose.add(client);
        return client;
    }

    private static MetadataRequestData metadata() {
        return new MetadataRequestData().setTopics(null);
    }

    private static void ask(RawClient client, int correlationId) throws IOException {
        client.send(ApiKeys.METADATA, VERSION, correlationId, metadata());
    }

    private static int answer(RawClient client) throws IOException {
        try {
            return RawClient.correlationId(client.receive(), ApiKeys.METADATA, VERSION);
        } catch (SocketTimeoutException e) {
            throw new AssertionError("no answer", e);
        }
    }

    private List<Exchange> take(int count) throws InterruptedException {
        List<Exchange> taken = new ArrayList<>();
        while (taken.size() < count) {
            Exchange next = requests.poll(TIMEOUT_S, TimeUnit.SECONDS);
            assertThat(next).as("request %s of %s", taken.size() + 1, count).isNotNull();
            taken.add(next);
        }
        return taken;
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_S);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}
