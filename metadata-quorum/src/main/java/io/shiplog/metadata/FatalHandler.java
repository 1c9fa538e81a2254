// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata;

/**
 * What happens when a node can no longer be trusted: a broken invariant, a failed log write, a closed Raft division. In a process it logs and
 * halts; a test records. Called from any thread, perhaps more than once; the caller does nothing further with the state in question.
 */
@FunctionalInterface
public interface FatalHandler {
    /**
     * Ends the node, or records that it must end.
     *
     * @param cause null when there is none
     */
    void fatal(String reason, Throwable cause);
}
