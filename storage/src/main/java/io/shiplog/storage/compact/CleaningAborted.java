// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.compact;

/** The log changed under the cleaner (truncated, deleted, closed), or the cleaner is to end: nothing was changed. */
public final class CleaningAborted extends Exception {
    private static final long serialVersionUID = 1L;

    public CleaningAborted(String reason) {
        super(reason);
    }
}
