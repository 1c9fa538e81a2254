// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.ratis;

import com.google.protobuf.ByteString;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.MetadataEntry;

/** Told of every step of the image, in order, on the apply thread of the Raft group; must not block. */
public interface AppliedListener {
    /**
     * An entry was agreed on and changed the image (entries that changed nothing are not reported).
     *
     * @param encoded the entry as it stands in the log
     */
    void onApplied(MetadataEntry entry, ByteString encoded, MetadataImage image);

    /** The image was replaced: read from a snapshot at the start, or received from the leader by a node that was far behind. */
    void onImageReplaced(MetadataImage image);
}
