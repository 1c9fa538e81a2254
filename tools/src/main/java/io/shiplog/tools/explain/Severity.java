// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.explain;

/** How much a finding matters. */
enum Severity {
    /** Nothing is wrong. */
    OK,
    /** Nothing to be done now. */
    NOTE,
    /** Something is missing, and what clients were promised holds. */
    WARNING,
    /** Reads or writes are refused, or the next failure would do it. */
    CRITICAL
}
