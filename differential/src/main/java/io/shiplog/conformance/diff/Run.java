// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.diff;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;

/** Takes both clusters through the steps side by side, and gathers what they answer differently. */
final class Run {
    private final Cluster kafka;
    private final Cluster shiplog;
    private final Map<ApiKeys, ApiVersionsResponseData.ApiVersion> served = new LinkedHashMap<>();
    private final List<Finding> findings = new ArrayList<>();
    private int compared;

    Run(Cluster kafka, Cluster shiplog) {
        this.kafka = kafka;
        this.shiplog = shiplog;
    }

    /** Differences so far; those of versions that follow each other are one. */
    List<Finding> findings() {
        return findings;
    }

    /** How many answers were compared. */
    int compared() {
        return compared;
    }

    /** Whether both say that they serve this. */
    boolean isServed(ApiKeys api) {
        return served.containsKey(api);
    }

    /** Asks both for their table: what only one of them serves is a difference, what both serve is asked for from here on. */
    void negotiate() throws IOException {
        ApiVersionsResponseData ofKafka = table(kafka);
        ApiVersionsResponseData ofShiplog = table(shiplog);
        kafka.awaitProducerIds();
        shiplog.awaitProducerIds();
        for (ApiVersionsResponseData.ApiVersion range : ofKafka.apiKeys()) {
            var other = ofShiplog.apiKeys().find(range.apiKey());
            if (other != null && ApiKeys.hasId(range.apiKey())) {
                served.put(
                        ApiKeys.forId(range.apiKey()),
                        new ApiVersionsResponseData.ApiVersion()
                                .setMinVersion((short) Math.max(range.minVersion(), other.minVersion()))
                                .setMaxVersion((short) Math.min(range.maxVersion(), other.maxVersion())));
            }
        }
    }

    private static ApiVersionsResponseData table(Cluster cluster) throws IOException {
        var request = new ApiVersionsRequestData()
                .setClientSoftwareName("differential")
                .setClientSoftwareVersion("1");
        return (ApiVersionsResponseData) cluster.ask(1, ApiKeys.API_VERSIONS, 4, request);
    }

    /** Sends the step's request to both, in each version that it has and both serve. */
    void take(Step step) throws IOException {
        var range = served.get(step.api());
        if (range == null) {
            return;
        }
        boolean raw = step.first() == step.last();
        int first = raw ? step.first() : Math.max(step.first(), range.minVersion());
        int last = raw ? step.last() : Math.min(step.last(), range.maxVersion());
        for (int version = first; version <= last; version++) {
            compare(step, (short) version);
        }
    }

    private void compare(Step step, short version) throws IOException {
        Answer ofKafka = answer(kafka, step, version);
        Answer ofShiplog = answer(shiplog, step, version);
        if (ofKafka == null || ofShiplog == null) {
            return;
        }
        compared++;
        if ((ofKafka.message() == null) != (ofShiplog.message() == null)) {
            note(step, version, new Difference("answer", ofKafka.what(), ofShiplog.what()));
            return;
        }
        var normalKafka = new Normalization(step.api(), kafka.topicIds()).of(ofKafka.json());
        var normalShiplog = new Normalization(step.api(), shiplog.topicIds()).of(ofShiplog.json());
        Comparison.of(normalKafka, normalShiplog).forEach(difference -> note(step, version, difference));
    }

    /** Null when the version cannot say what the step asks. */
    private static Answer answer(Cluster cluster, Step step, short version) throws IOException {
        ByteBuffer body;
        try {
            body = step.body().of(cluster, version);
        } catch (UnsupportedVersionException e) {
            return null;
        }
        Answer answer = cluster.ask(step.node().of(cluster), step.api(), version, body);
        if (answer.message() != null) {
            step.then().accept(cluster, answer.message(), version);
        }
        return answer;
    }

    private void note(Step step, short version, Difference difference) {
        for (int i = findings.size() - 1; i >= 0; i--) {
            Finding finding = findings.get(i);
            boolean follows =
                    finding.api() == step.api() && finding.step().equals(step.name()) && finding.last() == version - 1;
            if (follows && finding.difference().equals(difference)) {
                findings.set(i, finding.upTo(version));
                return;
            }
        }
        findings.add(new Finding(step.api(), step.name(), version, version, difference));
    }
}
