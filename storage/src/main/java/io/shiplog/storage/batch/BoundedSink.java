// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.batch;

import java.nio.ByteBuffer;
import org.apache.kafka.common.utils.ByteBufferOutputStream;

/** Bytes up to a bound; what would go beyond it is dropped, and {@link #isOverfull} from then on. Streams above it can still be closed. */
final class BoundedSink extends ByteBufferOutputStream {
    private final int bound;
    private boolean overfull;

    BoundedSink(int firstBytes, int bound) {
        super(Math.min(firstBytes, bound));
        this.bound = bound;
    }

    boolean isOverfull() {
        return overfull;
    }

    @Override
    public void write(int b) {
        if (fits(1)) super.write(b);
    }

    @Override
    public void write(byte[] bytes, int off, int len) {
        if (fits(len)) super.write(bytes, off, len);
    }

    @Override
    public void write(ByteBuffer source) {
        if (fits(source.remaining())) super.write(source);
    }

    private boolean fits(int more) {
        overfull |= more > bound - position();
        return !overfull;
    }
}
