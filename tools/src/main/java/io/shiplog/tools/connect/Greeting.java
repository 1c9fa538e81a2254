// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.connect;

import io.shiplog.metadata.client.MetadataClientSettings.Endpoint;
import io.shiplog.metadata.image.Features;
import io.shiplog.metadata.proto.EndpointRequest;
import io.shiplog.metadata.proto.EndpointResponse;
import io.shiplog.metadata.proto.HelloRequest;
import io.shiplog.tools.connect.PlainSocket.Useless;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.SupportedFeatureKey;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.ResponseHeader;

/**
 * The first words with a node, which tell whether there is one, whether it is one of ours, and where the quorum is. Clients would try again and
 * again, and say nothing but that nobody answered.
 */
final class Greeting {
    /** What each address is given: the next one may be better. */
    private static final int EACH_MS = 2_000;

    private static final short API_VERSIONS = 3;
    private static final short DESCRIBE_QUORUM = 2;
    private static final String CLIENT = "shiplog-tool";

    private final long deadlineNs;

    private Greeting(int timeoutMs) {
        deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    }

    /** Asks one address. */
    @FunctionalInterface
    private interface Question<T> {
        T ask(Endpoint endpoint, int timeoutMs) throws Useless;
    }

    /**
     * Asks storage nodes where the quorum is.
     *
     * @throws Unreachable when none of them is one, or none answers in time
     */
    static List<Endpoint> quorumOf(List<Endpoint> bootstrap, int timeoutMs) {
        return new Greeting(timeoutMs).first(bootstrap, Greeting::askStorage, "--bootstrap names storage nodes");
    }

    /**
     * Makes sure that one of these is a metadata endpoint.
     *
     * @throws Unreachable when none is, or none answers in time
     */
    static void checkQuorum(List<Endpoint> quorum, int timeoutMs) {
        new Greeting(timeoutMs)
                .first(quorum, Greeting::askQuorumOnly, "--quorum names metadata endpoints of quorum nodes");
    }

    private <T> T first(List<Endpoint> endpoints, Question<T> question, String otherwise) {
        List<String> reasons = new ArrayList<>();
        for (Endpoint endpoint : endpoints) {
            long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
            if (leftMs <= 0) {
                reasons.add("no time was left for " + endpoint);
                continue;
            }
            try {
                return question.ask(endpoint, (int) Math.min(leftMs, EACH_MS));
            } catch (Useless useless) {
                reasons.add(useless.getMessage());
            }
        }
        throw new Unreachable(String.join("; ", reasons) + "; " + otherwise + ", HOST:PORT,...");
    }

    private static List<Endpoint> askStorage(Endpoint endpoint, int timeoutMs) throws Useless {
        try (PlainSocket socket = PlainSocket.connect(endpoint, timeoutMs)) {
            ApiVersionsResponseData versions = new ApiVersionsResponseData();
            try {
                ask(
                        socket,
                        ApiKeys.API_VERSIONS,
                        API_VERSIONS,
                        new ApiVersionsRequestData()
                                .setClientSoftwareName(CLIENT)
                                .setClientSoftwareVersion("1"),
                        versions);
            } catch (Useless useless) {
                throw isQuorum(endpoint, timeoutMs)
                        ? new Useless(endpoint + " is the metadata endpoint of a quorum node: --quorum takes it")
                        : useless;
            }
            requireOurs(endpoint, versions);
            // Asked of no partition a node tells whom itself knows. Older ones say nothing, and ask the active
            // controller otherwise.
            List<Endpoint> known = members(socket, List.of());
            List<Endpoint> found = known.isEmpty()
                    ? members(socket, List.of(new DescribeQuorumRequestData.PartitionData().setPartitionIndex(0)))
                    : known;
            if (found.isEmpty()) {
                throw new Useless(endpoint + " does not know where the quorum is");
            }
            return found;
        }
    }

    private static void requireOurs(Endpoint endpoint, ApiVersionsResponseData versions) throws Useless {
        for (SupportedFeatureKey feature : versions.supportedFeatures()) {
            if (feature.name().equals(Features.SHIPLOG_METADATA_VERSION)) {
                return;
            }
        }
        throw new Useless(endpoint + " speaks Kafka's protocol but is no Shiplog node (it knows no "
                + Features.SHIPLOG_METADATA_VERSION + ")");
    }

