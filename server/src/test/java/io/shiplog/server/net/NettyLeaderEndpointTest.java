// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.replication.fetch.FetchResponseHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NettyLeaderEndpointTest {
    private static final long TIMEOUT_S = 20;

    private final BlockingQueue<io.shiplog.server.protocol.Exchange> requests = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> outcomes = new LinkedBlockingQueue<>();
    private final Queue<Throwable> escaped = new ConcurrentLinkedQueue<>();
    private NettyEventLoop loop;
    private KafkaListener leader;

    @BeforeEach
    void start() throws IOException {
        loop = NettyEventLoop.start("t", escaped::add);
        leader =
                KafkaListener.bind(loop, "127.0.0.1", 0, requests::add, NetSettings.defaults(), new TransferCounters());
        leader.open();
    }

    @AfterEach
    void stop() {
        leader.close();
        loop.close();
        assertThat(escaped).isEmpty();
    }

    @Test
    void sendsFetchesAndDeliversTheAnswersInOrder() throws Exception {
        NettyLeaderEndpoint endpoint = endpoint(leader.port(), 30_000);
        fetch(endpoint, "a", 5);
        fetch(endpoint, "b", 6);
        var first = take();
        var second = take();
        assertThat(first.header().api()).isEqualTo(ApiKeys.FETCH);
        assertThat(first.header().clientId()).isEqualTo("follower-3");
        second.respondFetch(new FetchResponseData().setSessionId(22), 3);
        first.respondFetch(new FetchResponseData().setSessionId(11), 3);
        assertThat(outcome()).isEqualTo("a: 11");
        assertThat(outcome()).isEqualTo("b: 22");
        loop.execute(endpoint::close);
    }

    @Test
    void aRefusedConnectionFailsWhatWasAsked() throws Exception {
        int closedPort;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closedPort = socket.getLocalPort();
        }
        NettyLeaderEndpoint endpoint = endpoint(closedPort, 30_000);
        fetch(endpoint, "a", 5);
        fetch(endpoint, "b", 5);
        assertThat(outcome()).startsWith("a failed: cannot connect to 127.0.0.1:" + closedPort);
        assertThat(outcome()).startsWith("b failed: ");
    }

    @Test
    void aNameIsResolvedAndAnUnknownOneFails() throws Exception {
        NettyLeaderEndpoint known = new NettyLeaderEndpoint(loop, 1, "localhost", leader.port(), settings(30_000));
        fetch(known, "known", 5);
        take().respondFetch(new FetchResponseData().setSessionId(1), 3);
        assertThat(outcome()).isEqualTo("known: 1");
        NettyLeaderEndpoint unknown = new NettyLeaderEndpoint(loop, 1, "no-such-host.invalid", 1, settings(30_000));
        fetch(unknown, "unknown", 5);
        assertThat(outcome()).isEqualTo("unknown failed: host no-such-host.invalid is not known");
    }

    @Test
    void aBrokenConnectionFailsWhatItOwesAndTheNextFetchOpensAnother() throws Exception {
        NettyLeaderEndpoint endpoint = endpoint(leader.port(), 30_000);
        fetch(endpoint, "a", 5);
        take().close("test");
        assertThat(outcome()).isEqualTo("a failed: node 1 closed the connection");
        fetch(endpoint, "b", 5);
        take().respondFetch(new FetchResponseData().setSessionId(2), 3);
        assertThat(outcome()).isEqualTo("b: 2");
    }

    @Test
    void anAnswerThatDoesNotComeFailsAfterItsTime() throws Exception {
        NettyLeaderEndpoint endpoint = endpoint(leader.port(), 200);
        fetch(endpoint, "a", 5);
        take();
        assertThat(outcome()).isEqualTo("a failed: node 1 did not answer within 200 ms");
    }

    @Test
    void disconnectingFailsAndClosingDoesNot() throws Exception {
        NettyLeaderEndpoint endpoint = endpoint(leader.port(), 30_000);
        fetch(endpoint, "a", 5);
        take();
        loop.execute(endpoint::disconnect);
        assertThat(outcome()).isEqualTo("a failed: disconnected");
        fetch(endpoint, "b", 5);
        take();
        loop.execute(endpoint::close);
        assertThat(outcomes.poll(50, TimeUnit.MILLISECONDS)).isNull();
        loop.execute(() -> assertThatThrownBy(() -> endpoint.fetch(new FetchRequestData(), handler("c")))
                .isInstanceOf(IllegalStateException.class));
    }

    @Test
    void anAnswerThatIsNoneEndsTheConnection() throws Exception {
        try (ServerSocket liar = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            NettyLeaderEndpoint endpoint = endpoint(liar.getLocalPort(), 30_000);
            for (byte[] answer : new byte[][] {
                {0, 0, 0, 4, 0, 0, 0, 99}, // another correlation id
                {-1, -1, -1, -1}, // no length
                {0, 0, 0, 2, 1, 1}, // too short for a correlation id
            }) {
                fetch(endpoint, "a", 5);
                try (var socket = liar.accept()) {
                    socket.getOutputStream().write(answer);
                    assertThat(outcome()).startsWith("a failed: ").doesNotContain("closed the connection");
                }
            }
            fetch(endpoint, "b", 5);
            try (var socket = liar.accept()) {
                socket.getOutputStream().write(new byte[] {0, 0, 0, 6, 0, 0, 0, 3, 0, 7}); // body cut off
                assertThat(outcome()).startsWith("b failed: the answer of node 1 is malformed");
            }
        }
    }

    private NettyLeaderEndpoint endpoint(int port, int requestTimeoutMs) {
        return new NettyLeaderEndpoint(loop, 1, "127.0.0.1", port, settings(requestTimeoutMs));
    }

    private static LeaderEndpointSettings settings(int requestTimeoutMs) {
        return new LeaderEndpointSettings(3, 5_000, requestTimeoutMs, 1 << 20, 1000);
    }

    private void fetch(NettyLeaderEndpoint endpoint, String name, int maxWaitMs) {
        loop.execute(() -> endpoint.fetch(new FetchRequestData().setMaxWaitMs(maxWaitMs), handler(name)));
    }

    private FetchResponseHandler handler(String name) {
        return new FetchResponseHandler() {
            @Override
            public void onResponse(FetchResponseData response) {
                outcomes.add(name + ": " + response.sessionId());
            }

            @Override
            public void onFailure(String reason) {
                outcomes.add(name + " failed: " + reason);
            }
        };
    }

    private io.shiplog.server.protocol.Exchange take() throws InterruptedException {
        var exchange = requests.poll(TIMEOUT_S, TimeUnit.SECONDS);
        assertThat(exchange).isNotNull();
        return exchange;
    }

    private String outcome() throws InterruptedException {
        String outcome = outcomes.poll(TIMEOUT_S, TimeUnit.SECONDS);
        assertThat(outcome).isNotNull();
        return outcome;
    }
}
