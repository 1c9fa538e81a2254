// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.client;

import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** What must hold in a case; says what was there instead. */
final class Expect {
    /** Something that is tried. */
    @FunctionalInterface
    interface Attempt {
        void run() throws Exception;
    }

    /** Something that becomes true by itself. */
    @FunctionalInterface
    interface Condition {
        boolean holds() throws Exception;
    }

    private Expect() {}

    static void that(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }

    static void equal(Object actual, Object expected, String what) {
        that(Objects.equals(actual, expected), what + " is " + actual + ", not " + expected);
    }

    /** The attempt fails with an exception of this simple name, itself or as the cause. */
    static void refused(String simpleName, Attempt attempt) throws Exception {
        try {
            attempt.run();
        } catch (Exception e) {
            Throwable cause = cause(e);
            that(cause.getClass().getSimpleName().equals(simpleName), "refused with " + cause + ", not " + simpleName);
            return;
        }
        throw new AssertionError("not refused, but " + simpleName + " was due");
    }

    /** Waits up to 30 s. */
    static void eventually(String what, Condition condition) throws Exception {
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (!condition.holds()) {
            that(System.nanoTime() < deadline, "after 30 s it is not so that " + what);
            Pause.shortly();
        }
    }

    /** What an exception is about, without what futures wrap around it. */
    static Throwable cause(Throwable e) {
        Throwable cause = e;
        while ((cause instanceof ExecutionException || cause instanceof CompletionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
