// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.arch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tests that pages name exist: a class, a method of it, or another method of the class named before. */
class NamedTestsTest {
    private static final Path TOP = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern NAME = Pattern.compile("`([A-Z]\\w+(?:Test|IT))?(?:\\.(\\w+))?`");

    @ParameterizedTest
    @ValueSource(strings = {"metadata-decisions.md", "replication-guarantees.md", "storage-guarantees.md"})
    void everyTestThatThePageNamesExists(String page) throws IOException {
        Map<String, String> sources = testSources();
        Matcher names = NAME.matcher(Files.readString(TOP.resolve("docs").resolve(page)));
        List<String> missing = new ArrayList<>();
        String named = "";
        int found = 0;
        while (names.find()) {
            named = names.group(1) == null ? named : names.group(1);
            String method = names.group(2) == null ? "class " + named : " " + names.group(2) + "(";
            if (sources.getOrDefault(named, "").contains(method)) {
                found++;
            } else {
                missing.add(names.group());
            }
        }
        assertThat(missing).isEmpty();
        assertThat(found).isGreaterThan(50);
    }

    /** The text of each test class, by its simple name. */
    private static Map<String, String> testSources() throws IOException {
        Map<String, String> sources = new TreeMap<>();
        for (String module : List.of("metadata-quorum", "server", "tools", "replication", "storage", "simulation")) {
            try (Stream<Path> files = Files.walk(TOP.resolve(module).resolve("src/test/java"))) {
                for (Path file :
                        files.filter(each -> each.toString().endsWith(".java")).toList()) {
                    String name = file.getFileName().toString().replace(".java", "");
                    sources.merge(name, Files.readString(file), String::concat);
                }
            }
        }
        return sources;
    }
}
