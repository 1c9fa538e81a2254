// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.replication.fetch.PartitionLookup;
import io.shiplog.replication.fetch.SegmentCodec;
import io.shiplog.replication.runtime.ShippingLimit;
import io.shiplog.server.protocol.Exchange;
import io.shiplog.storage.log.LogSlice;
import io.shiplog.storage.scrub.SegmentCheck;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.kafka.common.message.FetchSnapshotRequestData;
import org.apache.kafka.common.message.FetchSnapshotResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * FetchSnapshot, by which a replica that is far behind fetches whole segments ({@link SegmentCodec}). Only for nodes that are registered,
 * under the broker epoch of their registration, and hold a replica of the partition.
 */
public final class FetchSnapshotHandler implements RequestHandler<FetchSnapshotRequestData> {
    private final SegmentRequests requests;

    /**
     * @param limit how fast bytes may leave
     * @param readAhead reads bytes from the disk off the loop, and then goes on
     * @param checks does a check off the loop
     */
    public FetchSnapshotHandler(
            ClusterView cluster,
            PartitionLookup partitions,
            ShippingLimit limit,
            BiConsumer<LogSlice, Runnable> readAhead,
            Consumer<SegmentCheck> checks) {
        this.requests = new SegmentRequests(cluster::image, partitions, limit, readAhead, checks);
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.FETCH_SNAPSHOT;
    }

    @Override
    public FetchSnapshotRequestData read(BoundedReadable body, short version) {
        return new FetchSnapshotRequestData(body, version);
    }

    @Override
    public void handle(FetchSnapshotRequestData request, Exchange exchange) {
        if (exchange.header().version() != SegmentCodec.VERSION) {
            exchange.respond(SegmentCodec.refusal(Errors.UNSUPPORTED_VERSION));
            return;
        }
        requests.answer(request, new SegmentRequests.Answer() {
            @Override
            public void message(FetchSnapshotResponseData response) {
                exchange.respond(response);
            }

            @Override
            public void bytes(FetchSnapshotResponseData response, int nodeId) {
                exchange.respondSegment(response, nodeId);
            }
        });
    }
}
