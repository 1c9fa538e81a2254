// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.MetadataDelta;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class ReplicaPlanTest {
    private static final int NODE = 101;
    private static final Uuid OURS = new Uuid(0, 1);
    private static final Uuid OTHERS = new Uuid(0, 2);

    private final MetadataImage before = Images.after(
            MetadataImage.empty(),
            Images.broker(101, 1),
            Images.broker(102, 2),
            Images.broker(103, 3),
            Images.topic(OURS, "ours"),
            Images.partition(OURS, 0, 101, 101, 102),
            Images.partition(OURS, 1, 102, 102, 103),
            Images.partition(OURS, 2, 103, 103, 101),
            Images.topic(OTHERS, "others"),
            Images.partition(OTHERS, 0, 102, 102, 103));
    private final NavigableSet<PartitionId> held = new TreeSet<>(List.of(id(OURS, 2), id(OURS, 0)));

    @Test
    void firstImageBringsWhatIsAssignedHere() {
        ReplicaPlan plan = ReplicaPlan.first(NODE, new TreeSet<>(), before);
        assertThat(plan.apply()).containsExactly(id(OURS, 0), id(OURS, 2));
        assertThat(plan.remove()).isEmpty();
    }

    @Test
    void changeOfAnotherNodesPartitionIsNothingToDo() {
        ReplicaPlan plan = planFor(Images.after(before, Images.change(OTHERS, 0, 103, 1, 103)));
        assertThat(plan.isEmpty()).isTrue();
    }

    @Test
    void onlyTheChangedPartitionIsApplied() {
        ReplicaPlan plan = planFor(Images.after(before, Images.change(OURS, 2, 101, 1, 101)));
        assertThat(plan.apply()).containsExactly(id(OURS, 2));
    }

    @Test
    void settingsOfBrokersConcernEverythingThatIsHeld() {
        MetadataImage ofAll = Images.after(before, Images.brokerConfig("", "log.retention.ms", "5"));
        assertThat(planFor(ofAll).apply()).containsExactly(id(OURS, 0), id(OURS, 2));
        assertThat(planFor(ofAll).remove()).isEmpty();
    }

    @Test
    void partitionThatIsGivenToThisNodeIsTaken() {
        ReplicaPlan plan =
                planFor(Images.after(before, Images.assigned(OURS, 1, 102, 1, List.of(101, 102, 103), 102, 103)));
        assertThat(plan.apply()).containsExactly(id(OURS, 1));
        assertThat(plan.remove()).isEmpty();
    }

    @Test
    void partitionThatIsTakenFromThisNodeIsRemoved() {
        ReplicaPlan plan = planFor(Images.after(before, Images.assigned(OURS, 2, 103, 1, List.of(103, 102), 103)));
        assertThat(plan.remove()).containsExactly(id(OURS, 2));
        assertThat(plan.apply()).isEmpty();
    }

    @Test
    void partitionThatGetsAnotherReplicaElsewhereIsAppliedHere() {
        ReplicaPlan plan =
                planFor(Images.after(before, Images.assigned(OURS, 0, 101, 1, List.of(101, 102, 103), 101, 102)));
        assertThat(plan.apply()).containsExactly(id(OURS, 0));
        assertThat(plan.remove()).isEmpty();
    }

    @Test
    void deletedTopicIsRemoved() {
        ReplicaPlan plan = planFor(Images.after(before, Images.removeTopic(OURS)));
        assertThat(plan.remove()).containsExactly(id(OURS, 0), id(OURS, 2));
        assertThat(plan.apply()).isEmpty();
    }

    @Test
    void logWhoseTopicIsGoneIsRemovedWithTheFirstImage() {
        PartitionId stray = id(new Uuid(0, 9), 0);
        ReplicaPlan plan = ReplicaPlan.first(NODE, new TreeSet<>(List.of(stray)), before);
        assertThat(plan.remove()).containsExactly(stray);
    }

    @Test
    void logOfAPartitionAssignedElsewhereIsRemoved() {
        PartitionId stray = id(OTHERS, 0);
        ReplicaPlan plan = ReplicaPlan.first(NODE, new TreeSet<>(List.of(stray)), before);
        assertThat(plan.remove()).containsExactly(stray);
    }

    @Test
    void fencedNodeConcernsThePartitionsThatItHolds() {
        ReplicaPlan plan = planFor(Images.after(before, Images.fenced(before, 103, false)));
        assertThat(plan.apply()).containsExactly(id(OURS, 2));
        assertThat(plan.changedBrokers()).containsExactly(103);
    }

    @Test
    void topicSettingConcernsItsPartitionsHere() {
        ReplicaPlan plan = planFor(Images.after(before, Images.topicConfig(OURS, "min.insync.replicas", "2")));
        assertThat(plan.apply()).containsExactly(id(OURS, 0), id(OURS, 2));
    }

    private ReplicaPlan planFor(MetadataImage after) {
        return ReplicaPlan.of(NODE, held, MetadataDelta.full(before, after));
    }

    private static PartitionId id(Uuid topic, int partition) {
        return new PartitionId(topic, partition);
    }
}
