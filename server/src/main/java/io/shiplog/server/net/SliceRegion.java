// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.net;

import io.netty.channel.DefaultFileRegion;
import io.shiplog.server.net.TransferCounters.PeerTransfer;
import io.shiplog.storage.log.LogSlice;

/**
 * A slice of a segment on its way by sendfile. Extends Netty's own region because only that takes the native path. Netty closes a
 * region's file when it is done with it; the file is the segment's, so this releases the slice instead.
 *
 * <p>A file that turns out shorter than the slice fails the write, which closes the connection: the frame's length has
 * already been sent, and is damage of its log.
 */
final class SliceRegion extends DefaultFileRegion {
    private final LogSlice slice;
    private final PeerTransfer peer;

    /** Takes over the caller's hold on the slice. */
    SliceRegion(LogSlice slice, PeerTransfer peer) {
        super(slice.channel(), slice.position(), slice.sizeInBytes());
        this.slice = slice;
        this.peer = peer;
    }

    @Override
    protected void deallocate() {
        peer.sentByFile(transferred());
        if (transferred() < count()) {
            slice.sentInPart();
        }
        slice.release();
    }
}
