// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.MetadataDelta;
import io.shiplog.metadata.image.MetadataImage;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class PendingChangesTest {
    private static final Uuid TOPIC = new Uuid(0, 1);

    private final MetadataImage empty = MetadataImage.empty();
    private final MetadataImage one = Images.after(empty, Images.broker(101, 1));
    private final MetadataImage two = Images.after(one, Images.topic(TOPIC, "t"));
    private final MetadataImage three = Images.after(two, Images.partition(TOPIC, 0, 101, 101));
    private final PendingChanges changes = new PendingChanges(1);

    @Test
    void nothingIsHandedOutBeforeActivation() {
        changes.add(MetadataDelta.full(empty, one));
        assertThat(changes.poll()).isNull();
    }

    @Test
    void imageOlderThanTheRegistrationIsPassedOver() {
        changes.activateAfter(one.offset());
        changes.add(MetadataDelta.full(empty, one));
        assertThat(changes.poll()).isNull();
        changes.add(MetadataDelta.full(one, two));
        MetadataDelta first = changes.poll();
        assertThat(first.from()).isSameAs(empty);
        assertThat(first.to()).isSameAs(two);
    }

    @Test
    void newestImageCountsWhenItWasThereBeforeActivation() {
        changes.add(MetadataDelta.full(empty, one));
        changes.add(MetadataDelta.full(one, two));
        changes.activateAfter(0);
        assertThat(changes.poll().to()).isSameAs(two);
        assertThat(changes.poll()).isNull();
    }

    @Test
    void changesAreHandedOutInOrder() {
        changes.activateAfter(0);
        changes.add(MetadataDelta.full(empty, one));
        assertThat(changes.poll().to()).isSameAs(one);
        MetadataDelta next = MetadataDelta.full(one, two);
        changes.add(next);
        assertThat(changes.poll()).isSameAs(next);
    }

    @Test
    void tooManyWaitingChangesBecomeOne() {
        changes.activateAfter(0);
        changes.add(MetadataDelta.full(empty, one));
        changes.poll();
        changes.add(MetadataDelta.full(one, two));
        changes.add(MetadataDelta.full(two, three));
        MetadataDelta merged = changes.poll();
        assertThat(merged.from()).isSameAs(one);
        assertThat(merged.to()).isSameAs(three);
        assertThat(merged.createdTopics()).containsExactly(TOPIC);
        assertThat(changes.poll()).isNull();
    }

    @Test
    void whoBeginsAnewIsToldEverythingOnce() {
        changes.activateAfter(0);
        changes.add(MetadataDelta.full(empty, one));
        changes.add(MetadataDelta.full(one, two));
        changes.beginAnew();
        MetadataDelta first = changes.poll();
        assertThat(first.from()).isSameAs(empty);
        assertThat(first.to()).isSameAs(two);
        assertThat(changes.poll()).isNull();
        MetadataDelta next = MetadataDelta.full(two, three);
        changes.add(next);
        assertThat(changes.poll()).isSameAs(next);
    }
}
