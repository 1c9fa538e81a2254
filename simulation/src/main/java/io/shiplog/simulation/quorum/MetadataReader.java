// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.quorum;

import io.shiplog.metadata.proto.MetadataEntry;
import java.util.List;

/** Who follows the metadata; called at the quorum node that answers. */
public interface MetadataReader {
    /** What came behind the offset that was asked for, if anything; {@code committedOffset} is what the quorum node has. */
    void entries(List<MetadataEntry> entries, long committedOffset);

    /** The whole image: what was asked for is not kept any more. */
    void snapshot(byte[] snapshot);
}
