// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.Features;
import io.shiplog.metadata.image.MetadataDelta;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.RegistryRecords;
import io.shiplog.metadata.proto.ConfigAlteration;
import io.shiplog.metadata.proto.ConfigAlteration.Op;
import io.shiplog.metadata.proto.ConfigResource;
import io.shiplog.metadata.proto.ConfigResult;
import io.shiplog.metadata.proto.FeatureUpdate;
import io.shiplog.metadata.proto.IncrementalAlterConfigsCommand;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.SnapshotHeader;
import io.shiplog.metadata.proto.UpdateFeaturesCommand;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Settings of groups. */
class GroupConfigDeciderTest {
    private static final String SESSION = "consumer.session.timeout.ms";
    private static final int SAFE_DOWNGRADE = 2;

    private TestCluster cluster;

    @BeforeEach
    void start() {
        cluster = TestCluster.of(3);
    }

    private ConfigResult alter(String group, Op op, String key, String value) {
        ConfigAlteration.Builder alteration = ConfigAlteration.newBuilder()
                .setResource(ConfigResource.newBuilder()
                        .setType(ConfigResource.Type.GROUP)
                        .setName(group))
                .setOp(op)
                .setKey(key)
                .setValue(value);
        MetadataResult result = cluster.ok(TestCluster.own()
                .setAlterConfigs(IncrementalAlterConfigsCommand.newBuilder().addAlterations(alteration)));
        return result.getAlterConfigs().getResults(0);
    }

    private void set(String group, String key, String value) {
        assertThat(Errors.forCode((short) alter(group, Op.SET, key, value).getError()))
                .isEqualTo(Errors.NONE);
    }

    private void refused(Errors expected, String group, Op op, String key, String value) {
        long hash = cluster.image().stateHash();
        ConfigResult result = alter(group, op, key, value);
        assertThat(Errors.forCode((short) result.getError())).isEqualTo(expected);
        assertThat(result.getMessage()).isNotEmpty();
        assertThat(cluster.image().stateHash()).isEqualTo(hash);
    }

    @Test
    void settingsOfGroupsAreKeptAndRemoved() {
        MetadataImage before = cluster.image();
        set("g", SESSION, "50000");
        set("g", "streams.num.standby.replicas", "1");
        set("other", SESSION, "60000");
        assertThat(cluster.image().groupConfigs("g")).hasSize(2).containsEntry(SESSION, "50000");
        assertThat(cluster.image().configuredGroups()).containsExactly("g", "other");
        assertThat(MetadataDelta.full(before, cluster.image()).changedGroupConfigs())
                .containsExactly("g", "other");
        alter("other", Op.DELETE, SESSION, "");
        alter("g", Op.DELETE, SESSION, "");
        alter("g", Op.DELETE, "streams.num.standby.replicas", "");
        assertThat(cluster.image().configuredGroups()).isEmpty();
        assertThat(cluster.image().stateHash()).isEqualTo(before.stateHash());
    }

    @Test
    void snapshotsHoldThem() {
        set("g", SESSION, "50000");
        MetadataImage image = cluster.image();
        MetadataImage read = MetadataImage.fromSnapshot(SnapshotHeader.getDefaultInstance(), image.toRecords());
        assertThat(read.groupConfigs("g")).containsEntry(SESSION, "50000");
        assertThat(read.stateHash()).isEqualTo(image.stateHash());
    }

    @Test
    void whatIsNoSettingOfAGroupIsRefused() {
        refused(Errors.INVALID_CONFIG, "g", Op.SET, "session.timeout.ms", "5");
        refused(Errors.INVALID_CONFIG, "g", Op.SET, "share.session.timeout.ms", "45000");
        refused(Errors.INVALID_CONFIG, "g", Op.DELETE, "retention.ms", "");
        refused(Errors.INVALID_CONFIG, "g", Op.SET, SESSION, "soon");
        refused(Errors.INVALID_CONFIG, "g", Op.SET, SESSION, "0");
        refused(Errors.INVALID_CONFIG, "g", Op.APPEND, SESSION, "45000");
    }

    @Test
    void allGroupsTogetherHaveNoSettings() {
        refused(Errors.INVALID_REQUEST, "", Op.SET, SESSION, "45000");
    }

    /** Software before it would halt on the record. */
    @Test
    void theyNeedALevelThatKnowsThem() {
        set("g", SESSION, "50000");
        FeatureUpdate.Builder down = FeatureUpdate.newBuilder()
                .setName(Features.SHIPLOG_METADATA_VERSION)
                .setLevel(1)
                .setUpgradeType(SAFE_DOWNGRADE);
        UpdateFeaturesCommand command =
                UpdateFeaturesCommand.newBuilder().addUpdates(down).build();
        FeatureDecider features = new FeatureDecider(Features.supported());
        assertThat(features.update(cluster.image(), command).records()).isEmpty();
        alter("g", Op.DELETE, SESSION, "");
        assertThat(features.update(cluster.image(), command).records()).hasSize(1);
        MetadataRecord lower =
                RegistryRecords.feature(Features.SHIPLOG_METADATA_VERSION, 1).build();
        cluster.apply(new Decision(List.of(lower), MetadataResult.getDefaultInstance(), true), 1);
        refused(Errors.UNSUPPORTED_VERSION, "g", Op.SET, SESSION, "50000");
    }
}
