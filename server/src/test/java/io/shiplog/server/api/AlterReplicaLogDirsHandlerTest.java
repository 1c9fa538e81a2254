// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.server.api.LogDirMoves.Wanted;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData.AlterReplicaLogDir;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData.AlterReplicaLogDirTopic;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AlterReplicaLogDirsHandlerTest {
    private static final int LATEST = 2;

    private final List<Wanted> asked = new ArrayList<>();
    private final AdminHarness harness =
            new AdminHarness((cluster, admin) -> List.of(new AlterReplicaLogDirsHandler(wanted -> {
                asked.addAll(wanted);
                return CompletableFuture.completedFuture(
                        wanted.stream().map(each -> errorOf(each.path())).toList());
            })));

    private static Errors errorOf(String path) {
        return path.equals("/gone") ? Errors.LOG_DIR_NOT_FOUND : Errors.NONE;
    }

    private static AlterReplicaLogDir to(String path, String topic, Integer... partitions) {
        AlterReplicaLogDir directory = new AlterReplicaLogDir().setPath(path);
        directory.topics().add(new AlterReplicaLogDirTopic().setName(topic).setPartitions(List.of(partitions)));
        return directory;
    }

    private List<String> ask(int version, AlterReplicaLogDir... directories) {
        AlterReplicaLogDirsRequestData request = new AlterReplicaLogDirsRequestData();
        for (AlterReplicaLogDir each : directories) {
            request.dirs().add(each);
        }
        List<String> answers = new ArrayList<>();
        harness.ask(ApiKeys.ALTER_REPLICA_LOG_DIRS, version, request, new AlterReplicaLogDirsResponseData())
                .results()
                .forEach(topic -> topic.partitions()
                        .forEach(each -> answers.add(topic.topicName() + "-" + each.partitionIndex() + " "
                                + Errors.forCode(each.errorCode()))));
        return answers;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void eachPartitionHasItsAnswerInEveryVersion(int version) {
        assertThat(ask(version, to("/a", "t", 0, 1), to("/gone", "u", 3)))
                .containsExactly("t-0 NONE", "t-1 NONE", "u-3 LOG_DIR_NOT_FOUND");
        assertThat(asked)
                .containsExactly(new Wanted("t", 0, "/a"), new Wanted("t", 1, "/a"), new Wanted("u", 3, "/gone"));
    }

    @Test
    void aPartitionThatIsNamedTwiceGoesWhereItIsNamedLast() {
        assertThat(ask(LATEST, to("/a", "t", 0, 0), to("/gone", "t", 0))).containsExactly("t-0 LOG_DIR_NOT_FOUND");
        assertThat(asked).containsExactly(new Wanted("t", 0, "/gone"));
    }

    @Test
    void nothingIsAskedOfNothing() {
        assertThat(ask(LATEST)).isEmpty();
    }
}
