// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.metadata.model.InvariantViolation;
import io.shiplog.metadata.proto.BrokerRegistrationRecord;
import io.shiplog.metadata.proto.BrokerStateRecord;
import io.shiplog.metadata.proto.ClusterRecord;
import io.shiplog.metadata.proto.ConfigRecord;
import io.shiplog.metadata.proto.ConfigResource;
import io.shiplog.metadata.proto.Endpoint;
import io.shiplog.metadata.proto.MetadataEntry;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.PartitionChangeRecord;
import io.shiplog.metadata.proto.PartitionRecord;
import io.shiplog.metadata.proto.ProducerIdsRecord;
import io.shiplog.metadata.proto.RecentProposal;
import io.shiplog.metadata.proto.RemoveTopicRecord;
import io.shiplog.metadata.proto.SnapshotHeader;
import io.shiplog.metadata.proto.TopicRecord;
import io.shiplog.metadata.proto.UnregisterBrokerRecord;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class MetadataImageTest {
    static final Uuid A = new Uuid(1, 1);
    static final Uuid B = new Uuid(1, 2);

    static MetadataRecord clusterId(String id) {
        return ImageRecords.record()
                .setCluster(ClusterRecord.newBuilder().setClusterId(id))
                .build();
    }

    static MetadataRecord broker(int id) {
        return ImageRecords.record()
                .setBrokerRegistration(BrokerRegistrationRecord.newBuilder()
                        .setBrokerId(id)
                        .setIncarnationId(Uuids.toBytes(new Uuid(2, id)))
                        .addEndpoints(
                                Endpoint.newBuilder().setName("P").setHost("h").setPort(id))
                        .setRack("r")
                        .addDirectoryIds(Uuids.toBytes(new Uuid(3, id)))
                        .setFenced(true))
                .build();
    }

    static MetadataRecord brokerState(int id, long epoch, boolean fenced) {
        return ImageRecords.record()
                .setBrokerState(BrokerStateRecord.newBuilder()
                        .setBrokerId(id)
                        .setBrokerEpoch(epoch)
                        .setFenced(fenced))
                .build();
    }

    static MetadataRecord topic(Uuid id, String name) {
        return ImageRecords.record()
                .setTopic(TopicRecord.newBuilder().setTopicId(Uuids.toBytes(id)).setName(name))
                .build();
    }

    static PartitionImage state(int leader, int leaderEpoch, int partitionEpoch) {
        int[] replicas = {1, 2};
        return new PartitionImage(
                replicas, replicas, new int[0], new int[0], leader, leaderEpoch, partitionEpoch, true, false);
    }

    static MetadataRecord partition(Uuid topic, int number) {
        return ImageRecords.record()
                .setPartition(PartitionRecord.newBuilder()
                        .setTopicId(Uuids.toBytes(topic))
                        .setPartition(number)
                        .addReplicas(1)
                        .addReplicas(2)
                        .setState(ImageRecords.state(state(1, 0, 0))))
                .build();
    }

    static MetadataRecord change(Uuid topic, int number, PartitionImage state) {
        return ImageRecords.record()
                .setPartitionChange(PartitionChangeRecord.newBuilder()
                        .setTopicId(Uuids.toBytes(topic))
                        .setPartition(number)
                        .setState(ImageRecords.state(state)))
                .build();
    }

    static MetadataRecord config(Uuid topic, String key, String value) {
        return ImageRecords.record()
                .setConfig(ConfigRecord.newBuilder()
                        .setResource(ImageRecords.topicResource(topic))
                        .setKey(key)
                        .setValue(value)
                        .setRemoved(value.isEmpty()))
                .build();
    }

    static MetadataRecord brokerConfig(String broker, String key, String value) {
        return ImageRecords.record()
                .setConfig(ConfigRecord.newBuilder()
                        .setResource(ConfigResource.newBuilder()
                                .setType(ConfigResource.Type.BROKER)
                                .setName(broker))
                        .setKey(key)
                        .setValue(value)
                        .setRemoved(value.isEmpty()))
                .build();
    }

    static MetadataRecord remove(Uuid topic) {
        return ImageRecords.record()
                .setRemoveTopic(RemoveTopicRecord.newBuilder().setTopicId(Uuids.toBytes(topic)))
                .build();
    }

    static MetadataRecord producerIds(long next) {
        return ImageRecords.record()
                .setProducerIds(ProducerIdsRecord.newBuilder().setNextProducerId(next))
                .build();
    }

    static MetadataEntry entry(long offset, long proposal, MetadataRecord... records) {
        return MetadataEntry.newBuilder()
                .setFormat(1)
                .setDecidedOnOffset(offset)
                .setProposer(9)
                .setProposal(proposal)
                .addAllRecords(List.of(records))
                .build();
    }

    static MetadataImage image(MetadataRecord... records) {
        return MetadataImage.empty().candidate(List.of(records));
    }

    @Test
    void everyRecordMovesTheOffsetByOne() {
        MetadataImage image = MetadataImage.empty().apply(entry(0, 1, clusterId("c"), topic(A, "a"), partition(A, 0)));
        assertThat(image.offset()).isEqualTo(3);
        assertThat(image.clusterId()).isEqualTo("c");
        assertThat(image.outcome(9, 1)).contains(new ProposalOutcome(9, 1, 3));
    }

    @Test
    void entryDecidedOnAnotherOffsetChangesNothing() {
        MetadataImage image = image(clusterId("c"));
        assertThat(image.apply(entry(0, 1, topic(A, "a")))).isSameAs(image);
        assertThat(image.apply(entry(2, 1, topic(A, "a")))).isSameAs(image);
        assertThat(image.outcome(9, 1)).isEmpty();
    }

    @Test
    void proposalSeenAgainChangesNothingAndAnswersAsTheFirstTime() {
        MetadataImage image = MetadataImage.empty().apply(entry(0, 1));
        assertThat(image.offset()).isZero();
        assertThat(image.apply(entry(0, 1, topic(A, "a")))).isSameAs(image);
        assertThat(image.outcome(9, 1)).contains(new ProposalOutcome(9, 1, 0));
        assertThat(image.apply(entry(0, 2, topic(A, "a"))).topic("a")).isNotNull();
    }

    @Test
    void oldestProposalIsForgottenFirst() {
        MetadataImage image = MetadataImage.empty();
        for (int proposal = 0; proposal <= RecentProposals.LIMIT; proposal++) {
            image = image.apply(entry(0, proposal));
        }
        assertThat(image.outcome(9, 0)).isEmpty();
        assertThat(image.outcome(9, 1)).isPresent();
        assertThat(image.outcome(9, RecentProposals.LIMIT)).isPresent();
        assertThat(image.recentProposals()).hasSize(RecentProposals.LIMIT);
    }

    @Test
    void candidateLeavesTheImageAsItIs() {
        MetadataImage image = image(topic(A, "a"), partition(A, 0));
        long hash = image.stateHash();
        MetadataImage candidate = image.candidate(List.of(change(A, 0, state(2, 1, 1)), topic(B, "b")));
        assertThat(image.offset()).isEqualTo(2);
        assertThat(image.partition(A, 0).leader()).isEqualTo(1);
        assertThat(image.topic("b")).isNull();
        assertThat(image.stateHash()).isEqualTo(hash);
        assertThat(candidate.offset()).isEqualTo(4);
        assertThat(candidate.partition(A, 0).leader()).isEqualTo(2);
        assertThat(image.candidate(List.of())).isSameAs(image);
    }

    @Test
    void epochOfABrokerIsTheOffsetOfItsRegistration() {
        MetadataImage image = image(clusterId("c"), broker(1), broker(2), broker(1));
        assertThat(image.broker(1).epoch()).isEqualTo(3);
        assertThat(image.broker(2).epoch()).isEqualTo(2);
        assertThat(image.brokers()).extracting(BrokerImage::id).containsExactly(1, 2);
        assertThat(image.broker(3)).isNull();
    }

    @Test
    void brokerChangesState() {
        MetadataImage image = image(broker(1), brokerState(1, 0, false));
        assertThat(image.broker(1).active()).isTrue();
        assertThat(image.broker(1).endpoints()).containsExactly(new ListenerEndpoint("P", "h", 1));
        MetadataRecord unregister = ImageRecords.record()
                .setUnregisterBroker(UnregisterBrokerRecord.newBuilder().setBrokerId(1))
                .build();
        assertThat(image.candidate(List.of(unregister)).brokers()).isEmpty();
        assertThat(image.candidate(List.of(unregister)).stateHash()).isZero();
    }

    @Test
    void topicsAreInTheOrderOfTheirNames() {
        MetadataImage image = image(topic(A, "b"), topic(B, "a"));
        assertThat(image.topics()).extracting(TopicImage::name).containsExactly("a", "b");
        assertThat(image.topics()).hasSize(2);
        assertThat(image.topic(A).name()).isEqualTo("b");
        assertThat(image.topic("a").id()).isEqualTo(B);
        assertThat(image.topic("c")).isNull();
        assertThat(image.topic(new Uuid(9, 9))).isNull();
        assertThat(image.partition(A, 0)).isNull();
        assertThat(image.partition(new Uuid(9, 9), 0)).isNull();
    }

    @Test
    void settingsAreOverridesOnly() {
        MetadataImage image = image(topic(A, "a"), config(A, "k", "1"), config(A, "l", "2"), config(A, "k", ""));
        assertThat(image.topicConfigs(A)).containsOnlyKeys("l");
        assertThat(image.topicConfigs(B)).isEmpty();
        image = image(brokerConfig("", "k", "1"), brokerConfig("7", "k", "2"));
        assertThat(image.brokerConfigs("")).containsEntry("k", "1");
        assertThat(image.brokerConfigs("7")).containsEntry("k", "2");
        assertThat(image.brokerConfigs("8")).isEmpty();
        assertThat(image.candidate(List.of(brokerConfig("", "k", ""), brokerConfig("7", "k", "")))
                        .stateHash())
                .isZero();
    }

    @Test
    void deletedTopicLeavesNothingBehind() {
        MetadataImage image = image(topic(A, "a"), partition(A, 0), partition(A, 1), config(A, "k", "1"), remove(A));
        assertThat(image.topics()).isEmpty();
        assertThat(image.topicConfigs(A)).isEmpty();
        assertThat(image.stateHash()).isEqualTo(MetadataImage.empty().stateHash());
        assertThat(image.toRecords()).isEmpty();
    }

    @Test
    void hashTellsStatesApartAndNotTheWayThere() {
        MetadataImage some = image(topic(A, "a"), partition(A, 0), topic(B, "b"), config(B, "k", "1"));
        MetadataImage other = image(
                topic(B, "b"),
                config(B, "k", "0"),
                topic(A, "a"),
                producerIds(5),
                config(B, "k", "1"),
                partition(A, 0));
        assertThat(other.stateHash()).isNotEqualTo(some.stateHash());
        assertThat(some.candidate(List.of(producerIds(5))).stateHash()).isEqualTo(other.stateHash());
        assertThat(some.candidate(List.of(change(A, 0, state(1, 0, 1)))).stateHash())
                .isNotEqualTo(some.stateHash());
    }

    @Test
    void snapshotIsTheSameImage() {
        MetadataImage image = image(
                        clusterId("c"),
                        broker(1),
                        brokerState(1, 1, false),
                        topic(A, "a"),
                        partition(A, 0),
                        change(A, 0, state(2, 1, 1)),
                        config(A, "k", "1"),
                        brokerConfig("", "k", "2"),
                        producerIds(1_000))
                .apply(entry(9, 3, topic(B, "b")));
        SnapshotHeader.Builder header = SnapshotHeader.newBuilder().setMetadataOffset(image.offset());
        for (ProposalOutcome outcome : image.recentProposals()) {
            header.addRecent(RecentProposal.newBuilder()
                    .setProposer(outcome.proposer())
                    .setProposal(outcome.proposal())
                    .setOffsetAfter(outcome.offsetAfter()));
        }
        MetadataImage read = MetadataImage.fromSnapshot(header.build(), image.toRecords());
        assertThat(read.offset()).isEqualTo(10);
        assertThat(read.stateHash()).isEqualTo(image.stateHash());
        assertThat(read.toRecords()).isEqualTo(image.toRecords());
        assertThat(read.outcome(9, 3)).contains(new ProposalOutcome(9, 3, 10));
        assertThat(read.broker(1)).isEqualTo(image.broker(1));
        assertThat(read.broker(1).epoch()).isEqualTo(1);
        assertThat(read.partition(A, 0)).isEqualTo(image.partition(A, 0));
        assertThat(MetadataDelta.full(image, read).isEmpty()).isTrue();
    }

    private static void violates(MetadataImage image, MetadataRecord record, String message) {
        assertThatThrownBy(() -> image.candidate(List.of(record)))
                .isInstanceOf(InvariantViolation.class)
                .hasMessageContaining(message);
    }

    @Test
    void recordsThatThisVersionDoesNotKnowAreNotSkipped() {
        violates(MetadataImage.empty(), ImageRecords.record().build(), "kind");
        violates(MetadataImage.empty(), clusterId("c").toBuilder().setVersion(2).build(), "version");
        violates(
                MetadataImage.empty(), clusterId("c").toBuilder().clearVersion().build(), "version");
        MetadataRecord.Builder config = brokerConfig("", "k", "1").toBuilder();
        config.getConfigBuilder().getResourceBuilder().setTypeValue(77);
        violates(MetadataImage.empty(), config.build(), "kind of resource");
    }

    @Test
    void recordsThatDoNotFitAreNotApplied() {
        MetadataImage image = image(clusterId("c"), broker(1), topic(A, "a"), partition(A, 0), producerIds(5));
        violates(image, clusterId("d"), "cluster id");
        violates(image, producerIds(5), "producer ids");
        violates(image, brokerState(1, 0, false), "registration");
        violates(image, brokerState(2, 1, false), "registration");
        violates(image, topic(A, "b"), "second topic");
        violates(image, topic(B, "a"), "second topic");
        violates(image, topic(Uuid.ZERO_UUID, "b"), "without an id");
        violates(image, remove(B), "unknown topic");
        violates(image, partition(B, 0), "unknown topic");
        violates(image, partition(A, 0), "out of turn");
        violates(image, partition(A, 2), "out of turn");
        violates(image, change(B, 0, state(1, 0, 1)), "unknown topic");
        violates(image, change(A, 1, state(1, 0, 1)), "unknown partition");
        violates(image, change(A, 0, state(1, 0, 2)), "out of turn");
        violates(image, config(B, "k", "1"), "unknown topic");
        MetadataImage later = image.candidate(List.of(change(A, 0, state(2, 3, 1))));
        violates(later, change(A, 0, state(1, 2, 2)), "out of turn");
    }

    @Test
    void arraysOfAPartitionAreCopies() {
        PartitionImage state = state(1, 0, 0);
        state.isr()[0] = 99;
        state.replicas()[0] = 99;
        assertThat(state).isEqualTo(state(1, 0, 0));
        assertThat(state).hasSameHashCodeAs(state(1, 0, 0));
        assertThat(state.inIsr(99)).isFalse();
        assertThat(state.isReplica(2)).isTrue();
        assertThat(state.inElr(2)).isFalse();
    }

    @Test
    void idsThatAreNot16BytesNameNothing() {
        assertThat(Uuids.fromBytes(Uuids.toBytes(A))).isEqualTo(A);
        assertThat(Uuids.fromBytes(Uuids.toBytes(A).substring(1))).isEqualTo(Uuid.ZERO_UUID);
    }
}
