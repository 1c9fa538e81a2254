// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import io.shiplog.storage.log.LogSlice;
import java.nio.ByteBuffer;

/** Receives the parts of a {@link FetchFrame} in the order in which they go onto the wire. */
public interface FrameSink {
    /** Bytes to send; a view of the buffer that the frame was written into. */
    void bytes(ByteBuffer bytes);

    /** Records to send; the receiver releases the slice when they are sent or dropped. */
    void slice(LogSlice slice);
}
