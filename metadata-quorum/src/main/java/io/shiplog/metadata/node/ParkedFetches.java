// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import io.shiplog.metadata.endpoint.CommittedEntries;
import io.shiplog.metadata.endpoint.EndpointCaller;
import io.shiplog.metadata.proto.EndpointResponse;
import io.shiplog.metadata.proto.FetchMetadataRequest;
import io.shiplog.metadata.proto.FetchMetadataResponse;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Readers of committed metadata: answered at once when there is something for them, else when there is or when their wait is over. Owned by
 * the endpoint's thread.
 */
final class ParkedFetches {
    private static final int MAX_WAIT_MS = 5_000;
    private static final int MAX_BYTES = 1 << 20;

    private record Parked(EndpointCaller caller, long correlationId, FetchMetadataRequest request, long deadlineMs) {}

    private final CommittedEntries entries;
    private final List<Parked> parked = new ArrayList<>();

    ParkedFetches(CommittedEntries entries) {
        this.entries = entries;
    }

    void fetch(EndpointCaller caller, long correlationId, FetchMetadataRequest request, long nowMs) {
        int waitMs = Math.max(0, Math.min(MAX_WAIT_MS, request.getMaxWaitMs()));
        Parked fetch = new Parked(caller, correlationId, request, nowMs + waitMs);
        if (!answer(fetch, nowMs)) {
            parked.add(fetch);
        }
    }

    /** Something was committed, or time has passed. */
    void wake(long nowMs) {
        parked.removeIf(fetch -> answer(fetch, nowMs));
    }

    void onClosed(EndpointCaller caller) {
        for (Iterator<Parked> each = parked.iterator(); each.hasNext(); ) {
            if (each.next().caller().equals(caller)) {
                each.remove();
            }
        }
    }

    private boolean answer(Parked fetch, long nowMs) {
        int maxBytes = Math.max(0, Math.min(MAX_BYTES, fetch.request().getMaxBytes()));
        CommittedEntries.Slice slice = entries.read(fetch.request().getNextOffset(), maxBytes);
        if (slice.kind() == CommittedEntries.Kind.NOTHING_NEW && nowMs < fetch.deadlineMs()) {
            return false;
        }
        fetch.caller()
                .answer(EndpointResponse.newBuilder()
                        .setCorrelationId(fetch.correlationId())
                        .setFetchMetadata(FetchMetadataResponse.newBuilder()
                                .setCommittedOffset(slice.endOffset())
                                .addAllEntries(slice.entries())
                                .setNeedSnapshot(slice.kind() == CommittedEntries.Kind.BEHIND))
                        .build());
        return true;
    }
}
