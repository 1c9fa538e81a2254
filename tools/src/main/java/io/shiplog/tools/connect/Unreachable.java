// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.connect;

/** There is no cluster where it was looked for, or none that answers. Says in one line what is there instead. Carries no stack trace. */
public final class Unreachable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** To be thrown. */
    public static Unreachable because(String message) {
        return new Unreachable(message);
    }

    Unreachable(String message) {
        super(message, null, false, false);
    }
}
