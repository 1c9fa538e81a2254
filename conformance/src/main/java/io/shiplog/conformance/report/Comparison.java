// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One case of one client on both clusters. */
record Comparison(String client, String area, String name, Result kafka, Result shiplog) {
    /** What it comes to. */
    enum Outcome {
        /** It passes on all clusters that it ran against. */
        SAME("yes"),
        /** It fails on both: the case asks for too much, or the client no longer gets on with Kafka either. */
        NEITHER("neither"),
        /** Only Shiplog fails. */
        FAULT("NO"),
        /** Only Kafka fails. */
        BEYOND("only here"),
        /** This client cannot do it. */
        NONE("");

        private final String shown;

        Outcome(String shown) {
            this.shown = shown;
        }

        /** As the table shows it. */
        String shown() {
            return shown;
        }
    }

    /** In the order in which the cases first appear. */
    static List<Comparison> of(List<Result> results) {
        Map<String, Result[]> cases = new LinkedHashMap<>();
        for (Result each : results) {
            Result[] both = cases.computeIfAbsent(
                    each.client() + "\t" + each.area() + "\t" + each.name(), key -> new Result[2]);
            both[each.cluster().equals("kafka") ? 0 : 1] = each;
        }
        List<Comparison> comparisons = new ArrayList<>();
        for (Result[] both : cases.values()) {
            Result any = both[0] == null ? both[1] : both[0];
            comparisons.add(new Comparison(any.client(), any.area(), any.name(), both[0], both[1]));
        }
        return comparisons;
    }

    /** A case that did not run on Kafka is held to pass there. */
    Outcome outcome() {
        if ((kafka == null || kafka.verdict().equals("none"))
                && (shiplog == null || shiplog.verdict().equals("none"))) {
            return Outcome.NONE;
        }
        boolean onKafka = kafka == null || kafka.passed();
        boolean onShiplog = shiplog == null ? onKafka : shiplog.passed();
        if (onKafka) {
            return onShiplog ? Outcome.SAME : Outcome.FAULT;
        }
        return onShiplog ? Outcome.BEYOND : Outcome.NEITHER;
    }
}
