// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.shiplog.metadata.model.InvariantViolation;
import io.shiplog.metadata.proto.MetadataEntry;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.RemoveAccessControlEntryRecord;
import io.shiplog.metadata.proto.RemoveScramCredentialRecord;
import io.shiplog.metadata.proto.SnapshotHeader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Test;

/** Feature levels, quotas, credentials and access control entries in the image: replay, snapshot, hash and delta. */
class RegistryImageTest {
    private static final QuotaEntity ALICE =
            new QuotaEntity(List.of(new QuotaEntity.Part("user", "alice"), new QuotaEntity.Part("client-id", null)));
    private static final Uuid ID = new Uuid(7, 7);

    private static ScramCredential credential(int iterations) {
        return new ScramCredential(
                "alice",
                1,
                ByteString.copyFromUtf8("s"),
                ByteString.copyFromUtf8("k"),
                ByteString.copyFromUtf8("v"),
                iterations);
    }

    private static AclBinding acl(String topic) {
        return new AclBinding(
                new ResourcePattern(ResourceType.TOPIC, topic, PatternType.PREFIXED),
                new AccessControlEntry("User:alice", "*", AclOperation.WRITE, AclPermissionType.DENY));
    }

    private static List<MetadataRecord> all() {
        return List.of(
                RegistryRecords.feature("f", 3).build(),
                RegistryRecords.quota(ALICE, "producer_byte_rate", 5).build(),
                RegistryRecords.quota(ALICE, "consumer_byte_rate", 6).build(),
                RegistryRecords.credential(credential(4_096)).build(),
                RegistryRecords.acl(ID, acl("t")).build());
    }

    private static MetadataRecord quotaGone(String key) {
        return RegistryRecords.quotaRemoval(ALICE, key).build();
    }

    private static MetadataRecord credentialGone() {
        return ImageRecords.record()
                .setRemoveScramCredential(RemoveScramCredentialRecord.newBuilder()
                        .setUser("alice")
                        .setMechanism(1))
                .build();
    }

    private static MetadataRecord aclGone(Uuid id) {
        return ImageRecords.record()
                .setRemoveAccessControlEntry(
                        RemoveAccessControlEntryRecord.newBuilder().setId(Uuids.toBytes(id)))
                .build();
    }

    private static MetadataImage image(MetadataRecord... records) {
        return MetadataImage.empty().candidate(Arrays.asList(records));
    }

    private static MetadataImage full() {
        return MetadataImage.empty().candidate(all());
    }

    @Test
    void recordsShowInTheImage() {
        RegistryImage registry = full().registry();
        assertThat(registry.featureLevel("f")).isEqualTo(3);
        assertThat(registry.quotas(ALICE))
                .containsEntry("producer_byte_rate", 5.0)
                .hasSize(2);
        assertThat(registry.scramCredential("alice", 1)).isEqualTo(credential(4_096));
        assertThat(registry.acls()).containsEntry(ID, acl("t"));
        assertThat(registry.aclId(acl("t"))).isEqualTo(ID);
        assertThat(registry.aclId(acl("u"))).isNull();
    }

    @Test
    void hashDoesNotDependOnTheWay() {
        List<MetadataRecord> backwards = new ArrayList<>(all());
        Collections.reverse(backwards);
        assertThat(MetadataImage.empty().candidate(backwards).stateHash()).isEqualTo(full().stateHash());
        MetadataImage detour = full().candidate(List.of(
                RegistryRecords.feature("f", 2).build(),
                RegistryRecords.quota(ALICE, "producer_byte_rate", 9).build(),
                RegistryRecords.credential(credential(9_999)).build(),
                aclGone(ID)));
        assertThat(detour.stateHash()).isNotEqualTo(full().stateHash());
        MetadataImage back = detour.candidate(List.of(
                RegistryRecords.feature("f", 3).build(),
                RegistryRecords.quota(ALICE, "producer_byte_rate", 5).build(),
                RegistryRecords.credential(credential(4_096)).build(),
                RegistryRecords.acl(ID, acl("t")).build()));
        assertThat(back.stateHash()).isEqualTo(full().stateHash());
    }

    @Test
    void everyKindOfRecordChangesTheHash() {
        for (MetadataRecord record : all()) {
            assertThat(image(record).stateHash())
                    .isNotEqualTo(MetadataImage.empty().stateHash());
        }
    }

    @Test
    void whatIsRemovedLeavesNothing() {
        MetadataImage emptied = full().candidate(List.of(
                RegistryRecords.feature("f", 0).build(),
                quotaGone("producer_byte_rate"),
                quotaGone("consumer_byte_rate"),
                credentialGone(),
                aclGone(ID)));
        assertThat(emptied.stateHash()).isEqualTo(MetadataImage.empty().stateHash());
        assertThat(emptied.toRecords()).isEmpty();
        assertThat(emptied.registry().quotaEntities()).isEmpty();
    }

    @Test
    void snapshotHoldsEverything() {
        MetadataImage read = MetadataImage.fromSnapshot(SnapshotHeader.getDefaultInstance(), full().toRecords());
        assertThat(read.stateHash()).isEqualTo(full().stateHash());
        assertThat(read.toRecords()).isEqualTo(full().toRecords()).hasSize(5);
    }

    @Test
    void recordsThatDoNotFitAreNotReplayed() {
        assertThatThrownBy(() -> full().candidate(List.of(aclGone(new Uuid(8, 8)))))
                .isInstanceOf(InvariantViolation.class);
        assertThatThrownBy(() -> image(credentialGone())).isInstanceOf(InvariantViolation.class);
        assertThatThrownBy(() -> full().candidate(
                                List.of(RegistryRecords.acl(ID, acl("u")).build())))
                .isInstanceOf(InvariantViolation.class);
        assertThatThrownBy(() -> full().candidate(List.of(
                        RegistryRecords.acl(new Uuid(8, 8), acl("t")).build())))
                .isInstanceOf(InvariantViolation.class);
    }

