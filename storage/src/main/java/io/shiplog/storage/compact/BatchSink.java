// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.compact;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Takes the batches of a cleaned segment, in order. */
@FunctionalInterface
public interface BatchSink {
    /** Takes the batch of {@code size} bytes at {@code at}; nothing of the buffer is kept. */
    void append(ByteBuffer bytes, int at, int size) throws IOException;
}
