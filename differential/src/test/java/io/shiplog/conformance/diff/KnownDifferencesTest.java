// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;

class KnownDifferencesTest {
    private static final Finding FINDING = new Finding(
            ApiKeys.FETCH,
            "no topic",
            (short) 7,
            (short) 9,
            new Difference("responses[x].errorCode", "NONE", "absent"));

    @Test
    void eachColumnMustMatch() {
        assertThat(covers("Fetch\t*\tno topic\tresponses[*].errorCode\tNONE\tabsent\twhy"))
                .isTrue();
        assertThat(covers("Produce\t*\t*\t*\t*\t*\twhy")).isFalse();
        assertThat(covers("*\t*\tno partition\t*\t*\t*\twhy")).isFalse();
        assertThat(covers("*\t*\t*\tresponses\t*\t*\twhy")).isFalse();
        assertThat(covers("*\t*\t*\t*\tabsent\t*\twhy")).isFalse();
        assertThat(covers("*\t*\t*\t*\t*\tNONE\twhy")).isFalse();
    }

    @Test
    void allVersionsOfTheFindingMustBeKnown() {
        assertThat(covers("*\t7-9\t*\t*\t*\t*\twhy")).isTrue();
        assertThat(covers("*\t8-9\t*\t*\t*\t*\twhy")).isFalse();
        assertThat(covers("*\t7\t*\t*\t*\t*\twhy")).isFalse();
    }

    @Test
    void whatDidNotOccurIsTold() {
        var known = KnownDifferences.parse(
                List.of("# why", "", "Fetch\t*\t*\t*\t*\t*\tseen", "Produce\t*\t*\t*\t*\t*\tnot seen"));
        known.covers(FINDING);
        assertThat(known.unseen()).containsExactly("Produce\t*\t*\t*\t*\t*\tnot seen");
    }

    @Test
    void aLineWithoutAReasonIsRefused() {
        assertThatThrownBy(() -> KnownDifferences.parse(List.of("Fetch\t*\t*\t*\t*\t*\t ")))
                .hasMessageContaining("a reason");
    }

    @Test
    void theListOfTheProjectCanBeRead() throws IOException {
        assertThat(KnownDifferences.read(Path.of("../conformance/known-differences.tsv"))
                        .size())
                .isPositive();
    }

    private static boolean covers(String line) {
        return KnownDifferences.parse(List.of(line)).covers(FINDING);
    }
}
