// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.replication.fetch.FetchService;
import io.shiplog.replication.fetch.FetchSettings;
import io.shiplog.server.api.ClusterView;
import io.shiplog.server.api.KafkaApis;
import io.shiplog.server.api.NodeLoggers;
import io.shiplog.server.api.PartitionAccess;
import io.shiplog.server.api.RequestDispatcher;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The handlers of a storage node before metadata that do not change; what asks a quorum finds none. */
public final class BenchApis {
    private BenchApis() {}

    /**
     * All of them.
     *
     * @param fetches null where nobody fetches
     */
    public static RequestDispatcher dispatcher(
            int nodeId, MetadataImage image, PartitionAccess partitions, FetchService fetches) {
        ClusterView view = new ClusterView() {
            @Override
            public int nodeId() {
                return nodeId;
            }

            @Override
            public MetadataImage image() {
                return image;
            }
        };
        return KafkaApis.dispatcher(
                view,
                partitions,
                fetches,
                FetchSettings.DEFAULTS,
                null,
                null,
                List::of,
                NodeLoggers.none(),
                () -> CompletableFuture.completedFuture(List.of()),
                null);
    }
}