    private static List<Endpoint> members(PlainSocket socket, List<DescribeQuorumRequestData.PartitionData> partitions)
            throws Useless {
        DescribeQuorumRequestData request = new DescribeQuorumRequestData()
                .setTopics(List.of(new DescribeQuorumRequestData.TopicData()
                        .setTopicName(Topic.CLUSTER_METADATA_TOPIC_NAME)
                        .setPartitions(partitions)));
        DescribeQuorumResponseData answer = new DescribeQuorumResponseData();
        ask(socket, ApiKeys.DESCRIBE_QUORUM, DESCRIBE_QUORUM, request, answer);
        if (answer.errorCode() != Errors.NONE.code()) {
            throw new Useless(socket.endpoint() + " knows of no metadata quorum that answers: "
                    + (answer.errorMessage() == null ? Errors.forCode(answer.errorCode()) : answer.errorMessage()));
        }
        List<Endpoint> members = new ArrayList<>();
        answer.nodes()
                .forEach(node -> node.listeners()
                        .forEach(listener -> members.add(new Endpoint(listener.host(), listener.port()))));
        return members;
    }

    private static void ask(PlainSocket socket, ApiKeys api, short version, ApiMessage request, ApiMessage answer)
            throws Useless {
        RequestHeader header = new RequestHeader(api, version, CLIENT, 1);
        ByteBuffer head = MessageUtil.toByteBufferAccessor(header.data(), header.headerVersion())
                .buffer();
        ByteBuffer body = MessageUtil.toByteBufferAccessor(request, version).buffer();
        socket.send(ByteBuffer.allocate(Integer.BYTES + head.remaining() + body.remaining())
                .putInt(head.remaining() + body.remaining())
                .put(head)
                .put(body)
                .flip());
        ByteBuffer received = socket.receive();
        try {
            ResponseHeader.parse(received, api.responseHeaderVersion(version));
            answer.read(new ByteBufferAccessor(received), version);
        } catch (RuntimeException garbage) {
            throw new Useless(socket.endpoint() + " speaks another protocol, not Kafka's");
        }
    }

    /** Who hangs up or speaks otherwise may be the other kind of node. */
    private static boolean askQuorumOnly(Endpoint endpoint, int timeoutMs) throws Useless {
        try {
            return askQuorum(endpoint, timeoutMs);
        } catch (Useless useless) {
            throw isStorage(endpoint, timeoutMs)
                    ? new Useless(endpoint + " is the Kafka port of a storage node: --bootstrap takes it")
                    : useless;
        }
    }

    private static boolean isStorage(Endpoint endpoint, int timeoutMs) {
        try {
            return !askStorage(endpoint, timeoutMs).isEmpty();
        } catch (Useless useless) {
            return false;
        }
    }

    private static boolean isQuorum(Endpoint endpoint, int timeoutMs) {
        try {
            return askQuorum(endpoint, timeoutMs);
        } catch (Useless useless) {
            return false;
        }
    }

    private static boolean askQuorum(Endpoint endpoint, int timeoutMs) throws Useless {
        try (PlainSocket socket = PlainSocket.connect(endpoint, timeoutMs)) {
            byte[] hello = EndpointRequest.newBuilder()
                    .setCorrelationId(1)
                    .setHello(HelloRequest.newBuilder()
                            .setRole(HelloRequest.Role.TOOL)
                            .setNodeId(-1))
                    .build()
                    .toByteArray();
            socket.send(ByteBuffer.allocate(Integer.BYTES + hello.length)
                    .putInt(hello.length)
                    .put(hello)
                    .flip());
            if (!EndpointResponse.parseFrom(socket.receive()).hasHello()) {
                throw new Useless(endpoint + " is no metadata endpoint of a quorum node");
            }
            return true;
        } catch (IOException garbage) {
            throw new Useless(endpoint + " is no metadata endpoint of a quorum node");
        }
    }
}
