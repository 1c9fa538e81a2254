// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.mutant;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Reads mutants:
 *
 * <pre>
 * number: 12
 * name: joining-below-the-start-of-the-epoch
 * origin: KIP-966
 * kind: re-created            (or: inexpressible, and then no changes)
 * trips: S5 S1
 * about: what it does
 *
 * file: replication/src/main/java/...
 * find:
 * &lt;&lt;&lt;
 * lines as they stand in the source
 * &gt;&gt;&gt;
 * put:
 * &lt;&lt;&lt;
 * lines that stand there instead
 * &gt;&gt;&gt;
 * </pre>
 */
final class MutantFile {
    static final String SUFFIX = ".mutant";
    private static final String BEGIN = "<<<";
    private static final String END = ">>>";
    private static final List<String> HEADERS = List.of("number", "name", "origin", "kind", "trips", "about");

    private final Path path;
    private final List<String> lines;
    private int next;

    private MutantFile(Path path, List<String> lines) {
        this.path = path;
        this.lines = lines;
    }

    /** All mutants of a directory, by number. */
    static List<Mutant> readAll(Path directory) throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.list(directory)) {
            files = found.filter(file -> file.getFileName().toString().endsWith(SUFFIX))
                    .sorted()
                    .toList();
        }
        List<Mutant> mutants = new ArrayList<>();
        for (Path file : files) {
            mutants.add(new MutantFile(file, Files.readAllLines(file)).read());
        }
        return mutants;
    }

    /** One mutant from its lines; the path is for messages, and its name is checked. */
    static Mutant parse(Path path, List<String> lines) {
        return new MutantFile(path, lines).read();
    }

    private Mutant read() {
        Map<String, String> headers = readHeaders();
        List<SourceChange> changes = new ArrayList<>();
        for (skipBlank(); next < lines.size(); skipBlank()) {
            String file = value("file");
            changes.add(new SourceChange(file, block("find"), block("put")));
        }
        Mutant mutant = new Mutant(
                headers.get("number"),
                headers.get("name"),
                headers.get("origin"),
                List.of(headers.get("trips").split(" ")),
                headers.get("about"),
                changes);
        boolean expressible = switch (headers.get("kind")) {
            case "re-created" -> true;
            case "inexpressible" -> false;
            default -> throw bad("kind is re-created or inexpressible");
        };
        if (expressible != mutant.isExpressible()) {
            throw bad("one that is re-created has changes, an inexpressible one has none");
        }
        if (!path.getFileName().toString().equals(mutant + SUFFIX)) {
            throw bad("its file should be called " + mutant + SUFFIX);
        }
        return mutant;
    }

    private Map<String, String> readHeaders() {
        Map<String, String> headers = new HashMap<>();
        for (String header : HEADERS) {
            headers.put(header, value(header));
        }
        return headers;
    }

    private String value(String key) {
        if (next == lines.size() || !lines.get(next).startsWith(key + ": ")) {
            throw bad("expected '" + key + ": ...'");
        }
        String value = lines.get(next++).substring(key.length() + 2).strip();
        if (value.isEmpty()) {
            throw bad("nothing is said of '" + key + "'");
        }
        return value;
    }

    private String block(String key) {
        expect(key + ":");
        expect(BEGIN);
        List<String> text = new ArrayList<>();
        while (next < lines.size() && !lines.get(next).equals(END)) {
            text.add(lines.get(next++));
        }
        expect(END);
        return String.join("\n", text);
    }

    private void expect(String line) {
        if (next == lines.size() || !lines.get(next).equals(line)) {
            throw bad("expected '" + line + "'");
        }
        next++;
    }

    private void skipBlank() {
        while (next < lines.size() && lines.get(next).isBlank()) {
            next++;
        }
    }

    private IllegalArgumentException bad(String what) {
        return new IllegalArgumentException(path + ", line " + Math.min(next + 1, lines.size()) + ": " + what);
    }
}
