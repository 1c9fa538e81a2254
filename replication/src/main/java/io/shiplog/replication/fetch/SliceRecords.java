// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import io.shiplog.storage.log.LogSlice;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.RecordsSend;

/**
 * Records of a Fetch response that lie in a segment file. The slice is never empty and is owned by whoever holds the response.
 *
 * @param slice whole batches of one partition
 */
public record SliceRecords(LogSlice slice) implements BaseRecords {
    @Override
    public int sizeInBytes() {
        return slice.sizeInBytes();
    }

    /** Not how we send: {@link FetchCodec#encodeResponse} does. */
    @Override
    public RecordsSend<? extends BaseRecords> toSend() {
        throw new UnsupportedOperationException("slices are sent by FetchCodec");
    }
}
