// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.diff;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * One request that both clusters get, in each of some versions.
 *
 * @param name  the case, as the differences and the list of known ones call it
 * @param first the lowest version, of those that both serve
 * @param last  the highest one
 * @param node  which node is asked
 * @param body  the request
 * @param then  what is done with the answer, and what is waited for, before the next request
 */
record Step(ApiKeys api, String name, short first, short last, Node node, Body body, Then then) {
    /** Chooses a node of a cluster. */
    @FunctionalInterface
    interface Node {
        int of(Cluster cluster) throws IOException;
    }

    /** A request of Kafka's message classes. One that its version cannot express throws UnsupportedVersionException, and is not sent. */
    @FunctionalInterface
    interface Request {
        ApiMessage of(Cluster cluster, short version);
    }

    /** The bytes of a request behind its header. */
    @FunctionalInterface
    interface Body {
        ByteBuffer of(Cluster cluster, short version);
    }

    /** What comes of an answer. */
    @FunctionalInterface
    interface Then {
        void accept(Cluster cluster, ApiMessage answer, short version) throws IOException;
    }

    static Body body(Request request) {
        return (cluster, version) -> {
            ApiMessage message = request.of(cluster, version);
            try {
                return Connection.bytes(message, version);
            } catch (NullPointerException e) {
                // how the generated writers refuse a null in a version that has none
                throw new UnsupportedVersionException("version " + version + " cannot say null", e);
            }
        };
    }
}
