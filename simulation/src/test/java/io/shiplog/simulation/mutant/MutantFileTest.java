// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.mutant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MutantFileTest {
    private static final List<String> WHOLE = List.of(
            "number: 7",
            "name: some-bug",
            "origin: KAFKA-1",
            "kind: re-created",
            "trips: S5 S1",
            "about: what it does",
            "",
            "file: a/B.java",
            "find:",
            "<<<",
            "    int a;",
            "    int b;",
            ">>>",
            "put:",
            "<<<",
            ">>>");

    @Test
    void readsHeadersAndChanges() {
        Mutant mutant = parse(WHOLE);
        assertThat(mutant.toString()).isEqualTo("7-some-bug");
        assertThat(mutant.trips()).containsExactly("S5", "S1");
        assertThat(mutant.changes()).containsExactly(new SourceChange("a/B.java", "    int a;\n    int b;", ""));
    }

    @Test
    void inexpressibleOneHasNoChanges() {
        List<String> lines = new ArrayList<>(WHOLE.subList(0, 6));
        lines.set(3, "kind: inexpressible");
        assertThat(parse(lines).isExpressible()).isFalse();
        assertThatThrownBy(() -> parse(WHOLE.subList(0, 6))).hasMessageContaining("has changes");
    }

    @Test
    void badLinesAreNamed() {
        List<String> lines = new ArrayList<>(WHOLE);
        lines.set(8, "found:");
        assertThatThrownBy(() -> parse(lines)).hasMessageContaining("line 9: expected 'find:'");
        assertThatThrownBy(() -> MutantFile.parse(Path.of("8-other.mutant"), WHOLE))
                .hasMessageContaining("should be called 7-some-bug.mutant");
    }

    @Test
    void fragmentMustBeThereOnce() {
        SourceChange change = new SourceChange("a/B.java", "aa", "b");
        assertThat(change.applyTo("xaax")).isEqualTo("xbx");
        assertThatThrownBy(() -> change.applyTo("xx")).hasMessageContaining("does not hold");
        assertThatThrownBy(() -> change.applyTo("aaa")).hasMessageContaining("more than once");
    }

    private static Mutant parse(List<String> lines) {
        return MutantFile.parse(Path.of("7-some-bug.mutant"), lines);
    }
}
