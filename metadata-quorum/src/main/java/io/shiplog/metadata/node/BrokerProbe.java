// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import io.shiplog.metadata.image.BrokerImage;

/** Asks whether the process of a broker is there at all. */
@FunctionalInterface
public interface BrokerProbe {
    /** Runs {@code gone}, on any thread, when the host of the broker says that nobody listens where the broker did. */
    void ask(BrokerImage broker, Runnable gone);
}
