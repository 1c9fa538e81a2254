// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.diff;

import org.apache.kafka.common.protocol.ApiKeys;

/**
 * A difference, and in the answer to what it was found.
 *
 * @param first the lowest version that it was found in
 * @param last  the highest one
 */
record Finding(ApiKeys api, String step, short first, short last, Difference difference) {
    /** The same of the next version. */
    Finding upTo(short version) {
        return new Finding(api, step, first, version, difference);
    }

    @Override
    public String toString() {
        String versions = first == last ? "v" + first : "v" + first + "-" + last;
        return "%s %s, %s: %s: Kafka %s, Shiplog %s"
                .formatted(api.name, versions, step, difference.path(), difference.kafka(), difference.shiplog());
    }
}
