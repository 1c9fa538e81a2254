// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import java.util.List;
import java.util.function.BiFunction;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/** Administration handlers over the real controller: requests and responses go through their encoding, metadata is real. */
final class AdminHarness {
    final TestCluster cluster = new TestCluster(1);
    final DecidingAdmin admin = new DecidingAdmin(cluster);
    private final RequestDispatcher dispatcher;

    AdminHarness(BiFunction<ClusterView, AdminPort, List<RequestHandler<?>>> handlers) {
        dispatcher = new RequestDispatcher(handlers.apply(cluster, admin), cluster);
    }

    /** The response, read into {@code empty} as the client reads it. */
    <T extends ApiMessage> T ask(ApiKeys api, int version, ApiMessage request, T empty) {
        return serve(api, version, request).response(empty);
    }

    FakeExchange serve(ApiKeys api, int version, ApiMessage request) {
        FakeExchange exchange = new FakeExchange(api, version, request);
        dispatcher.process(exchange);
        return exchange;
    }

    /** The state of the whole metadata: equal before and after whatever must change nothing. */
    long state() {
        return cluster.image().stateHash();
    }
}
