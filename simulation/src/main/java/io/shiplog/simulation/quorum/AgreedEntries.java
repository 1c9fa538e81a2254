// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.quorum;

import io.shiplog.metadata.proto.MetadataEntry;
import java.util.ArrayList;
import java.util.List;

/** What the quorum has agreed on, in its order. Entries that change nothing (stale, or agreed on twice) are among them. */
final class AgreedEntries {
    private final List<MetadataEntry> entries = new ArrayList<>();

    void add(MetadataEntry entry) {
        entries.add(entry);
    }

    int size() {
        return entries.size();
    }

    MetadataEntry get(int index) {
        return entries.get(index);
    }
}
