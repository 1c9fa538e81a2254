// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnitsTest {
    @ParameterizedTest
    @CsvSource({
        "0,0 B",
        "1023,1023 B",
        "1024,1.0 KiB",
        "1536,1.5 KiB",
        "1048575,1.0 MiB",
        "5368709120,5.0 GiB",
        "-2048,-2.0 KiB"
    })
    void bytesAreShownInTheLargestUnit(long bytes, String shown) {
        assertThat(Units.bytes(bytes)).isEqualTo(shown);
    }

    @Test
    void aRateIsBytesASecond() {
        assertThat(Units.rate(1536.4)).isEqualTo("1.5 KiB/s");
    }

    @ParameterizedTest
    @CsvSource({
        "40,40 ms",
        "1000,1 s",
        "1590,1.5 s",
        "59999,59 s",
        "200000,3 min 20 s",
        "120000,2 min",
        "7260000,2 h 1 min",
        "183600000,2 d 3 h",
        "-1000,-1 s"
    })
    void durationsAreShownInTheirTwoLargestParts(long ms, String shown) {
        assertThat(Units.duration(ms)).isEqualTo(shown);
    }

    @ParameterizedTest
    @CsvSource({
        "1048576,1048576",
        "1k,1024",
        "50MiB,52428800",
        "50 mib,52428800",
        "50M,52428800",
        "50MB,50000000",
        "1.5G,1610612736",
        "10MiB/s,10485760",
        "0,0"
    })
    void bytesAreRead(String text, long bytes) {
        assertThat(Units.parseBytes(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "MiB", "5 apples", "1e30", "99999999999T", "1,5M"})
    void whatIsNoNumberOfBytesIsRefusedAndSaysWhatWouldBe(String text) {
        assertThatThrownBy(() -> Units.parseBytes(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("50MiB");
    }

    @ParameterizedTest
    @CsvSource({"90s,90000", "5m,300000", "1h30m,5400000", "7d,604800000", "PT1H,3600000", "1.5s,1500", "0s,0"})
    void durationsAreRead(String text, long ms) {
        assertThat(Units.parseDurationMs(text)).isEqualTo(ms);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "5 minutes", "30m1h", "P1X", "99999999999999999999d", "9999999999999999d", "-5s"})
    void whatIsNoDurationIsRefusedAndSaysWhatWouldBe(String text) {
        assertThatThrownBy(() -> Units.parseDurationMs(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1h30m");
    }
}
