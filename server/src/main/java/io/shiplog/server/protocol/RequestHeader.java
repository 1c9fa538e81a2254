// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.protocol;

import org.apache.kafka.common.protocol.ApiKeys;

/**
 * What stands before every request body, but for the number that the answer must carry: which API in which version, and who asks. The same for all requests
 * of one kind on a connection.
 *
 * @param api      the API, one that clients may ask for
 * @param version  as asked; possibly one that we do not serve
 * @param clientId "" when the client names none
 */
public record RequestHeader(ApiKeys api, short version, String clientId) {
    static final short FIRST_FLEXIBLE = 2;

    /** Whether the body's counts are compact and its fields may be followed by tagged ones. */
    public boolean isFlexible() {
        return api.requestHeaderVersion(version) >= FIRST_FLEXIBLE;
    }
}
