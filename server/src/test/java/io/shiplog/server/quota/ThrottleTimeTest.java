// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.quota;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.SaslHandshakeResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.junit.jupiter.api.Test;

class ThrottleTimeTest {
    @Test
    void everyResponseOfEveryVersionCanBeWrittenWithIt() {
        for (ApiKeys api : ApiKeys.clientApis()) {
            for (short version = api.oldestVersion(); version <= api.latestVersion(); version++) {
                ApiMessage response = ApiMessageType.fromApiKey(api.id).newResponse();
                ThrottleTime.set(response, 77);
                var cache = new ObjectSerializationCache();
                var bytes = java.nio.ByteBuffer.allocate(response.size(cache, version));
                response.write(new ByteBufferAccessor(bytes), cache, version);
                assertThat(bytes.hasRemaining()).as(api + " " + version).isFalse();
            }
        }
    }

    @Test
    void setsTheFieldWhereThereIsOne() {
        MetadataResponseData response = new MetadataResponseData();
        assertThat(ThrottleTime.set(response, 77)).isTrue();
        assertThat(response.throttleTimeMs()).isEqualTo(77);
        assertThat(ThrottleTime.set(new SaslHandshakeResponseData(), 77)).isFalse();
    }
}
