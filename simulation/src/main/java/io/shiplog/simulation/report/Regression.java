// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.report;

import io.shiplog.simulation.fault.Schedule;
import io.shiplog.simulation.fault.Setup;
import io.shiplog.simulation.fault.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A run that failed once, as it is kept (docs/decisions/0083): a text of lines. Those that begin with {@code #} say what it was; then come a name
 * and a value each, {@code invariant}, {@code commit}, {@code profile} and the components of the {@link Setup}; then the steps.
 *
 * @param about what it was, in words
 * @param invariant that was broken, or CRASH
 * @param commit at which it failed
 * @param profile that it was drawn by
 */
public record Regression(
        String about, String invariant, String commit, String profile, Setup setup, Schedule schedule) {
    private static final int LINE_LENGTH = 140;

    public String toText() {
        StringBuilder text = new StringBuilder();
        int length = LINE_LENGTH;
        for (String word : about.split("\\s+", -1)) {
            if (length + 1 + word.length() > LINE_LENGTH) {
                text.append(text.length() == 0 ? "#" : "\n#");
                length = 1;
            }
            text.append(' ').append(word);
            length += 1 + word.length();
        }
        text.append("\ninvariant ").append(invariant);
        text.append("\ncommit ").append(commit);
        text.append("\nprofile ").append(profile).append("\n\n");
        text.append(setup.toText()).append('\n');
        schedule.steps().forEach(step -> text.append(step.toText()).append('\n'));
        return text.toString();
    }

    /**
     * The regression that {@link #toText} wrote.
     *
     * @throws IllegalArgumentException when something is missing or cannot be read
     */
    public static Regression parse(String text) {
        StringBuilder about = new StringBuilder();
        Map<String, String> values = new TreeMap<>();
        List<Step> steps = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            String content = line.trim();
            if (content.startsWith("#")) {
                about.append(about.length() == 0 ? "" : " ")
                        .append(content.substring(1).trim());
            } else if (content.startsWith("fault ") || content.startsWith("action ")) {
                steps.add(Step.parse(content));
            } else if (!content.isEmpty()) {
                int blank = content.indexOf(' ');
                if (blank < 0 || values.put(content.substring(0, blank), content.substring(blank + 1)) != null) {
                    throw new IllegalArgumentException("a name and a value are wanted, each name once: " + line);
                }
            }
        }
        return new Regression(
                about.toString(),
                take(values, "invariant"),
                take(values, "commit"),
                take(values, "profile"),
                Setup.parse(values),
                new Schedule(steps));
    }

    private static String take(Map<String, String> values, String name) {
        String value = values.remove(name);
        if (value == null) {
            throw new IllegalArgumentException("no " + name);
        }
        return value;
    }

    /**
     * The regression that a file holds.
     *
     * @throws IllegalArgumentException when it cannot be read, or is none
     */
    public static Regression read(Path file) {
        String text;
        try {
            text = Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException("there is no file " + file, e);
        } catch (IOException e) {
            throw new IllegalArgumentException(file + " cannot be read: " + e, e);
        }
        try {
            return parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + " is no regression: " + e.getMessage(), e);
        }
    }
}
