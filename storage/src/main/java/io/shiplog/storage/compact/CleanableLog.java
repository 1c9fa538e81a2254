// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.compact;

import java.io.IOException;

/** A log as the cleaner threads see it. Any thread, but one cleaning at a time. */
public interface CleanableLog {
    /** For people. */
    String name();

    /**
     * How much there is to do.
     *
     * @param wallClockMs decides whether records are old enough, or too old
     */
    Dirtiness dirtiness(long wallClockMs);

    /**
     * One round of cleaning.
     *
     * @throws CleaningAborted when the log changed meanwhile, or the pace ended it; what was done by then stays
     * @throws UncleanableLog when bytes of the log cannot be read as batches
     * @throws IOException when a file could not be read, or a cleaned one not be written: the log is as it was
     * @throws io.shiplog.storage.model.StorageException when the log's directory has failed
     */
    CleaningReport clean(CleaningBudget budget) throws CleaningAborted, UncleanableLog, IOException;
}
