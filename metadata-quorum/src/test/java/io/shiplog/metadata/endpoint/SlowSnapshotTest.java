// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.shiplog.metadata.client.MetadataClientSettings;
import io.shiplog.metadata.client.MetadataListener;
import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.image.MetadataDelta;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.node.Await;
import io.shiplog.metadata.proto.ClusterRecord;
import io.shiplog.metadata.proto.EndpointRequest;
import io.shiplog.metadata.proto.EndpointResponse;
import io.shiplog.metadata.proto.FetchMetadataResponse;
import io.shiplog.metadata.proto.FetchSnapshotResponse;
import io.shiplog.metadata.proto.HelloResponse;
import io.shiplog.metadata.proto.MetadataEntry;
import io.shiplog.metadata.snapshot.SnapshotFormat;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A snapshot may take longer than the patience with a source that stays behind. */
class SlowSnapshotTest {
    private static final int CHUNKS = 10;
    private static final int CHUNK_MS = 200;
    private static final int STALE_MS = 1_500;
    private static final int WAIT_MS = 30_000;

    private final MetadataImage image = MetadataImage.empty()
            .apply(MetadataEntry.newBuilder()
                    .addRecords(ImageRecords.record()
                            .setCluster(ClusterRecord.newBuilder().setClusterId("a-cluster-whose-id-is-long-enough")))
                    .build());
    private final ByteString snapshot = ByteString.copyFrom(SnapshotFormat.toBytes(image));
    private final AtomicInteger begun = new AtomicInteger();
    private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor();

    @AfterEach
    void stop() {
        later.shutdownNow();
    }

    @Test
    void readerStaysWithTheSourceThatIsBeingRead() throws IOException {
        EndpointServer server = new EndpointServer("127.0.0.1", 0, new SlowSource());
        MetadataClientSettings settings = new MetadataClientSettings(
                List.of(new MetadataClientSettings.Endpoint("127.0.0.1", server.port())),
                -1,
                200,
                1_800,
                5_000,
                STALE_MS,
                20,
                200);
        try (RemoteMetadataClient client = new RemoteMetadataClient(settings)) {
            client.start(new Silent());
            Await.until("the snapshot", WAIT_MS, () -> client.image().offset() == image.offset());
        } finally {
            server.close();
        }
        assertThat(begun).hasValue(1);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // an answer that is not given fails the test
    private final class SlowSource implements EndpointHandler {
        @Override
        public void onRequest(EndpointCaller caller, EndpointRequest request) {
            EndpointResponse.Builder answer =
                    EndpointResponse.newBuilder().setCorrelationId(request.getCorrelationId());
            switch (request.getBodyCase()) {
                case HELLO ->
                    caller.answer(answer.setHello(
                                    HelloResponse.newBuilder().setClusterId("c").setMetadataOffset(image.offset()))
                            .build());
                case FETCH_METADATA -> {
                    if (request.getFetchMetadata().getNextOffset() == 0) {
                        caller.answer(answer.setFetchMetadata(
                                        FetchMetadataResponse.newBuilder().setNeedSnapshot(true))
                                .build());
                    }
                }
                case FETCH_SNAPSHOT -> {
                    int position = (int) request.getFetchSnapshot().getPosition();
                    begun.addAndGet(position == 0 ? 1 : 0);
                    answer.setFetchSnapshot(chunk(position));
                    later.schedule(() -> caller.answer(answer.build()), CHUNK_MS, TimeUnit.MILLISECONDS);
                }
                default ->
                    caller.answer(answer.setError(Errors.NOT_CONTROLLER.code()).build());
            }
        }

        private FetchSnapshotResponse chunk(int position) {
            int end = Math.min(snapshot.size(), position + snapshot.size() / (CHUNKS - 1));
            return FetchSnapshotResponse.newBuilder()
                    .setSnapshotOffset(image.offset())
                    .setTotalBytes(snapshot.size())
                    .setPosition(position)
                    .setChunk(snapshot.substring(position, end))
                    .build();
        }

        @Override
        public void onClosed(EndpointCaller caller) {}
    }

    private static final class Silent implements MetadataListener {
        @Override
        public void onMetadata(MetadataImage previous, MetadataImage current, MetadataDelta delta) {}

        @Override
        public void onRegistrationLost(Errors error, String message) {}
    }
}
