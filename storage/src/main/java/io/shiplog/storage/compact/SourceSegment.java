// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.compact;

import io.shiplog.storage.files.LogFile;
import java.io.IOException;

/** A sealed segment as the cleaner reads it. */
public interface SourceSegment {
    /** Its name. */
    long baseOffset();

    /** The offset behind its last batch. */
    long nextOffset();

    int sizeInBytes();

    /** Its file, which is there until {@link #close}. */
    LogFile open() throws CleaningAborted, IOException;

    void close();
}
