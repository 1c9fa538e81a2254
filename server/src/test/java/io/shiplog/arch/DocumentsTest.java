// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.arch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Whoever follows the documents by their file names arrives somewhere. */
class DocumentsTest {
    private static final Path TOP = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern FILE = Pattern.compile("`([a-z][\\w./-]+/[\\w.-]+\\.(?:java|md|properties|proto))`");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)\\)");

    @Test
    void everyFileThatADocumentNamesExists() throws IOException {
        List<String> missing = new ArrayList<>();
        for (Path document : documents()) {
            String text = Files.readString(document);
            addMissing(missing, document, FILE.matcher(text), TOP);
            addMissing(missing, document, LINK.matcher(text), document.getParent());
        }
        assertThat(missing).isEmpty();
    }

    private static List<Path> documents() throws IOException {
        List<Path> documents = new ArrayList<>(List.of(TOP.resolve("README.md"), TOP.resolve("ARCHITECTURE.md")));
        try (var docs = Files.walk(TOP.resolve("docs"))) {
            docs.filter(path -> path.toString().endsWith(".md")).forEach(documents::add);
        }
        assertThat(documents).hasSizeGreaterThan(2);
        return documents;
    }

    private static void addMissing(List<String> missing, Path document, Matcher names, Path from) {
        while (names.find()) {
            if (!Files.exists(from.resolve(names.group(1)))) {
                missing.add(TOP.relativize(document) + " names " + names.group(1));
            }
        }
    }
}