    @Test
    void deltaTellsWhatKindChanged() {
        for (int i = 0; i < all().size(); i++) {
            MetadataEntry entry = MetadataEntry.newBuilder()
                    .setProposal(1)
                    .addRecords(all().get(i))
                    .build();
            MetadataImage after = MetadataImage.empty().apply(entry);
            MetadataDelta delta = MetadataDelta.between(MetadataImage.empty(), List.of(entry), after);
            assertThat(delta.isEmpty()).isFalse();
            assertThat(delta.featuresChanged()).isEqualTo(i == 0);
            assertThat(delta.quotasChanged()).isEqualTo(i == 1 || i == 2);
            assertThat(delta.credentialsChanged()).isEqualTo(i == 3);
            assertThat(delta.aclsChanged()).isEqualTo(i == 4);
        }
    }

    // ---- settings in force

    private static final Uuid TOPIC = MetadataImageTest.A;

    private static MetadataImage configured() {
        return image(
                MetadataImageTest.topic(TOPIC, "t"),
                MetadataImageTest.config(TOPIC, "retention.ms", "1"),
                MetadataImageTest.brokerConfig("", "log.retention.ms", "2"),
                MetadataImageTest.brokerConfig("", "log.retention.bytes", "3"),
                MetadataImageTest.brokerConfig("", "min.insync.replicas", "4"),
                MetadataImageTest.brokerConfig("1", "log.retention.bytes", "5"),
                MetadataImageTest.brokerConfig("1", "log.roll.ms", "6"));
    }

    @Test
    void topicGoesBeforeBrokerBeforeAllBrokers() {
        assertThat(EffectiveTopicConfigs.onNode(configured(), 1, TOPIC))
                .containsEntry("retention.ms", "1")
                .containsEntry("retention.bytes", "5")
                .containsEntry("segment.ms", "6")
                .containsEntry("min.insync.replicas", "4")
                .hasSize(4);
        assertThat(EffectiveTopicConfigs.onNode(configured(), 2, TOPIC))
                .containsEntry("retention.bytes", "3")
                .doesNotContainKey("segment.ms");
    }

    @Test
    void whatIsAgreedOnIsTheSameForEveryBroker() {
        assertThat(EffectiveTopicConfigs.agreed(configured(), TOPIC))
                .containsEntry("retention.ms", "1")
                .containsEntry("retention.bytes", "3")
                .containsEntry("min.insync.replicas", "4")
                .hasSize(3);
        MetadataImage stray =
                configured().candidate(List.of(MetadataImageTest.brokerConfig("1", "min.insync.replicas", "9")));
        assertThat(EffectiveTopicConfigs.onNode(stray, 1, TOPIC)).containsEntry("min.insync.replicas", "4");
    }

    @Test
    void valuesAreToldWithTheirSourcesTheOneInForceFirst() {
        MetadataImage image = configured();
        assertThat(EffectiveTopicConfigs.values(
                        image, 1, image.topicConfigs(TOPIC), TopicConfigs.key("retention.bytes")))
                .containsExactly(
                        new EffectiveTopicConfigs.Value(
                                EffectiveTopicConfigs.Source.BROKER, "log.retention.bytes", "5"),
                        new EffectiveTopicConfigs.Value(
                                EffectiveTopicConfigs.Source.ALL_BROKERS, "log.retention.bytes", "3"));
        assertThat(EffectiveTopicConfigs.values(image, 1, image.topicConfigs(TOPIC), TopicConfigs.key("retention.ms")))
                .extracting(EffectiveTopicConfigs.Value::source)
                .containsExactly(EffectiveTopicConfigs.Source.TOPIC, EffectiveTopicConfigs.Source.ALL_BROKERS);
        assertThat(EffectiveTopicConfigs.values(image, 1, image.topicConfigs(TOPIC), TopicConfigs.key("preallocate")))
                .isEmpty();
    }

    @Test
    void allOfKafkasTopicSettingsAreKnown() {
        assertThat(TopicConfigs.keys())
                .extracting(TopicConfigKey::name)
                .contains(
                        "cleanup.policy",
                        "compression.gzip.level",
                        "compression.lz4.level",
                        "compression.type",
                        "compression.zstd.level",
                        "delete.retention.ms",
                        "file.delete.delay.ms",
                        "flush.messages",
                        "flush.ms",
                        "follower.replication.throttled.replicas",
                        "index.interval.bytes",
                        "leader.replication.throttled.replicas",
                        "local.retention.bytes",
                        "local.retention.ms",
                        "max.compaction.lag.ms",
                        "max.message.bytes",
                        "message.timestamp.after.max.ms",
                        "message.timestamp.before.max.ms",
                        "message.timestamp.type",
                        "min.cleanable.dirty.ratio",
                        "min.compaction.lag.ms",
                        "min.insync.replicas",
                        "preallocate",
                        "remote.log.copy.disable",
                        "remote.log.delete.on.disable",
                        "remote.storage.enable",
                        "retention.bytes",
                        "retention.ms",
                        "segment.bytes",
                        "segment.index.bytes",
                        "segment.jitter.ms",
                        "segment.ms",
                        "unclean.leader.election.enable")
                .contains("flush.policy", "record.validation", "unclean.recovery.strategy")
                .hasSize(36);
    }
}
