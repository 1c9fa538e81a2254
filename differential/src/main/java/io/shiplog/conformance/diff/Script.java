// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.diff;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.ApiKeys;

/** Collects the steps of a run, in their order. */
final class Script {
    private static final Step.Then NOTHING = (cluster, answer, version) -> {};

    private final List<Step> steps = new ArrayList<>();

    List<Step> steps() {
        return steps;
    }

    /** To node 1, in every version. */
    void ask(ApiKeys api, String name, Step.Request request) {
        ask(api, name, request, NOTHING);
    }

    void ask(ApiKeys api, String name, Step.Request request, Step.Then then) {
        add(api, name, cluster -> 1, request, then);
    }

    /** To another node than the first. */
    void askNode(int node, ApiKeys api, String name, Step.Request request) {
        add(api, name, cluster -> node, request, NOTHING);
    }

    /** To the coordinator of a group, in every version. */
    void askCoordinator(String group, ApiKeys api, String name, Step.Request request) {
        add(api, name, cluster -> cluster.coordinator(group), request, NOTHING);
    }

    /** To the coordinator of a group, in one version: part of a conversation. */
    void converse(String group, ApiKeys api, int version, String name, Step.Request request, Step.Then then) {
        Step.Node node = cluster -> cluster.coordinator(group);
        steps.add(new Step(api, name, (short) version, (short) version, node, Step.body(request), then));
    }

    /** To node 1, in one version. */
    void converseAnywhere(ApiKeys api, int version, String name, Step.Request request) {
        converseAnywhere(api, version, name, request, NOTHING);
    }

    void converseAnywhere(ApiKeys api, int version, String name, Step.Request request, Step.Then then) {
        steps.add(new Step(api, name, (short) version, (short) version, cluster -> 1, Step.body(request), then));
    }

    /** Bytes that are no proper request, or in a version that is not served. */
    void askRaw(ApiKeys api, String name, int version, Step.Body body) {
        steps.add(new Step(api, name, (short) version, (short) version, cluster -> 1, body, NOTHING));
    }

    private void add(ApiKeys api, String name, Step.Node node, Step.Request request, Step.Then then) {
        steps.add(new Step(api, name, api.oldestVersion(), api.latestVersion(false), node, Step.body(request), then));
    }
}
