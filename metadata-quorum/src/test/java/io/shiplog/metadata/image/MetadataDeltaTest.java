// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import static io.shiplog.metadata.image.MetadataImageTest.A;
import static io.shiplog.metadata.image.MetadataImageTest.B;
import static io.shiplog.metadata.image.MetadataImageTest.broker;
import static io.shiplog.metadata.image.MetadataImageTest.brokerConfig;
import static io.shiplog.metadata.image.MetadataImageTest.brokerState;
import static io.shiplog.metadata.image.MetadataImageTest.change;
import static io.shiplog.metadata.image.MetadataImageTest.config;
import static io.shiplog.metadata.image.MetadataImageTest.entry;
import static io.shiplog.metadata.image.MetadataImageTest.image;
import static io.shiplog.metadata.image.MetadataImageTest.partition;
import static io.shiplog.metadata.image.MetadataImageTest.remove;
import static io.shiplog.metadata.image.MetadataImageTest.state;
import static io.shiplog.metadata.image.MetadataImageTest.topic;
import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.proto.MetadataEntry;
import io.shiplog.metadata.proto.MetadataRecord;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetadataDeltaTest {
    private final MetadataImage from =
            image(broker(1), broker(2), topic(A, "a"), partition(A, 0), partition(A, 1), config(A, "k", "1"));

    /** Both ways of computing it, which must agree. */
    private MetadataDelta delta(MetadataRecord... records) {
        MetadataEntry entry = entry(from.offset(), 1, records);
        MetadataImage to = from.apply(entry);
        MetadataDelta delta = MetadataDelta.between(from, List.of(entry), to);
        MetadataDelta full = MetadataDelta.full(from, to);
        assertThat(full.createdTopics()).isEqualTo(delta.createdTopics());
        assertThat(full.deletedTopics()).isEqualTo(delta.deletedTopics());
        assertThat(full.changedPartitions()).isEqualTo(delta.changedPartitions());
        assertThat(full.changedBrokers()).isEqualTo(delta.changedBrokers());
        assertThat(full.changedTopicConfigs()).isEqualTo(delta.changedTopicConfigs());
        assertThat(full.brokerConfigsChanged()).isEqualTo(delta.brokerConfigsChanged());
        assertThat(full.isEmpty()).isEqualTo(delta.isEmpty());
        assertThat(delta.from()).isSameAs(from);
        assertThat(delta.to()).isSameAs(to);
        return delta;
    }

    @Test
    void createdTopicBringsItsPartitionsAndSettings() {
        MetadataDelta delta = delta(topic(B, "b"), config(B, "k", "1"), partition(B, 0), partition(B, 1));
        assertThat(delta.createdTopics()).containsExactly(B);
        assertThat(delta.changedPartitions()).containsExactly(new PartitionId(B, 0), new PartitionId(B, 1));
        assertThat(delta.changedTopicConfigs()).containsExactly(B);
        assertThat(delta.changedBrokers()).isEmpty();
    }

    @Test
    void deletedTopicTakesItsPartitionsAlong() {
        MetadataDelta delta = delta(change(A, 0, state(2, 1, 1)), remove(A));
        assertThat(delta.deletedTopics()).containsExactly(A);
        assertThat(delta.changedPartitions()).isEmpty();
        assertThat(delta.changedTopicConfigs()).isEmpty();
    }

    @Test
    void whatIsUndoneInBetweenIsNoChange() {
        assertThat(delta(topic(B, "b"), partition(B, 0), remove(B)).isEmpty()).isTrue();
        assertThat(delta(config(A, "k", "2"), config(A, "k", "1")).isEmpty()).isTrue();
        assertThat(delta(brokerState(1, 0, true)).isEmpty()).isTrue();
    }

    @Test
    void recreatedTopicIsDeletedAndCreated() {
        MetadataDelta delta = delta(remove(A), topic(B, "a"), partition(B, 0));
        assertThat(delta.deletedTopics()).containsExactly(A);
        assertThat(delta.createdTopics()).containsExactly(B);
    }

    @Test
    void onlyWhatChangedIsNamed() {
        MetadataDelta delta = delta(
                change(A, 1, state(2, 1, 1)),
                brokerState(2, 1, false),
                config(A, "k", "2"),
                brokerConfig("", "k", "1"));
        assertThat(delta.changedPartitions()).containsExactly(new PartitionId(A, 1));
        assertThat(delta.changedBrokers()).containsExactly(2);
        assertThat(delta.changedTopicConfigs()).containsExactly(A);
        assertThat(delta.brokerConfigsChanged()).isTrue();
        assertThat(delta.isEmpty()).isFalse();
    }

    @Test
    void entryThatDidNotApplyChangesNothing() {
        MetadataEntry entry = entry(from.offset() + 5, 1, change(A, 1, state(2, 1, 1)));
        assertThat(MetadataDelta.between(from, List.of(entry), from.apply(entry))
                        .isEmpty())
                .isTrue();
    }
}
