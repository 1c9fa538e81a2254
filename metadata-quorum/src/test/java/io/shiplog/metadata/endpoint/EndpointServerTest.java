// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.node.Await;
import io.shiplog.metadata.proto.DescribeQuorumRequest;
import io.shiplog.metadata.proto.EndpointRequest;
import io.shiplog.metadata.proto.EndpointResponse;
import io.shiplog.metadata.proto.HelloRequest;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class EndpointServerTest {
    private static final int WAIT_MS = 10_000;

    private final List<EndpointRequest> requests = new CopyOnWriteArrayList<>();
    /** Connections of the endpoint that runs now which have ended. */
    private AtomicInteger closed;

    private volatile boolean answers = true;
    private EndpointServer server;
    private Socket socket;

    @BeforeEach
    void start() throws IOException {
        start(EndpointLimits.METADATA);
    }

    private void start(EndpointLimits limits) throws IOException {
        AtomicInteger ends = new AtomicInteger();
        closed = ends;
        EndpointHandler handler = new EndpointHandler() {
            @Override
            public void onRequest(EndpointCaller caller, EndpointRequest request) {
                requests.add(request);
                if (answers) {
                    caller.answer(EndpointResponse.newBuilder()
                            .setCorrelationId(request.getCorrelationId())
                            .build());
                }
            }

            @Override
            public void onClosed(EndpointCaller caller) {
                ends.incrementAndGet();
            }
        };
        server = new EndpointServer("127.0.0.1", 0, handler, limits);
        socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout(WAIT_MS);
    }

    @AfterEach
    void stop() throws IOException {
        socket.close();
        server.close();
    }

    private void send(EndpointRequest.Builder request) throws IOException {
        byte[] bytes = request.build().toByteArray();
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        out.writeInt(bytes.length);
        out.write(bytes);
        out.flush();
    }

    private EndpointResponse receive() throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        return EndpointResponse.parseFrom(in.readNBytes(in.readInt()));
    }

    private static EndpointRequest.Builder hello() {
        return EndpointRequest.newBuilder().setHello(HelloRequest.newBuilder().setNodeId(7));
    }

    private static EndpointRequest.Builder question(long id) {
        return EndpointRequest.newBuilder()
                .setCorrelationId(id)
                .setDescribeQuorum(DescribeQuorumRequest.getDefaultInstance());
    }

    private void assertClosedWithoutAnswer() throws IOException {
        assertThat(readOrEnd()).isEqualTo(-1);
        Await.until("told of the end", WAIT_MS, () -> closed.get() == 1);
    }

    /** A connection that is closed while bytes of ours lie unread ends in a reset; that is an end as well. */
    private int readOrEnd() throws IOException {
        try {
            return socket.getInputStream().read();
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset");
            return -1;
        }
    }

    private void sendLength(int length) throws IOException {
        new DataOutputStream(socket.getOutputStream()).writeInt(length);
    }

    /** The thread of the endpoint is in the middle of its tasks when it is told to stop, or it is not: each time anew. */
    @RepeatedTest(50)
    void nobodyStaysConnectedToAClosedEndpoint() throws IOException {
        send(hello());
        receive();
        for (int i = 0; i < 2_000; i++) {
            server.execute(Thread::onSpinWait);
        }
        server.close();
        assertThat(readOrEnd()).isEqualTo(-1);
    }

    @Test
    void answersCarryTheCorrelationId() throws IOException {
        send(hello());
        receive();
        send(question(42));
        assertThat(receive().getCorrelationId()).isEqualTo(42);
    }

    @Test
    void aNegativeLengthClosesTheConnection() throws IOException {
        sendLength(-1);
        assertClosedWithoutAnswer();
    }

    @Test
    void aHugeLengthClosesTheConnectionBeforeAnyByteOfIt() throws IOException {
        sendLength(Frames.MAX_BYTES + 1);
        assertClosedWithoutAnswer();
    }

    @Test
    void whatIsNoMessageClosesTheConnection() throws IOException {
        sendLength(3);
        socket.getOutputStream().write(new byte[] {-1, -1, -1});
        assertClosedWithoutAnswer();
        assertThat(requests).isEmpty();
    }

    @Test
    void aTruncatedFrameIsNothing() throws IOException {
        sendLength(100);
        socket.getOutputStream().write(new byte[50]);
        socket.shutdownOutput();
        assertClosedWithoutAnswer();
        assertThat(requests).isEmpty();
    }

    @Test
    void theFirstMessageMustBeAHello() throws IOException {
        send(question(1));
        assertClosedWithoutAnswer();
        assertThat(requests).isEmpty();
    }

    @Test
    void tooManyUnansweredRequestsCloseTheConnection() throws IOException {
        answers = false;
        send(hello());
        for (int i = 0; i < 40; i++) {
            send(question(i));
        }
        assertClosedWithoutAnswer();
        assertThat(requests).hasSize(32);
    }

    private void restart(EndpointLimits limits) throws IOException {
        stop();
        start(limits);
    }

    private static EndpointLimits limits(int maxRequestBytes, int maxSilenceMs, int maxLifeMs) {
        return new EndpointLimits("test", 8, maxRequestBytes, 8, maxSilenceMs, maxLifeMs);
    }

    @Test
    void whoSaysNothingIsEnded() throws IOException {
        restart(limits(1_000, 50, 0));
        assertClosedWithoutAnswer();
        assertThat(requests).isEmpty();
    }

    @Test
    void whoSaysNothingMoreIsEnded() throws IOException {
        restart(limits(1_000, 50, 0));
        send(hello());
        receive();
        assertClosedWithoutAnswer();
    }

    @Test
    void whoGoesOnTalkingIsEndedWhenItsTimeIsOver() throws IOException {
        restart(limits(1_000, WAIT_MS, 200));
        long beganNs = System.nanoTime();
        send(hello());
        receive();
        int answered = 0;
        try {
            for (; System.nanoTime() - beganNs < WAIT_MS * 1_000_000L; answered++) {
                send(question(answered));
                receive();
            }
        } catch (IOException e) {
            // ended
        }
        assertThat(System.nanoTime() - beganNs).isBetween(150 * 1_000_000L, WAIT_MS * 1_000_000L);
        assertThat(answered).isPositive();
    }

    /** A byte now and then is not silence. */
    @Test
    void whoDripsBytesIsEndedWhenItsTimeIsOver() throws IOException {
        restart(limits(1_000, WAIT_MS, 200));
        sendLength(900);
        assertClosedWithoutAnswer();
        assertThat(requests).isEmpty();
    }

    @Test
    void aConnectionWithoutATimeLimitStays() throws IOException {
        restart(limits(1_000, WAIT_MS, 0));
        send(hello());
        receive();
        long beganNs = System.nanoTime();
        Await.until("more time than the others have", WAIT_MS, () -> System.nanoTime() - beganNs > 300 * 1_000_000L);
        send(question(1));
        assertThat(receive().getCorrelationId()).isEqualTo(1);
    }

    @Test
    void aRequestThatIsLongerThanThisEndpointTakesClosesTheConnectionBeforeAnyByteOfIt() throws IOException {
        restart(limits(1_000, WAIT_MS, 0));
        sendLength(1_001);
        assertClosedWithoutAnswer();
    }

    @Test
    void linesAboutCallersAreCountedInsteadOfWritten() {
        long[] nowMs = {5};
        LineBudget lines = new LineBudget(2, 1_000, () -> nowMs[0]);
        assertThat(lines.take()).isZero();
        assertThat(lines.take()).isZero();
        assertThat(lines.take()).isEqualTo(LineBudget.LEFT_OUT);
        nowMs[0] = 1_004;
        assertThat(lines.take()).isEqualTo(LineBudget.LEFT_OUT);
        nowMs[0] = 1_005;
        assertThat(lines.take()).isEqualTo(2);
        assertThat(lines.take()).isZero();
    }

    @Test
    void anEmptyFrameIsARequestOfNoKind() throws IOException {
        send(hello());
        receive();
        sendLength(0);
        receive();
        assertThat(requests.get(1).getBodyCase()).isEqualTo(EndpointRequest.BodyCase.BODY_NOT_SET);
    }
}
