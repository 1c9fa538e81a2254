// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.trial;

import java.io.IOException;

/**
 * A cluster is started, loaded, disturbed and checked, again and again. A trial owns its cluster; cycles come one after the other on it.
 * {@link TrialRun} runs it.
 */
public interface Trial extends AutoCloseable {
    /** Forms the cluster. */
    void open() throws Exception;

    /**
     * Disturbs once, and checks what was promised before.
     *
     * @param number of the cycle, from 1
     * @return what happened, for the line of this cycle
     * @throws Fault when a promise was not kept
     */
    String cycle(int number) throws Exception;

    /**
     * After the last cycle.
     *
     * @return what there is to say of all of them together; may be empty
     * @throws Fault when the cycles together prove nothing
     */
    default String end() throws Exception {
        return "";
    }

    @Override
    void close() throws IOException;
}
