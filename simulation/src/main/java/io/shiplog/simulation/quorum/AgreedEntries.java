// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.quorum;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.CommandOrigin;
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

    /** The images after each command between two images; the last is the later one itself. */
    List<MetadataImage> steps(MetadataImage from, MetadataImage to) {
        List<MetadataImage> steps = new ArrayList<>();
        MetadataImage image = from;
        for (int i = 0; i < entries.size() && image.offset() < to.offset(); i++) {
            if (entries.get(i).getDecidedOnOffset() == image.offset()) {
                addCommands(image, entries.get(i), steps);
                image = image.apply(entries.get(i));
            }
        }
        steps.add(to);
        return steps;
    }

    private static void addCommands(MetadataImage before, MetadataEntry entry, List<MetadataImage> steps) {
        int records = 0;
        for (CommandOrigin origin : entry.getOriginsList()) {
            records += origin.getRecords();
            steps.add(before.candidate(entry.getRecordsList().subList(0, records)));
        }
    }
}
