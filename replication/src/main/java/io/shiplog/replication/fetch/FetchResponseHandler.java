// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import org.apache.kafka.common.message.FetchResponseData;

/** What becomes of one fetch; exactly one of the two methods is called, once, on the loop. */
public interface FetchResponseHandler {
    /**
     * The leader answered.
     *
     * @param response its records are {@code MemoryRecords} over the received buffer, valid during this call only
     */
    void onResponse(FetchResponseData response);

    /**
     * No answer will come.
     *
     * @param reason one line for the log: refused, closed, timed out, malformed answer
     */
    void onFailure(String reason);
}
