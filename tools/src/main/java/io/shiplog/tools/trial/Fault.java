// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.trial;

/** A promise that was not kept. The message is the report. */
public final class Fault extends Exception {
    private static final long serialVersionUID = 1L;

    public Fault(String what) {
        super(what);
    }
}
