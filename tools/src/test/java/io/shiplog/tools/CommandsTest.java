// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import picocli.CommandLine;

/** What every command of the tool has, those of the first level and those below. */
class CommandsTest {
    /** completion speaks to shells; the others answer nothing by themselves, but only with a command below them. */
    private static final Set<String> WITHOUT_JSON = Set.of(
            "shiplog completion", "shiplog maintenance", "shiplog recover", "shiplog reassign", "shiplog explain");

    @TestFactory
    Stream<DynamicTest> helpShowsAnExample() {
        return each((name, command) -> assertThat(command.getUsageMessage())
                .containsPattern("Examples?:")
                .contains("\n  shiplog "));
    }

    @TestFactory
    Stream<DynamicTest> answersCanBeReadByPrograms() {
        return each((name, command) -> {
            if (!WITHOUT_JSON.contains(name)) {
                assertThat(command.getCommandSpec().optionsMap()).as(name).containsKeys("--json", "--bootstrap");
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> unknownOptionIsOneLineAndExitTwo() {
        return each((name, command) -> {
            StringWriter err = new StringWriter();
            String[] arguments =
                    (name + " --no-such-option").substring("shiplog ".length()).split(" ", -1);
            CommandLine fresh = ShiplogMain.commandLine(arguments).setErr(new PrintWriter(err, true));
            assertThat(fresh.execute(arguments)).isEqualTo(2);
            assertThat(err.toString().lines()).singleElement().asString().startsWith("shiplog: ");
        });
    }

    @Test
    void helpListsEveryCommandWithoutMakingIt() {
        CommandLine listed = ShiplogMain.commandLine("--help");
        assertThat(listed.getSubcommands()).isEmpty();
        String help = listed.getUsageMessage();
        ShiplogMain.commandLine()
                .getSubcommands()
                .keySet()
                .forEach(name -> assertThat(help).contains("  " + name + " "));
        assertThat(help).containsSubsequence("See:", "Change:", "Jobs:", "For the shell:");
    }

    @Test
    void onlyTheCommandThatIsCalledIsMade() {
        assertThat(ShiplogMain.commandLine("topics", "list").getSubcommands()).containsOnlyKeys("topics");
    }

    @Test
    void completionKnowsCommandsBelowCommands() {
        StringWriter out = new StringWriter();
        int exit = ShiplogMain.commandLine("completion", "bash")
                .setOut(new PrintWriter(out, true))
                .execute("completion", "bash");
        assertThat(exit).isZero();
        assertThat(out.toString())
                .contains("complete -F")
                .contains("maintenance")
                .contains("--under-replicated");
    }

    private interface Check {
        void check(String name, CommandLine command);
    }

    private static Stream<DynamicTest> each(Check check) {
        TreeMap<String, CommandLine> all = new TreeMap<>();
        collect("shiplog", ShiplogMain.commandLine(), all);
        assertThat(all).hasSizeGreaterThan(30);
        return all.entrySet().stream()
                .map(each -> DynamicTest.dynamicTest(each.getKey(), () -> check.check(each.getKey(), each.getValue())));
    }

    private static void collect(String name, CommandLine command, Map<String, CommandLine> all) {
        command.getSubcommands().forEach((below, commandBelow) -> {
            all.put(name + " " + below, commandBelow);
            collect(name + " " + below, commandBelow, all);
        });
    }
}
