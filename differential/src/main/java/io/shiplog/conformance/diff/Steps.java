// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.diff;

import java.util.List;

/** All that both clusters are asked, in this order: later steps use what earlier ones made. */
final class Steps {
    private Steps() {}

    static List<Step> all() {
        Script script = new Script();
        TopicSteps.addTo(script);
        RecordSteps.addTo(script);
        SessionSteps.addTo(script);
        ReadSteps.addTo(script);
        ConfigSteps.addTo(script);
        QuotaSteps.addTo(script);
        PlacementSteps.addTo(script);
        ClusterSteps.addTo(script);
        GroupSteps.addTo(script);
        MemberSteps.addTo(script);
        AnyApiSteps.addTo(script);
        return script.steps();
    }
}
