// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.message.ListConfigResourcesResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ListConfigResourcesHandlerTest {
    private final AdminHarness harness =
            new AdminHarness((cluster, admin) -> List.of(new ListConfigResourcesHandler(cluster)));

    @BeforeEach
    void resources() {
        harness.cluster.broker(1, 1001).broker(2, 1002, true, "");
        harness.cluster.topic("t", 1, 1);
    }

    @Test
    void topicsAndBrokersAreListed() {
        assertThat(names(ask(1))).containsExactly("8 1", "8 2", "4 1", "4 2", "2 t");
        assertThat(names(ask(1, ConfigResource.Type.TOPIC.id()))).containsExactly("2 t");
        assertThat(names(ask(
                        1,
                        ConfigResource.Type.TOPIC.id(),
                        ConfigResource.Type.TOPIC.id(),
                        ConfigResource.Type.GROUP.id())))
                .containsExactly("2 t");
    }

    @Test
    void versionZeroAsksForSubscriptionsOfWhichThereAreNone() {
        ListConfigResourcesResponseData response = ask(0);
        assertThat(response.errorCode()).isZero();
        assertThat(response.configResources()).isEmpty();
    }

    @Test
    void otherTypesAreRefused() {
        for (byte type : new byte[] {ConfigResource.Type.UNKNOWN.id(), 99, -1}) {
            ListConfigResourcesResponseData response = ask(1, ConfigResource.Type.TOPIC.id(), type);
            assertThat(Errors.forCode(response.errorCode())).isEqualTo(Errors.UNSUPPORTED_VERSION);
            assertThat(response.configResources()).isEmpty();
        }
    }

    private ListConfigResourcesResponseData ask(int version, Byte... types) {
        return harness.ask(
                ApiKeys.LIST_CONFIG_RESOURCES,
                version,
                new ListConfigResourcesRequestData().setResourceTypes(List.of(types)),
                new ListConfigResourcesResponseData());
    }

    private static List<String> names(ListConfigResourcesResponseData response) {
        return response.configResources().stream()
                .map(r -> r.resourceType() + " " + r.resourceName())
                .toList();
    }
}
