// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What {@code explain} tells people to type is there. */
class RemedyCommandsTest {
    private static final Path RULES = Path.of("src", "main", "java", "io", "shiplog", "tools", "explain");
    private static final Pattern COMMAND = Pattern.compile("bin/shiplog ([a-z-]+)(?: ([a-z-]+))?(?: (--[a-z-]+))?");

    @Test
    void everyCommandOfARemedyExistsWithItsOption() throws IOException {
        CommandLine root = ShiplogMain.commandLine();
        TreeSet<String> found = new TreeSet<>();
        try (Stream<Path> files = Files.list(RULES)) {
            for (Path file : files.filter(
                            each -> each.toString().endsWith("Rules.java") || each.endsWith("Remedies.java"))
                    .toList()) {
                Matcher matcher = COMMAND.matcher(Files.readString(file));
                while (matcher.find()) {
                    found.add(matcher.group());
                    check(root, matcher);
                }
            }
        }
        assertThat(found).as("the pattern finds them").hasSizeGreaterThan(5);
    }

    private static void check(CommandLine root, Matcher command) {
        CommandLine first = root.getSubcommands().get(command.group(1));
        assertThat(first).as(command.group()).isNotNull();
        CommandLine last = first;
        if (command.group(2) != null && !first.getSubcommands().isEmpty()) {
            last = first.getSubcommands().get(command.group(2));
            assertThat(last).as(command.group()).isNotNull();
        }
        if (command.group(3) != null) {
            assertThat(last.getCommandSpec().findOption(command.group(3)))
                    .as(command.group())
                    .isNotNull();
        }
    }
}
