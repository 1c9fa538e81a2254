// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.client.RequestOrigin;
import java.util.List;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;

class OriginsTest {
    @Test
    void commandNamesWhoAskedForIt() {
        AdminHarness harness = new AdminHarness((cluster, admin) -> List.of(new UnregisterBrokerHandler(admin)));
        harness.serve(ApiKeys.UNREGISTER_BROKER, 0, new UnregisterBrokerRequestData().setBrokerId(9));
        assertThat(harness.admin.origins).containsExactly(new RequestOrigin("User:ANONYMOUS", "fake-client@127.0.0.1"));
    }
}
