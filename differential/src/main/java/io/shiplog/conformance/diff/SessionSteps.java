// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.diff;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;

/** One fetch session from its beginning to its end (KIP-227), by name and by id; reads what {@link RecordSteps} wrote. */
final class SessionSteps {
    private static final int LAST_BY_NAME = 12;
    private static final int LATEST = 18;
    private static final int CLOSE = -1;

    private SessionSteps() {}

    static void addTo(Script script) {
        for (int version : new int[] {LAST_BY_NAME, LATEST}) {
            converse(script, version);
        }
    }

    private static void converse(Script script, int version) {
        script.converseAnywhere(
                ApiKeys.FETCH,
                version,
                "session: begins with two partitions",
                (cluster, v) -> fetch(cluster, v, 0, 0, 1),
                (cluster, answer, v) ->
                        cluster.keep("session-" + v, Integer.toString(((FetchResponseData) answer).sessionId())));
        ask(script, version, "session: the same again", 1);
        ask(script, version, "session: one more, unknown", 2, 9);
        ask(script, version, "session: what is unknown is told again", 3);
        script.converseAnywhere(
                ApiKeys.FETCH, version, "session: forgets a partition and the unknown one", (cluster, v) -> {
                    var forgotten = new ForgottenTopic()
                            .setTopic(TopicSteps.TOPIC)
                            .setTopicId(cluster.topicId(TopicSteps.TOPIC))
                            .setPartitions(List.of(0, 9));
                    var request = fetch(cluster, v, 4);
                    request.setForgottenTopicsData(List.of(forgotten));
                    return request;
                });
        ask(script, version, "session: an epoch that was", 3);
        ask(script, version, "session: an epoch to come", 77);
        ask(script, version, "session: goes on", 5, 0);
        ask(script, version, "session: closed with a last fetch", CLOSE, 0);
        ask(script, version, "session: closed", 6);
    }

    private static void ask(Script script, int version, String name, int epoch, int... partitions) {
        script.converseAnywhere(ApiKeys.FETCH, version, name, (cluster, v) -> fetch(cluster, v, epoch, partitions));
    }

    private static FetchRequestData fetch(Cluster cluster, short version, int epoch, int... partitions) {
        var wanted = new ArrayList<FetchPartition>();
        for (int partition : partitions) {
            wanted.add(new FetchPartition()
                    .setPartition(partition)
                    .setFetchOffset(0)
                    .setCurrentLeaderEpoch(-1)
                    .setPartitionMaxBytes(1));
        }
        var request = new FetchRequestData()
                .setReplicaId(-1)
                .setMaxWaitMs(0)
                .setMinBytes(1)
                .setSessionId(epoch == 0 ? 0 : Integer.parseInt(cluster.kept("session-" + version)))
                .setSessionEpoch(epoch);
        if (!wanted.isEmpty()) {
            request.setTopics(List.of(new FetchTopic()
                    .setTopic(TopicSteps.TOPIC)
                    .setTopicId(cluster.topicId(TopicSteps.TOPIC))
                    .setPartitions(wanted)));
        }
        return request;
    }
}
