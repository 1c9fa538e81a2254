// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.powercut;

import io.shiplog.metadata.client.MetadataClientSettings.Endpoint;
import io.shiplog.metadata.endpoint.EndpointCalls;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.DescribeQuorumRequest;
import io.shiplog.metadata.proto.DescribeQuorumResponse;
import io.shiplog.metadata.proto.EndpointRequest;
import io.shiplog.metadata.proto.EndpointResponse;
import io.shiplog.metadata.proto.FetchSnapshotRequest;
import io.shiplog.metadata.proto.FetchSnapshotResponse;
import io.shiplog.metadata.proto.HelloRequest;
import io.shiplog.metadata.snapshot.SnapshotFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.ExecutionException;

/** The metadata image that one certain quorum node has applied, fetched from its endpoint. */
final class NodeImages implements AutoCloseable {
    private static final long TIMEOUT_MS = 2_000;
    private static final int CHUNK_BYTES = 1 << 20;
    private static final HelloRequest HELLO = HelloRequest.newBuilder()
            .setRole(HelloRequest.Role.TOOL)
            .setNodeId(-1)
            .build();

    private final EndpointCalls calls = new EndpointCalls();

    /** The node's image; null when it does not answer, or changes too fast. */
    MetadataImage fetch(Endpoint endpoint) throws IOException, InterruptedException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        long offset = -1;
        while (true) {
            EndpointRequest.Builder question = EndpointRequest.newBuilder()
                    .setFetchSnapshot(FetchSnapshotRequest.newBuilder()
                            .setSnapshotOffset(offset)
                            .setPosition(bytes.size())
                            .setMaxBytes(CHUNK_BYTES));
            EndpointResponse answer = ask(endpoint, question);
            if (answer == null || !answer.hasFetchSnapshot()) {
                return null;
            }
            FetchSnapshotResponse chunk = answer.getFetchSnapshot();
            chunk.getChunk().writeTo(bytes);
            offset = chunk.getSnapshotOffset();
            if (bytes.size() >= chunk.getTotalBytes()) {
                return SnapshotFormat.fromBytes(bytes.toByteArray()).image();
            }
        }
    }

    /** What the node says of the quorum; null when it does not answer. */
    DescribeQuorumResponse describe(Endpoint endpoint) throws InterruptedException {
        EndpointResponse answer = ask(
                endpoint, EndpointRequest.newBuilder().setDescribeQuorum(DescribeQuorumRequest.getDefaultInstance()));
        return answer == null || !answer.hasDescribeQuorum() ? null : answer.getDescribeQuorum();
    }

    private EndpointResponse ask(Endpoint endpoint, EndpointRequest.Builder question) throws InterruptedException {
        try {
            return calls.call(endpoint, HELLO, question, TIMEOUT_MS).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException) {
                return null;
            }
            throw new IllegalStateException("asking " + endpoint, e.getCause());
        }
    }

    @Override
    public void close() {
        calls.close();
    }
}
