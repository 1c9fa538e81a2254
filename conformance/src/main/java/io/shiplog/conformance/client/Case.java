// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.client;

/**
 * Something that a client does with a cluster, and what must come of it. Cases share nothing: topics and groups are their own, so several run at
 * a time.
 *
 * @param area what it belongs to: a row group of the table
 * @param name unique in its area
 * @param since the first client that can do it, as 2008 for 2.8; see {@link Session#clientVersion()}
 * @param until the first client that no longer can
 * @param quick whether the quick subset has it
 */
record Case(String area, String name, int since, int until, boolean quick, Body body) {
    /** What is done. Any exception is a failure. */
    @FunctionalInterface
    interface Body {
        void run(Session session) throws Exception;
    }

    private static final int NEVER = Integer.MAX_VALUE;

    static Case of(String area, String name, Body body) {
        return new Case(area, name, 0, NEVER, false, body);
    }

    static Case quick(String area, String name, Body body) {
        return new Case(area, name, 0, NEVER, true, body);
    }

    Case since(int version) {
        return new Case(area, name, version, until, quick, body);
    }

    Case until(int version) {
        return new Case(area, name, since, version, quick, body);
    }

    Case inQuick() {
        return new Case(area, name, since, until, true, body);
    }
}
