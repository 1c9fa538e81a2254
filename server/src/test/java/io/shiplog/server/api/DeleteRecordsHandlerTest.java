// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeleteRecordsHandlerTest {
    private static final int LATEST = 2;

    private final TestCluster cluster = new TestCluster(1).broker(1, 1001);
    private final Uuid topicId = cluster.topic("t", 3, 1);
    private final InMemoryPartitions partitions = new InMemoryPartitions();
    private final RequestDispatcher dispatcher =
            new RequestDispatcher(List.of(new DeleteRecordsHandler(cluster, partitions)), cluster);

    private static DeleteRecordsTopic topic(String name, long... offsets) {
        DeleteRecordsTopic topic = new DeleteRecordsTopic().setName(name);
        for (int p = 0; p < offsets.length; p++) {
            topic.partitions()
                    .add(new DeleteRecordsPartition().setPartitionIndex(p).setOffset(offsets[p]));
        }
        return topic;
    }

    private FakeExchange ask(int version, DeleteRecordsTopic... topics) {
        DeleteRecordsRequestData request =
                new DeleteRecordsRequestData().setTimeoutMs(1234).setTopics(List.of(topics));
        FakeExchange exchange = new FakeExchange(ApiKeys.DELETE_RECORDS, version, request);
        dispatcher.process(exchange);
        return exchange;
    }

    private static List<String> texts(FakeExchange exchange) {
        List<String> texts = new ArrayList<>();
        exchange.response(new DeleteRecordsResponseData())
                .topics()
                .forEach(t -> t.partitions()
                        .forEach(p -> texts.add(t.name() + "-" + p.partitionIndex() + " "
                                + Errors.forCode(p.errorCode()) + " " + p.lowWatermark())));
        return texts;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void recordsAreDeletedInEveryVersion(int version) {
        assertThat(texts(ask(version, topic("t", 5, -1)))).containsExactly("t-0 NONE 5", "t-1 NONE -1");
        assertThat(partitions.deletions.get(0).key()).isEqualTo(new InMemoryPartitions.Key(topicId, 0));
        assertThat(partitions.deletions.get(0).timeoutMs()).isEqualTo(1234);
        assertThat(partitions.deletions.get(1).offset()).isEqualTo(-1);
    }

    @Test
    void answerWaitsForTheLastPartition() {
        partitions.answerAtOnce = false;
        FakeExchange exchange = ask(LATEST, topic("t", 5, 6));
        partitions.deletions.get(1).callback().complete(Errors.NONE, 6);
        assertThat(exchange.isAnswered()).isFalse();
        partitions.deletions.get(0).callback().complete(Errors.REQUEST_TIMED_OUT, -1);
        assertThat(texts(exchange)).containsExactly("t-0 REQUEST_TIMED_OUT -1", "t-1 NONE 6");
    }

    @Test
    void unknownTopicsAndPartitionsAreNamed() {
        assertThat(texts(ask(LATEST, topic("none", 1), topic("t", 1, 1, 1, 1))))
                .contains("none-0 UNKNOWN_TOPIC_OR_PARTITION -1", "t-3 UNKNOWN_TOPIC_OR_PARTITION -1", "t-2 NONE 1");
    }

    @Test
    void topicThatIsOnlyCompactedIsRefused() {
        cluster.config("t", "cleanup.policy", "compact");
        assertThat(texts(ask(LATEST, topic("t", 1)))).containsExactly("t-0 POLICY_VIOLATION -1");
        cluster.config("t", "cleanup.policy", "compact, delete");
        assertThat(texts(ask(LATEST, topic("t", 1)))).containsExactly("t-0 NONE 1");
    }

    @Test
    void internalTopicsAreRefused() {
        cluster.topic("__consumer_offsets", 1, 1);
        assertThat(texts(ask(LATEST, topic("__consumer_offsets", 1))))
                .containsExactly("__consumer_offsets-0 INVALID_TOPIC_EXCEPTION -1");
        assertThat(partitions.deletions).isEmpty();
    }

    @Test
    void aPartitionNamedTwiceIsAnsweredOnceByItsLastOffset() {
        assertThat(texts(ask(LATEST, topic("t", 5), topic("none"), topic("t", 6, 7))))
                .containsExactly("t-0 NONE 6", "t-1 NONE 7");
        assertThat(partitions.deletions).extracting(each -> each.offset()).containsExactly(6L, 7L);
    }

    @Test
    void nothingAskedIsAnsweredAtOnce() {
        assertThat(texts(ask(LATEST))).isEmpty();
    }
}
