// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.metadata.client.MetadataClientSettings.Endpoint;
import io.shiplog.metadata.proto.EndpointResponse;
import io.shiplog.metadata.proto.HelloResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.RequestHeader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever may be at an address instead of a node is told in one line. */
class GreetingTest {
    private static final int SHORT_MS = 300;
    private static final int LONG_MS = 10_000;

    private ServerSocket listener;
    private Thread server;

    /** What a server does with one connection, which is closed afterwards. */
    private interface Manners {
        void serve(Socket client) throws IOException;
    }

    @BeforeEach
    void listen() throws IOException {
        listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void stop() throws Exception {
        listener.close();
        if (server != null) {
            server.join();
        }
    }

    @Test
    void nobodyListens() throws IOException {
        listener.close();
        refused("nothing listens at " + endpoint() + "; --bootstrap names storage nodes", LONG_MS);
    }

    @Test
    void hostThatThereIsNotIsNamed() {
        assertThatThrownBy(() -> Greeting.quorumOf(List.of(new Endpoint("no-such-host.invalid", 9092)), LONG_MS))
                .hasMessageContaining("there is no host no-such-host.invalid");
    }

    @Test
    void webServerThatAnswers() throws Exception {
        serve(client -> {
            client.getInputStream().read();
            client.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        });
        refused("is a web server", LONG_MS);
    }

    /** Many wait for the end of a line first. */
    @Test
    void webServerThatWaitsForALine() throws Exception {
        serve(client -> {
            client.getInputStream().readAllBytes();
            client.getOutputStream().write("<html>bad request</html>".getBytes(StandardCharsets.US_ASCII));
        });
        refused("is a web server", SHORT_MS);
    }

    @Test
    void serverThatNeverAnswersIsSilent() throws Exception {
        serve(client -> client.getInputStream().readAllBytes());
        refused("is silent", SHORT_MS);
    }

    @Test
    void serverThatHangsUp() throws Exception {
        serve(client -> client.getInputStream().read());
        refused("hangs up", LONG_MS);
    }

    @Test
    void otherProtocolOfFrames() throws Exception {
        serve(client -> {
            client.getInputStream().read();
            client.getOutputStream().write(new byte[] {0, 0, 0, 3, 1, 2, 3});
        });
        refused("speaks another protocol", LONG_MS);
    }

    @Test
    void lengthBeyondAllBoundsIsAnotherProtocolAndTakesNoMemory() throws Exception {
        serve(client -> {
            client.getInputStream().read();
            client.getOutputStream().write(new byte[] {0x7f, -1, -1, -1});
        });
        refused("speaks another protocol", LONG_MS);
    }

    @Test
    void metadataEndpointGivenAsStorageNodeIsRecognised() throws Exception {
        serve(client -> {
            ByteBuffer request = read(client);
            if (isHello(request)) {
                byte[] hello = EndpointResponse.newBuilder()
                        .setCorrelationId(1)
                        .setHello(HelloResponse.newBuilder().setNodeId(1))
                        .build()
                        .toByteArray();
                client.getOutputStream()
                        .write(ByteBuffer.allocate(4 + hello.length)
                                .putInt(hello.length)
                                .put(hello)
                                .array());
            }
        });
        refused("is the metadata endpoint of a quorum node: --quorum takes it", LONG_MS);
        Greeting.checkQuorum(List.of(endpoint()), LONG_MS);
    }

    @Test
    void apacheKafkaIsNoShiplog() throws Exception {
        serve(client -> {
            ByteBuffer request = read(client);
            if (!isHello(request)) {
                RequestHeader header = RequestHeader.parse(request);
                ByteBuffer body = MessageUtil.toByteBufferAccessor(new ApiVersionsResponseData(), header.apiVersion())
                        .buffer();
                client.getOutputStream()
                        .write(ByteBuffer.allocate(8 + body.remaining())
                                .putInt(4 + body.remaining())
                                .putInt(header.correlationId())
                                .put(body)
                                .array());
            }
        });
        refused("is no Shiplog node", LONG_MS);
        assertThatThrownBy(() -> Greeting.checkQuorum(List.of(endpoint()), LONG_MS))
                .isInstanceOf(Unreachable.class)
                .hasMessageContaining("--quorum names metadata endpoints");
    }

    private static boolean isHello(ByteBuffer request) {
        return request.getShort(0) != ApiKeys.API_VERSIONS.id;
    }

    private static ByteBuffer read(Socket client) throws IOException {
        byte[] length = client.getInputStream().readNBytes(4);
        return ByteBuffer.wrap(
                client.getInputStream().readNBytes(ByteBuffer.wrap(length).getInt()));
    }

    private void refused(String sentence, int timeoutMs) {
        assertThatThrownBy(() -> Greeting.quorumOf(List.of(endpoint()), timeoutMs))
                .isInstanceOf(Unreachable.class)
                .hasMessageContaining(sentence)
                .satisfies(refusal -> assertThat(refusal.getMessage()).hasLineCount(1));
    }

    private Endpoint endpoint() {
        return new Endpoint("127.0.0.1", listener.getLocalPort());
    }

    private void serve(Manners manners) {
        server = new Thread(() -> {
            while (!listener.isClosed()) {
                try (Socket client = listener.accept()) {
                    manners.serve(client);
                } catch (IOException closed) {
                    // The next one, or the end of the test.
                }
            }
        });
        server.start();
    }
}
