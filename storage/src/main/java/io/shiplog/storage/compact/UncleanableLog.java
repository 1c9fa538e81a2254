// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.compact;

/** The log holds bytes that cannot be cleaned, as damaged ones: it is left as it is. */
public final class UncleanableLog extends Exception {
    private static final long serialVersionUID = 1L;

    public UncleanableLog(String reason) {
        super(reason);
    }
}
