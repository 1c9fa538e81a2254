// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.junit.jupiter.api.Test;

/** A node must not end because it was asked for something with a long name, and says so. */
class LongTextsTest {
    private static final short VERSION = 4;

    private static DescribeConfigsResponseData answer(String message) {
        return new DescribeConfigsResponseData()
                .setResults(List.of(
                        new DescribeConfigsResult().setErrorMessage("short"),
                        new DescribeConfigsResult()
                                .setResourceName("x".repeat(Short.MAX_VALUE))
                                .setErrorMessage(message)));
    }

    @Test
    void whatDoesNotFitIsCutAndNothingElse() {
        DescribeConfigsResponseData answer = answer("é".repeat(20_000));
        assertThatThrownBy(() -> answer.size(new ObjectSerializationCache(), VERSION))
                .hasMessageContaining("too long");
        var cache = new ObjectSerializationCache();
        ByteBuffer bytes = ByteBuffer.allocate(LongTexts.size(answer, cache, VERSION));
        answer.write(new ByteBufferAccessor(bytes), cache, VERSION);
        assertThat(bytes.hasRemaining()).isFalse();
        DescribeConfigsResponseData read =
                new DescribeConfigsResponseData(new ByteBufferAccessor(bytes.flip()), VERSION);
        assertThat(read.results().get(0).errorMessage()).isEqualTo("short");
        assertThat(read.results().get(1).resourceName()).hasSize(Short.MAX_VALUE);
        assertThat(read.results().get(1).errorMessage()).startsWith("éé").hasSize(1_001);
    }

    @Test
    void whatFitsIsLeftAsItIs() {
        DescribeConfigsResponseData answer = answer("x".repeat(Short.MAX_VALUE));
        LongTexts.size(answer, new ObjectSerializationCache(), VERSION);
        assertThat(answer).isEqualTo(answer("x".repeat(Short.MAX_VALUE)));
    }
}
