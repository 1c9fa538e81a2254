// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** JSON becomes plain values; what is not JSON is refused with line and column. */
class JsonReaderTest {
    @Test
    void valuesAreReadAsTheyAreWritten() {
        Object read = JsonReader.read("{\"a\": [1, -2.5, \"x\\n\", true, null], \"b\": {}}");
        assertThat(read).isEqualTo(Map.of("a", Arrays.asList(1L, -2.5, "x\n", true, null), "b", Map.of()));
    }

    @Test
    void whatWasWrittenIsReadAgain() {
        Object value = Map.of("list", List.of(Map.of("n", 1L), Map.of("s", "\"q\"\t")));
        assertThat(JsonReader.read(Json.write(value))).isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'a': 1,,} | line 1, column 9",
                "{'a': 1} x | line 1, column",
                "{'a': 1, 'a': 2} | Duplicate field 'a'",
                "[1, 2 | line 1, column",
                "[99999999999999999999] | too large",
                "nope | line 1, column",
            })
    void malformedTextsAreRefusedWithThePlace(String text, String message) {
        assertThatThrownBy(() -> JsonReader.read(text.replace('\'', '"')))
                .isInstanceOf(JsonReader.Malformed.class)
                .message()
                .contains(message.replace('\'', message.contains("Duplicate") ? '\'' : '"'))
                .doesNotContain("\n")
                .doesNotContain("Source");
    }

    @Test
    void nothingAtAllIsNoValue() {
        assertThatThrownBy(() -> JsonReader.read("  ")).isInstanceOf(JsonReader.Malformed.class);
    }

    @Test
    void depthIsBounded() {
        assertThatThrownBy(() -> JsonReader.read("[".repeat(10_000)))
                .isInstanceOf(JsonReader.Malformed.class)
                .hasMessageContaining("nested deeper than 32");
    }
}
