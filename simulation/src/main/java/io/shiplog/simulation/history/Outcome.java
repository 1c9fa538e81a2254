// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.history;

/** What a client knows of what it asked for. */
public enum Outcome {
    /** Nothing yet. */
    PENDING,
    /** It is done, as promised. */
    OK,
    /** It was certainly not done, and never will be. */
    FAILED,
    /** It may have been done, or may be done yet. */
    UNKNOWN
}
