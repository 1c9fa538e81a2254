// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import org.apache.kafka.common.message.FetchResponseData;

/** Takes the answer to one fetch. */
@FunctionalInterface
public interface FetchResponder {
    /**
     * Called once, on the loop, possibly before {@link FetchService#fetch} returns; not at all after {@link PendingFetch#drop}.
     *
     * @param response the receiver owns the slices in it: it encodes them ({@link FetchCodec#encodeResponse}) or releases them
     *     ({@link FetchCodec#releaseRecords})
     */
    void respond(FetchResponseData response);
}
