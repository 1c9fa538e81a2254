// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.junit.jupiter.api.Test;

class RequestHeaderReaderTest {
    private static final int BODY = 0x0b0d_0b0d;

    private final RequestHeaderReader headers = new RequestHeaderReader();

    @Test
    void aHeaderThatSaysTheSameIsTheOneBeforeIt() throws MalformedRequest {
        RequestHeader first = read(frame(ApiKeys.PRODUCE, 9, 1, "app"));
        assertThat(first).isEqualTo(new RequestHeader(ApiKeys.PRODUCE, (short) 9, "app"));
        assertThat(headers.correlationId()).isEqualTo(1);
        assertThat(read(frame(ApiKeys.PRODUCE, 9, 2, "app"))).isSameAs(first);
        assertThat(headers.correlationId()).isEqualTo(2);
    }

    @Test
    void aHeaderThatDiffersIsRead() throws MalformedRequest {
        read(frame(ApiKeys.PRODUCE, 9, 1, "app"));
        assertThat(read(frame(ApiKeys.PRODUCE, 9, 1, "apq")).clientId()).isEqualTo("apq");
        assertThat(read(frame(ApiKeys.PRODUCE, 9, 1, "ap")).clientId()).isEqualTo("ap");
        assertThat(read(frame(ApiKeys.PRODUCE, 9, 1, "")).clientId()).isEmpty();
        assertThat(read(frame(ApiKeys.PRODUCE, 9, 1, null)).clientId()).isEmpty();
        assertThat(read(frame(ApiKeys.PRODUCE, 10, 1, null)).version()).isEqualTo((short) 10);
        assertThat(read(frame(ApiKeys.FETCH, 12, 1, null)).api()).isEqualTo(ApiKeys.FETCH);
        assertThat(read(frame(ApiKeys.FETCH, 11, 1, "old")).isFlexible()).isFalse();
    }

    /** Its tagged fields belong to it: what comes behind them is the body. */
    @Test
    void taggedFieldsArePassedOverEachTime() throws MalformedRequest {
        for (int i = 0; i < 3; i++) {
            read(frame(ApiKeys.PRODUCE, 9, i, "app", new RawTaggedField(7, new byte[40 + i % 2])));
        }
    }

    @Test
    void oneThatIsTooLongToKeepIsReadEachTime() throws MalformedRequest {
        String name = "n".repeat(1_000);
        assertThat(read(frame(ApiKeys.PRODUCE, 9, 1, name)).clientId()).isEqualTo(name);
        assertThat(read(frame(ApiKeys.PRODUCE, 9, 2, name)).clientId()).isEqualTo(name);
        assertThat(headers.correlationId()).isEqualTo(2);
    }

    @Test
    void whatIsNoHeaderIsRefusedBehindOneThatIs() throws MalformedRequest {
        ByteBuffer good = frame(ApiKeys.PRODUCE, 9, 1, "app");
        int headerBytes = good.remaining() - Integer.BYTES;
        read(good.duplicate());
        for (int length = 0; length < headerBytes; length++) {
            ByteBuffer cut = good.duplicate().limit(length);
            assertThatThrownBy(() -> headers.read(cut)).isInstanceOf(MalformedRequest.class);
        }
        ByteBuffer unknown = frame(ApiKeys.PRODUCE, 9, 1, "app").putShort(0, (short) 999);
        assertThatThrownBy(() -> headers.read(unknown)).hasMessageContaining("unknown API key 999");
        read(good);
    }

    /** Reads a header, behind which the body has to be. */
    private RequestHeader read(ByteBuffer frame) throws MalformedRequest {
        RequestHeader header = headers.read(frame);
        assertThat(frame.getInt()).isEqualTo(BODY);
        return header;
    }

    private static ByteBuffer frame(
            ApiKeys api, int version, int correlationId, String client, RawTaggedField... tags) {
        RequestHeaderData data = new RequestHeaderData()
                .setRequestApiKey(api.id)
                .setRequestApiVersion((short) version)
                .setCorrelationId(correlationId)
                .setClientId(client);
        for (RawTaggedField tag : tags) {
            data.unknownTaggedFields().add(tag);
        }
        short headerVersion = api.requestHeaderVersion((short) version);
        var cache = new ObjectSerializationCache();
        int size = data.size(cache, headerVersion);
        // it does not begin where its buffer does
        ByteBuffer bytes = ByteBuffer.allocate(3 + size + Integer.BYTES).position(3);
        data.write(new ByteBufferAccessor(bytes), cache, headerVersion);
        bytes.putInt(BODY);
        return bytes.flip().position(3).slice();
    }
}
