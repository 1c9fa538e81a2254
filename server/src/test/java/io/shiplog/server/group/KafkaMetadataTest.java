// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.group;

import static io.shiplog.server.adapter.Images.after;
import static io.shiplog.server.adapter.Images.assigned;
import static io.shiplog.server.adapter.Images.broker;
import static io.shiplog.server.adapter.Images.change;
import static io.shiplog.server.adapter.Images.fenced;
import static io.shiplog.server.adapter.Images.partition;
import static io.shiplog.server.adapter.Images.removeTopic;
import static io.shiplog.server.adapter.Images.topic;
import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.MetadataDelta;
import io.shiplog.metadata.image.MetadataImage;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

/** The coordinator's picture of the cluster follows ours, and only where groups are concerned. */
class KafkaMetadataTest {
    private static final Uuid TOPIC = new Uuid(1, 1);
    private static final Uuid SUCCESSOR = new Uuid(1, 2);

    private final KafkaMetadata metadata = new KafkaMetadata();
    private MetadataImage now = MetadataImage.empty();

    private KafkaMetadata.Step follow(MetadataImage next) {
        KafkaMetadata.Step step = metadata.follow(MetadataDelta.full(now, next), 0);
        now = next;
        return step;
    }

    private MetadataImage cluster() {
        return after(
                MetadataImage.empty(),
                broker(1, 11),
                broker(2, 12),
                topic(TOPIC, "t"),
                partition(TOPIC, 0, 1, 1, 2),
                partition(TOPIC, 1, 2, 2, 1));
    }

    @Test
    void topicsAndNodesAreThereAfterTheFirstStep() {
        KafkaMetadata.Step step = follow(cluster());
        assertThat(step.image().topics().getTopic("t").id()).isEqualTo(TOPIC);
        assertThat(step.image().topics().getTopic("t").partitions()).containsOnlyKeys(0, 1);
        assertThat(step.image().cluster().brokers()).containsOnlyKeys(1, 2);
        assertThat(step.delta().topicsDelta().createdTopicIds()).containsExactly(TOPIC);
    }

    @Test
    void aNewLeaderOrAFencedNodeIsNoNewsToGroups() {
        follow(cluster());
        assertThat(follow(after(now, change(TOPIC, 0, 2, 1, 2)))).isNull();
        assertThat(follow(after(now, fenced(now, 1, false)))).isNull();
    }

    @Test
    void anotherAssignmentIsTold() {
        follow(cluster());
        KafkaMetadata.Step step = follow(after(now, assigned(TOPIC, 0, 1, 1, List.of(1), 1)));
        assertThat(step.image().topics().getPartition(TOPIC, 0).replicas).containsExactly(1);
        assertThat(step.image().topics().getTopic(TOPIC).partitions()).containsOnlyKeys(0, 1);
    }

    @Test
    void aTopicThatWasDeletedAndCreatedAgainIsAnother() {
        follow(cluster());
        KafkaMetadata.Step step =
                follow(after(now, removeTopic(TOPIC), topic(SUCCESSOR, "t"), partition(SUCCESSOR, 0, 1, 1)));
        assertThat(step.delta().topicsDelta().deletedTopicIds()).containsExactly(TOPIC);
        assertThat(step.image().topics().getTopic("t").id()).isEqualTo(SUCCESSOR);
        assertThat(step.image().topics().getTopic(TOPIC)).isNull();
    }

    @Test
    void stepsGoForward() {
        long first = follow(cluster()).image().provenance().lastContainedOffset();
        long second =
                follow(after(now, removeTopic(TOPIC))).image().provenance().lastContainedOffset();
        assertThat(second).isGreaterThan(first);
    }
}
