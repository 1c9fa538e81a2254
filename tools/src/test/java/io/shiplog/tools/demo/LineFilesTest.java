// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineFilesTest {
    @TempDir
    Path directory;

    @Test
    void emptyLinesAndALastLineWithoutLineFeedAreLines() throws Exception {
        assertThat(linesOf(file("a", "one\n\nthree"))).containsExactly("one", "", "three");
        assertThat(linesOf(file("b", "one\n"))).containsExactly("one");
        assertThat(linesOf(file("c", ""))).isEmpty();
    }

    @Test
    void carriageReturnBelongsToTheLine() throws Exception {
        assertThat(linesOf(file("a", "one\r\ntwo"))).containsExactly("one\r", "two");
    }

    @Test
    void placeOfNamesFileAndLine() throws Exception {
        Path a = file("a", "0\n1\n");
        Path b = file("b", "2\n3\n");
        assertThat(LineFiles.of(List.of(a, b)).placeOf(3)).isEqualTo(b + ":2");
    }

    @Test
    void missingFileIsNamed() {
        Path missing = directory.resolve("missing");
        assertThatThrownBy(() -> LineFiles.of(List.of(missing)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(missing.toString());
    }

    private Path file(String name, String content) throws IOException {
        return Files.writeString(directory.resolve(name), content);
    }

    private static List<String> linesOf(Path file) throws Exception {
        List<String> lines = new ArrayList<>();
        LineFiles.of(List.of(file)).forEachLine((line, path, number) -> {
            lines.add(new String(line, StandardCharsets.UTF_8));
            assertThat(number).isEqualTo(lines.size());
            return true;
        });
        return lines;
    }
}
