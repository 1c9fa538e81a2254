// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class RowsTest {
    @Test
    void tableAlignsColumnsAndShowsNothingAsADash() {
        Rows rows = new Rows("node", "inSync");
        rows.add("storage-1", List.of(1, 2));
        rows.add(null, List.of());
        assertThat(rows.table().lines()).containsExactly("NODE       IN SYNC", "storage-1  1,2", "-          -");
    }

    @Test
    void objectsKeepTypesAndOrder() {
        Rows rows = new Rows("b", "a");
        rows.add(1, null);
        assertThat(Json.write(rows.objects())).isEqualTo("[\n  {\n    \"b\": 1,\n    \"a\": null\n  }\n]");
    }

    @Test
    void rowOfAnotherWidthIsRefused() {
        assertThatThrownBy(() -> new Rows("a").add(1, 2)).isInstanceOf(IllegalArgumentException.class);
    }
}
