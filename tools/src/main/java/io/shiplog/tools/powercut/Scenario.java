// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.powercut;

import java.io.IOException;

/** One kind of power cut, repeated. A scenario owns a cluster; cycles come one after the other on it. */
interface Scenario extends AutoCloseable {
    /** Forms the cluster. */
    void open() throws Exception;

    /**
     * Cuts once, and checks what was promised before.
     *
     * @return what happened, for the line of this cycle
     * @throws Fault when a promise was not kept
     */
    String cycle(int number) throws Exception;

    /** After the last cycle; a fault when the cycles together prove nothing. */
    default String end() throws Fault {
        return "";
    }

    @Override
    void close() throws IOException;
}
