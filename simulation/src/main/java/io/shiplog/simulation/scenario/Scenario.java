// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.scenario;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A story: its title and its steps. Empty lines and what follows a # say nothing to the machine.
 *
 * @param title the first comment
 */
public record Scenario(String title, Path file, List<Step> steps) {
    private static final String COMMENT = "#";

    /**
     * One line.
     *
     * @param line its number in the file, from 1
     */
    public record Step(int line, String text) {}

    public Scenario {
        steps = List.copyOf(steps);
    }

    /** Reads a story. */
    public static Scenario read(Path file) throws IOException {
        return parse(file, Files.readAllLines(file));
    }

    static Scenario parse(Path file, List<String> lines) {
        String title = "";
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String text = lines.get(i).strip();
            if (text.startsWith(COMMENT)) {
                title = title.isEmpty() ? text.substring(COMMENT.length()).strip() : title;
            } else if (!text.isEmpty()) {
                steps.add(new Step(i + 1, text));
            }
        }
        return new Scenario(title, file, steps);
    }

    @Override
    public String toString() {
        return title;
    }
}
