// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {
    @Test
    void nestsObjectsAndKeepsPlainListsOnOneLine() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("isr", List.of(1, 2));
        object.put("leader", null);
        object.put("led", true);
        assertThat(Json.write(List.of(object)))
                .isEqualTo("[\n  {\n    \"isr\": [1, 2],\n    \"leader\": null,\n    \"led\": true\n  }\n]");
    }

    @Test
    void aLineHasNoLineEndInIt() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("why", "two\nlines");
        object.put("samples", List.of(1.5, 2));
        assertThat(Json.line(object)).isEqualTo("{\"why\":\"two\\nlines\",\"samples\":[1.5,2]}");
    }

    @Test
    void emptyContainersStayShort() {
        assertThat(Json.write(List.of())).isEqualTo("[]");
        assertThat(Json.write(Map.of())).isEqualTo("{}");
    }

    @Test
    void escapesWhatJsonForbids() {
        assertThat(Json.write("a\"b\\c\nd\u0001")).isEqualTo("\"a\\\"b\\\\c\\nd\\u0001\"");
    }
}
