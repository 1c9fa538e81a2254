// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.Features;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.RegistryRecords;
import io.shiplog.metadata.image.SupportedFeature;
import io.shiplog.metadata.proto.FeatureRange;
import io.shiplog.metadata.proto.FeatureUpdate;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.RegisterBrokerCommand;
import io.shiplog.metadata.proto.UpdateFeaturesCommand;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FeatureDeciderTest {
    private static final int UPGRADE = 1;
    private static final int SAFE_DOWNGRADE = 2;

    private final FeatureDecider features =
            new FeatureDecider(List.of(new SupportedFeature("a", 0, 3), new SupportedFeature("b", 1, 1)));
    private TestCluster cluster;

    @BeforeEach
    void start() {
        cluster = new TestCluster().formed();
    }

    private void register(int id, String feature, int min, int max) {
        assertThat(error(cluster.register(id, registration(id, feature, min, max))))
                .isEqualTo(Errors.NONE);
    }

    /** A broker that supports what this software does, and one feature more. */
    private RegisterBrokerCommand.Builder registration(int id, String feature, int min, int max) {
        return cluster.registration(id)
                .addAllFeatures(RegistryRecords.ranges(Features.supported()))
                .addFeatures(FeatureRange.newBuilder()
                        .setName(feature)
                        .setMinLevel(min)
                        .setMaxLevel(max));
    }

    private static Errors error(MetadataResult result) {
        return Errors.forCode((short) result.getError());
    }

    private static FeatureUpdate.Builder update(String name, int level, int type) {
        return FeatureUpdate.newBuilder().setName(name).setLevel(level).setUpgradeType(type);
    }

    private Decision decide(FeatureUpdate.Builder... updates) {
        UpdateFeaturesCommand.Builder command = UpdateFeaturesCommand.newBuilder();
        for (FeatureUpdate.Builder update : updates) {
            command.addUpdates(update);
        }
        return features.update(cluster.image(), command.build());
    }

    private void use(String name, int level) {
        MetadataRecord record = RegistryRecords.feature(name, level).build();
        Decision decision = new Decision(List.of(record), MetadataResult.getDefaultInstance(), true);
        cluster.apply(decision, 1);
    }

    private void refused(FeatureUpdate.Builder... updates) {
        Decision decision = decide(updates);
        assertThat(error(decision.result())).isEqualTo(Errors.INVALID_UPDATE_VERSION);
        assertThat(decision.result().getMessage()).contains(updates[updates.length - 1].getName());
        assertThat(decision.records()).isEmpty();
    }

    @Test
    void newClusterUsesWhatItsSoftwareSupports() {
        MetadataImage image = cluster.image();
        assertThat(image.registry().featureLevels())
                .containsEntry(Features.METADATA_VERSION, 30)
                .containsEntry(Features.ELIGIBLE_LEADER_REPLICAS_VERSION, 1)
                .containsEntry(Features.SHIPLOG_METADATA_VERSION, 3);
    }

    @Test
    void levelIsRaisedAndLowered() {
        register(1, "a", 0, 3);
        assertThat(decide(update("a", 2, UPGRADE)).records()).hasSize(1);
        use("a", 2);
        assertThat(decide(update("a", 1, SAFE_DOWNGRADE)).records()).hasSize(1);
        assertThat(decide(update("a", 2, UPGRADE)).records()).isEmpty();
        assertThat(decide(update("a", 0, SAFE_DOWNGRADE))
                        .records()
                        .get(0)
                        .getFeatureLevel()
                        .getLevel())
                .isZero();
    }

    @Test
    void levelThatThisNodeDoesNotSupportIsRefused() {
        refused(update("a", 4, UPGRADE));
        refused(update("b", 0, SAFE_DOWNGRADE));
        refused(update("unknown", 1, UPGRADE));
        refused(update("a", -1, SAFE_DOWNGRADE));
    }

    @Test
    void levelThatABrokerDoesNotSupportIsRefused() {
        register(1, "a", 0, 1);
        refused(update("a", 2, UPGRADE));
        assertThat(decide(update("a", 1, UPGRADE)).records()).hasSize(1);
    }

    @Test
    void brokerThatDoesNotNameAFeatureDoesNotSupportIt() {
        register(1, "other", 0, 1);
        refused(update("a", 1, UPGRADE));
    }

    @Test
    void directionIsThatOfTheUpgradeType() {
        register(1, "a", 0, 3);
        use("a", 2);
        refused(update("a", 1, UPGRADE));
        refused(update("a", 3, SAFE_DOWNGRADE));
        refused(update("a", 3, 0));
        refused(update("a", 3, 4));
    }

    @Test
    void allUpdatesAreMadeOrNone() {
        register(1, "a", 0, 3);
        refused(update("a", 2, UPGRADE), update("b", 2, UPGRADE));
        refused(update("a", 2, UPGRADE), update("a", 3, UPGRADE));
    }

    @Test
    void validatingChangesNothing() {
        register(1, "a", 0, 3);
        UpdateFeaturesCommand command = UpdateFeaturesCommand.newBuilder()
                .setValidateOnly(true)
                .addUpdates(update("a", 2, UPGRADE))
                .build();
        Decision decision = features.update(cluster.image(), command);
        assertThat(error(decision.result())).isEqualTo(Errors.NONE);
        assertThat(decision.records()).isEmpty();
    }

    @Test
    void controllerDecidesUpdatesOfItsOwnFeatures() {
        MetadataResult result = cluster.run(TestCluster.own()
                .setUpdateFeatures(UpdateFeaturesCommand.newBuilder()
                        .addUpdates(update(Features.METADATA_VERSION, 29, SAFE_DOWNGRADE))));
        assertThat(error(result)).isEqualTo(Errors.INVALID_UPDATE_VERSION);
    }

    // ---- registrations

    @Test
    void brokerThatDoesNotSupportWhatIsInUseIsNotLetIn() {
        use("a", 2);
        long hash = cluster.image().stateHash();
        assertThat(error(cluster.register(1, registration(1, "a", 3, 4)))).isEqualTo(Errors.UNSUPPORTED_VERSION);
        assertThat(error(cluster.register(1, registration(1, "a", 0, 1)))).isEqualTo(Errors.UNSUPPORTED_VERSION);
        assertThat(error(cluster.register(1, registration(1, "b", 0, 1)))).isEqualTo(Errors.UNSUPPORTED_VERSION);
        assertThat(cluster.image().stateHash()).isEqualTo(hash);
        register(1, "a", 1, 2);
        assertThat(cluster.broker(1).supports("a", 2)).isTrue();
        assertThat(cluster.broker(1).supports("a", 3)).isFalse();
    }

    @Test
    void brokerThatNamesNoFeaturesSupportsThoseOfTheFirstSoftware() {
        cluster.start(1);
        assertThat(cluster.broker(1).supports(Features.METADATA_VERSION, 30)).isTrue();
        assertThat(cluster.broker(1).supports("a", 1)).isFalse();
        use("a", 1);
        assertThat(error(cluster.register(2, cluster.registration(2)))).isEqualTo(Errors.UNSUPPORTED_VERSION);
    }

    @Test
    void badFeaturesAreRefused() {
        Errors invalid = Errors.INVALID_REGISTRATION;
        assertThat(error(cluster.register(1, registration(1, "a", 2, 1)))).isEqualTo(invalid);
        assertThat(error(cluster.register(1, registration(1, "a", -1, 1)))).isEqualTo(invalid);
        assertThat(error(cluster.register(1, registration(1, "", 0, 1)))).isEqualTo(invalid);
        assertThat(error(cluster.register(1, registration(1, Features.METADATA_VERSION, 0, 1))))
                .isEqualTo(invalid);
        RegisterBrokerCommand.Builder many = cluster.registration(1);
        for (int i = 0; i < 65; i++) {
            many.addFeatures(FeatureRange.newBuilder().setName("f" + i));
        }
        assertThat(error(cluster.register(1, many))).isEqualTo(invalid);
    }

    @Test
    void registrationTellsTheSessionTimeout() {
        cluster = new TestCluster(ControllerSettings.defaults().withSessionTimeoutMs(1_234)).formed();
        assertThat(cluster.register(1, cluster.registration(1))
                        .getRegisterBroker()
                        .getSessionTimeoutMs())
                .isEqualTo(1_234);
    }
}
