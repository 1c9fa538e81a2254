// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.diff;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The differences that are known, each with its reason: a text file with one in each line, columns separated by tabs.
 *
 * <pre>
 * API   versions (*, 3, 3-5)   case   path   Kafka's value   Shiplog's value   reason
 * </pre>
 *
 * In all but the versions and the reason {@code *} stands for any text. Empty lines and lines that begin with {@code #} say nothing.
 */
final class KnownDifferences {
    private static final int COLUMNS = 7;

    private final List<Entry> entries = new ArrayList<>();

    private KnownDifferences() {}

    /**
     * @throws IllegalArgumentException for a line that is no such entry
     */
    static KnownDifferences parse(List<String> lines) {
        KnownDifferences known = new KnownDifferences();
        for (String line : lines) {
            if (!line.isBlank() && !line.startsWith("#")) {
                known.entries.add(Entry.parse(line));
            }
        }
        return known;
    }

    static KnownDifferences read(Path file) throws IOException {
        return parse(Files.readAllLines(file));
    }

    /** Whether the finding is known; the first entry that says so counts as seen. */
    boolean covers(Finding finding) {
        for (Entry entry : entries) {
            if (entry.covers(finding)) {
                entry.seen = true;
                return true;
            }
        }
        return false;
    }

    /** Entries that covered nothing, as they stand in the file. */
    List<String> unseen() {
        return entries.stream()
                .filter(entry -> !entry.seen)
                .map(entry -> entry.line)
                .toList();
    }

    int size() {
        return entries.size();
    }

    private static final class Entry {
        private final String line;
        private final int first;
        private final int last;
        private final List<Pattern> patterns;
        private boolean seen;

        private Entry(String line, int first, int last, List<Pattern> patterns) {
            this.line = line;
            this.first = first;
            this.last = last;
            this.patterns = patterns;
        }

        static Entry parse(String line) {
            String[] columns = line.split("\t", -1);
            if (columns.length != COLUMNS || columns[COLUMNS - 1].isBlank()) {
                throw new IllegalArgumentException("a known difference has " + COLUMNS
                        + " columns separated by tabs, the last of them a reason: " + line);
            }
            int first = 0;
            int last = Short.MAX_VALUE;
            if (!columns[1].equals("*")) {
                String[] range = columns[1].split("-", 2);
                first = Integer.parseInt(range[0]);
                last = Integer.parseInt(range[range.length - 1]);
            }
            var patterns = new ArrayList<Pattern>();
            patterns.add(glob(columns[0]));
            Arrays.asList(columns).subList(2, COLUMNS - 1).forEach(column -> patterns.add(glob(column)));
            return new Entry(line, first, last, patterns);
        }

        private static Pattern glob(String text) {
            StringBuilder pattern = new StringBuilder();
            for (String part : text.split("\\*", -1)) {
                pattern.append(pattern.isEmpty() ? "" : ".*")
                        .append("\\Q")
                        .append(part)
                        .append("\\E");
            }
            return Pattern.compile(pattern.toString(), Pattern.DOTALL);
        }

        boolean covers(Finding finding) {
            Difference difference = finding.difference();
            List<String> values = List.of(
                    finding.api().name, finding.step(), difference.path(), difference.kafka(), difference.shiplog());
            if (finding.first() < first || finding.last() > last) {
                return false;
            }
            for (int i = 0; i < values.size(); i++) {
                if (!patterns.get(i).matcher(values.get(i)).matches()) {
                    return false;
                }
            }
            return true;
        }
    }
}
