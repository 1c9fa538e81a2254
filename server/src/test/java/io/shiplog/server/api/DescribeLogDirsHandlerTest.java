// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.server.api.LogDirView.LogDir;
import io.shiplog.server.api.LogDirView.LogSize;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopic;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DescribeLogDirsHandlerTest {
    private static final int LATEST = 5;

    private final List<LogDir> logDirs = new ArrayList<>();
    private final AdminHarness harness = new AdminHarness((cluster, admin) ->
            List.of(new DescribeLogDirsHandler(cluster, () -> CompletableFuture.completedFuture(logDirs))));

    @BeforeEach
    void directories() {
        harness.cluster.broker(1, 1001);
        Uuid t = harness.cluster.topic("t", 2, 1);
        Uuid u = harness.cluster.topic("u", 1, 1);
        logDirs.add(new LogDir(
                "/data/1",
                false,
                1_000,
                400,
                List.of(
                        new LogSize(t, 0, 70, 3, false),
                        new LogSize(u, 0, 80, 0, false),
                        new LogSize(new Uuid(5, 5), 0, 90, 0, false))));
        logDirs.add(new LogDir("/data/2", false, 2_000, 500, List.of(new LogSize(t, 1, 60, 0, false))));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void everythingIsDescribedInEveryVersion(int version) {
        List<DescribeLogDirsResult> results = ask(version, null);
        assertThat(texts(results)).containsExactly("/data/1 NONE t-0:70+3 u-0:80+0", "/data/2 NONE t-1:60+0");
        assertThat(results.get(0).totalBytes()).isEqualTo(version >= 4 ? 1_000 : -1);
        assertThat(results.get(0).usableBytes()).isEqualTo(version >= 4 ? 400 : -1);
    }

    @Test
    void onlyWhatIsAskedForIsDescribed() {
        assertThat(texts(ask(LATEST, List.of(topic("t", 1, 9), topic("none", 0)))))
                .containsExactly("/data/1 NONE ", "/data/2 NONE t-1:60+0");
        assertThat(texts(ask(LATEST, List.of()))).containsExactly("/data/1 NONE ", "/data/2 NONE ");
    }

    @Test
    void directoryThatHasFailedSaysSo() {
        logDirs.set(0, new LogDir("/data/1", true, -1, -1, List.of()));
        assertThat(texts(ask(LATEST, null))).containsExactly("/data/1 KAFKA_STORAGE_ERROR ", "/data/2 NONE t-1:60+0");
    }

    private static DescribableLogDirTopic topic(String name, Integer... partitions) {
        return new DescribableLogDirTopic().setTopic(name).setPartitions(List.of(partitions));
    }

    private List<DescribeLogDirsResult> ask(int version, List<DescribableLogDirTopic> topics) {
        DescribeLogDirsRequestData request = new DescribeLogDirsRequestData().setTopics(null);
        if (topics != null) {
            request = new DescribeLogDirsRequestData();
            for (DescribableLogDirTopic topic : topics) {
                request.topics().add(topic);
            }
        }
        return harness.ask(ApiKeys.DESCRIBE_LOG_DIRS, version, request, new DescribeLogDirsResponseData())
                .results();
    }

    private static List<String> texts(List<DescribeLogDirsResult> results) {
        return results.stream()
                .map(dir -> dir.logDir() + " " + Errors.forCode(dir.errorCode()) + " "
                        + String.join(
                                " ",
                                dir.topics().stream()
                                        .flatMap(t -> t.partitions().stream()
                                                .map(p -> t.name() + "-" + p.partitionIndex() + ":" + p.partitionSize()
                                                        + "+" + p.offsetLag()))
                                        .toList()))
                .toList();
    }
}
