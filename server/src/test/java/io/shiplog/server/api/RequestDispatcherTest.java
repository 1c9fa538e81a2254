// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestDispatcherTest {
    private final TestCluster cluster = new TestCluster(1);
    private final RequestDispatcher dispatcher = new RequestDispatcher(
            List.of(
                    new MetadataHandler(cluster, TopicAutoCreation.off(new InMemoryAdmin())),
                    new ProduceHandler(cluster, new InMemoryPartitions())),
            cluster);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void advertisesWhatHasAHandlerAndNothingElse(int version) {
        ApiVersionsResponseData response = ask(version, software("librdkafka", "2.3.0"));
        assertThat(response.errorCode()).isZero();
        assertThat(response.apiKeys())
                .extracting(api -> ApiKeys.forId(api.apiKey()) + " " + api.minVersion() + "-" + api.maxVersion())
                .containsExactlyInAnyOrder("PRODUCE 0-13", "METADATA 0-13", "API_VERSIONS 0-4");
    }

    @Test
    void tellsFeaturesWithTheirEpoch() {
        cluster.feature("eligible.leader.replicas.version", 1);
        ApiVersionsResponseData response = ask(4, software("apache-kafka-java", "4.3.1"));
        assertThat(response.finalizedFeatures()
                        .find("eligible.leader.replicas.version")
                        .maxVersionLevel())
                .isEqualTo((short) 1);
        assertThat(response.supportedFeatures().find("transaction.version")).isNull();
        assertThat(response.finalizedFeaturesEpoch()).isEqualTo(cluster.image().offset());
    }

    @Test
    void answersATooNewApiVersionsInVersionZeroWithTheTable() {
        FakeExchange exchange = new FakeExchange(ApiKeys.API_VERSIONS, 99, ByteBuffer.wrap(new byte[] {1, 2, 3}));
        dispatcher.process(exchange);
        ApiVersionsResponseData response = exchange.response(new ApiVersionsResponseData(), (short) 0);
        assertThat(Errors.forCode(response.errorCode())).isEqualTo(Errors.UNSUPPORTED_VERSION);
        assertThat(response.apiKeys())
                .containsExactly(new ApiVersion()
                        .setApiKey(ApiKeys.API_VERSIONS.id)
                        .setMinVersion((short) 0)
                        .setMaxVersion((short) 4));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "bad name", "-x", "x\n"})
    void refusesSoftwareNamesThatAreNone(String name) {
        assertThat(Errors.forCode(ask(3, software(name, "1")).errorCode())).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(Errors.forCode(ask(3, software("x", name)).errorCode())).isEqualTo(Errors.INVALID_REQUEST);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 2, 14})
    void closesOnProduceVersionsThatAreNotServed(int version) {
        FakeExchange exchange = new FakeExchange(ApiKeys.PRODUCE, version, ByteBuffer.allocate(0));
        dispatcher.process(exchange);
        assertThat(exchange.closeReason()).contains("Produce version " + version);
    }

    @Test
    void closesOnApisWithoutAHandler() {
        FakeExchange exchange = new FakeExchange(ApiKeys.JOIN_GROUP, 5, ByteBuffer.allocate(0));
        dispatcher.process(exchange);
        assertThat(exchange.closeReason()).contains("JoinGroup version 5 is not served");
    }

    @Test
    void closesOnABodyThatIsNone() {
        FakeExchange exchange = new FakeExchange(ApiKeys.METADATA, 9, ByteBuffer.wrap(new byte[] {5}));
        dispatcher.process(exchange);
        assertThat(exchange.closeReason()).contains("bad body of a Metadata request, version 9");
    }

    @Test
    void everyApiHasOneHandler() {
        assertThatThrownBy(() -> new RequestDispatcher(
                        List.of(
                                new MetadataHandler(cluster, TopicAutoCreation.off(new InMemoryAdmin())),
                                new MetadataHandler(cluster, TopicAutoCreation.off(new InMemoryAdmin()))),
                        cluster))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static ApiVersionsRequestData software(String name, String version) {
        return new ApiVersionsRequestData().setClientSoftwareName(name).setClientSoftwareVersion(version);
    }

    private ApiVersionsResponseData ask(int version, ApiVersionsRequestData request) {
        FakeExchange exchange = new FakeExchange(ApiKeys.API_VERSIONS, version, request);
        dispatcher.process(exchange);
        return exchange.response(new ApiVersionsResponseData());
    }
}
