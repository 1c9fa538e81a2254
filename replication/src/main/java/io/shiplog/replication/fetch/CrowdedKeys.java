// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import org.apache.kafka.common.errors.InvalidRequestException;

/** An array whose elements have the same key or nearly so, and which would take far too long to become a hash table. */
public final class CrowdedKeys extends InvalidRequestException {
    private static final long serialVersionUID = 1L;

    CrowdedKeys(int elements) {
        super("the keys of " + elements + " elements are the same or nearly so");
    }
}
