// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.Features;
import java.util.List;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UnregisterBrokerResponseData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData.FeatureUpdateKey;
import org.apache.kafka.common.message.UpdateFeaturesResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** UpdateFeatures, what ApiVersions tells of features, and UnregisterBroker. */
class ClusterAdminHandlersTest {
    private static final int LATEST_UPDATE = 2;
    private static final String FEATURE = Features.SHIPLOG_METADATA_VERSION;

    private final AdminHarness harness = new AdminHarness(
            (cluster, admin) -> List.of(new UpdateFeaturesHandler(admin), new UnregisterBrokerHandler(admin)));

    @BeforeEach
    void cluster() {
        harness.cluster.broker(1, 1001).broker(2, 1002, true, "");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void featureIsTakenIntoUseInEveryVersionAndAdvertised(int version) {
        UpdateFeaturesResponseData response = update(version, FEATURE, 1);
        assertThat(response.errorCode()).isZero();
        assertThat(response.errorMessage()).isNull();
        assertThat(response.results())
                .extracting(result -> result.errorMessage())
                .isEqualTo(version < LATEST_UPDATE ? List.of("NONE") : List.of());
        assertThat(harness.cluster.image().registry().featureLevel(FEATURE)).isEqualTo(1);
        ApiVersionsResponseData apis = apiVersions();
        assertThat(apis.finalizedFeatures())
                .extracting(f -> f.name() + " " + f.minVersionLevel() + "-" + f.maxVersionLevel())
                .containsExactly(FEATURE + " 1-1");
        assertThat(apis.finalizedFeaturesEpoch())
                .isEqualTo(harness.cluster.image().offset());
    }

    @Test
    void supportedFeaturesAreAdvertisedThoughNoneIsInUse() {
        ApiVersionsResponseData apis = apiVersions();
        assertThat(apis.supportedFeatures())
                .extracting(f -> f.name())
                .containsExactlyInAnyOrder(
                        FEATURE,
                        Features.METADATA_VERSION,
                        Features.ELIGIBLE_LEADER_REPLICAS_VERSION,
                        Features.GROUP_VERSION,
                        Features.STREAMS_VERSION);
        assertThat(apis.finalizedFeatures()).isEmpty();
    }

    /** They fail on a feature whose lowest level is 0 (KAFKA-17492). */
    @Test
    void olderClientsAreNotToldOfFeaturesThatCanBeOutOfUse() {
        assertThat(apiVersions(3).supportedFeatures())
                .extracting(f -> f.name())
                .containsExactlyInAnyOrder(
                        FEATURE, Features.METADATA_VERSION, Features.ELIGIBLE_LEADER_REPLICAS_VERSION);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void levelThatIsNotSupportedIsRefusedAsAWhole(int version) {
        long before = harness.state();
        UpdateFeaturesResponseData response = update(version, FEATURE, 99);
        assertThat(Errors.forCode(response.errorCode())).isEqualTo(Errors.INVALID_UPDATE_VERSION);
        assertThat(response.errorMessage()).contains(FEATURE);
        assertThat(response.results()).isEmpty();
        assertThat(harness.state()).isEqualTo(before);
    }

    @Test
    void validationChangesNothing() {
        long before = harness.state();
        UpdateFeaturesRequestData request = request(FEATURE, 1).setValidateOnly(true);
        assertThat(ask(LATEST_UPDATE, request).errorCode()).isZero();
        assertThat(harness.state()).isEqualTo(before);
    }

    @Test
    void fencedBrokerIsUnregistered() {
        assertThat(unregister(2)).isEqualTo(Errors.NONE);
        assertThat(harness.cluster.image().broker(2)).isNull();
    }

    @Test
    void brokerThatIsNotThereCannotBeUnregistered() {
        long before = harness.state();
        assertThat(unregister(9)).isEqualTo(Errors.BROKER_ID_NOT_REGISTERED);
        assertThat(harness.state()).isEqualTo(before);
    }

    @Test
    void unregistrationWhoseFirstAnswerWasLostIsASuccess() {
        harness.admin.firstAnswersAreLost = true;
        assertThat(unregister(2)).isEqualTo(Errors.NONE);
    }

    private static UpdateFeaturesRequestData request(String feature, int level) {
        UpdateFeaturesRequestData request = new UpdateFeaturesRequestData();
        request.featureUpdates().add(new FeatureUpdateKey().setFeature(feature).setMaxVersionLevel((short) level));
        return request;
    }

    private UpdateFeaturesResponseData update(int version, String feature, int level) {
        return ask(version, request(feature, level));
    }

    private UpdateFeaturesResponseData ask(int version, UpdateFeaturesRequestData request) {
        return harness.ask(ApiKeys.UPDATE_FEATURES, version, request, new UpdateFeaturesResponseData());
    }

    private ApiVersionsResponseData apiVersions() {
        return apiVersions(4);
    }

    private ApiVersionsResponseData apiVersions(int version) {
        return harness.ask(
                ApiKeys.API_VERSIONS,
                version,
                new ApiVersionsRequestData().setClientSoftwareName("test").setClientSoftwareVersion("1"),
                new ApiVersionsResponseData());
    }

    private Errors unregister(int brokerId) {
        var request = new UnregisterBrokerRequestData().setBrokerId(brokerId);
        return Errors.forCode(harness.ask(ApiKeys.UNREGISTER_BROKER, 0, request, new UnregisterBrokerResponseData())
                .errorCode());
    }
}
