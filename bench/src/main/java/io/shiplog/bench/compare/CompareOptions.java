// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare;

import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What is compared.
 *
 * @param mode           what to do
 * @param name           of the results, below var/bench/compare
 * @param rows           of which the names are measured
 * @param contestants    of which the ids take part
 * @param runs           of each headline row; the others have one
 * @param publish        the report goes to docs/, not beside the results
 * @param top            the project
 * @param work           where clusters live; all of it goes at the end
 * @param kafkaClassPath that of Kafka's tools
 */
public record CompareOptions(
        Mode mode,
        Scale scale,
        String name,
        Pattern rows,
        Pattern contestants,
        int runs,
        boolean publish,
        Path top,
        Path work,
        String kafkaClassPath) {
    /** For a caller that got it wrong; {@code bin/bench} adds the last three. */
    public static final String USAGE =
            "usage: bin/bench compare [--quick | --tiny] [--name NAME] [--rows PATTERN] [--contestants PATTERN] [--runs N]"
                    + " [--list | --report] [--publish]\n";

    private static final int MAX_RUNS = 100;
    private static final int HEADLINE_RUNS = 5;

    /** What to do. */
    public enum Mode {
        MEASURE,
        REPORT,
        LIST
    }

    /** Of the words behind the command; {@link IllegalArgumentException} with one line that says what is wrong and what would be right. */
    public static CompareOptions parse(String... arguments) {
        Parser parser = new Parser();
        for (int i = 0; i < arguments.length; i++) {
            if (!parser.flag(arguments[i])) {
                if (i + 1 == arguments.length) {
                    throw new IllegalArgumentException(arguments[i] + " needs a value, or is no option");
                }
                parser.value(arguments[i], arguments[++i]);
            }
        }
        return parser.options();
    }

    /** Where results of this name are. */
    public Path directory() {
        return top.resolve("var/bench/compare").resolve(name);
    }

    /** One JSON object for each unit. */
    public Path results() {
        return directory().resolve("results.jsonl");
    }

    private static final class Parser {
        private Mode mode = Mode.MEASURE;
        private Scale scale = Scale.FULL;
        private String name = "";
        private Pattern rows = Pattern.compile("");
        private Pattern contestants = Pattern.compile("");
        private int runs;
        private boolean publish;
        private Path top = Path.of(".");
        private Path work = Path.of(System.getProperty("java.io.tmpdir"));
        private String kafkaClassPath = "";

        boolean flag(String argument) {
            switch (argument) {
                case "--quick" -> scale = Scale.QUICK;
                case "--tiny" -> scale = Scale.TINY;
                case "--report" -> mode = Mode.REPORT;
                case "--list" -> mode = Mode.LIST;
                case "--publish" -> publish = true;
                default -> {
                    return false;
                }
            }
            return true;
        }

        void value(String option, String value) {
            switch (option) {
                case "--name" -> name = name(value);
                case "--rows" -> rows = pattern(option, value);
                case "--contestants" -> contestants = pattern(option, value);
                case "--runs" -> runs = runs(value);
                case "--top" -> top = Path.of(value);
                case "--work" -> work = Path.of(value);
                case "--kafka-class-path" -> kafkaClassPath = value;
                default -> throw new IllegalArgumentException("unknown option " + option);
            }
        }

        private static String name(String value) {
            if (!value.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,60}")) {
                throw new IllegalArgumentException("--name takes letters, digits, dots, hyphens, not " + value);
            }
            return value;
        }

        private static Pattern pattern(String option, String value) {
            try {
                return Pattern.compile(value);
            } catch (PatternSyntaxException e) {
                throw new IllegalArgumentException(option + " takes a regular expression, not " + value, e);
            }
        }

        private static int runs(String value) {
            if (value.matches("[0-9]{1,3}")) {
                int runs = Integer.parseInt(value);
                if (runs >= 1 && runs <= MAX_RUNS) {
                    return runs;
                }
            }
            throw new IllegalArgumentException("--runs takes a number from 1 to " + MAX_RUNS + ", not " + value);
        }

        CompareOptions options() {
            return new CompareOptions(
                    mode,
                    scale,
                    name.isEmpty() ? scale.id() : name,
                    rows,
                    contestants,
                    runs > 0 ? runs : scale == Scale.FULL ? HEADLINE_RUNS : 1,
                    publish,
                    top.toAbsolutePath().normalize(),
                    work,
                    kafkaClassPath);
        }
    }
}
