// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.quorum;

import io.shiplog.metadata.client.MetadataClientSettings.Endpoint;
import java.util.ArrayList;
import java.util.List;

/** Reads addresses as users write them. */
public final class QuorumAddress {
    private static final int MAX_PORT = 65_535;

    private QuorumAddress() {}

    /**
     * Reads {@code HOST:PORT,...}.
     *
     * @throws IllegalArgumentException when an address is none
     */
    public static List<Endpoint> parse(String text) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (String each : text.split(",", -1)) {
            endpoints.add(one(each.strip()));
        }
        return endpoints;
    }

    private static Endpoint one(String text) {
        int colon = text.lastIndexOf(':');
        if (colon > 0) {
            try {
                int port = Integer.parseInt(text.substring(colon + 1));
                if (port > 0 && port <= MAX_PORT) {
                    return new Endpoint(text.substring(0, colon), port);
                }
            } catch (NumberFormatException noNumber) {
                throw notOne(text, noNumber);
            }
        }
        throw notOne(text, null);
    }

    private static IllegalArgumentException notOne(String text, Exception cause) {
        return new IllegalArgumentException("'" + text + "' is no address; HOST:PORT,... is expected", cause);
    }
}
