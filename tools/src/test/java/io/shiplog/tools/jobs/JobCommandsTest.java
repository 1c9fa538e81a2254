// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.tools.connect.Names;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** What is wrong with how a command is called, or with its file, is said before any cluster is asked. */
class JobCommandsTest {
    @TempDir
    private Path directory;

    private final StringWriter err = new StringWriter();
    private Exception thrown;

    private int run(Object command, String... arguments) {
        CommandLine line = new CommandLine(command).setErr(new PrintWriter(err, true));
        line.setParameterExceptionHandler((ParameterException wrong, String[] args) -> {
            thrown = wrong;
            return CommandLine.ExitCode.USAGE;
        });
        line.setExecutionExceptionHandler((failure, any, parsed) -> {
            thrown = failure;
            return failure instanceof IllegalArgumentException
                    ? CommandLine.ExitCode.USAGE
                    : CommandLine.ExitCode.SOFTWARE;
        });
        String[] all = new String[arguments.length + 2];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        all[arguments.length] = "--bootstrap";
        all[arguments.length + 1] = "127.0.0.1:1";
        return line.execute(all);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plan",
                "plan --balance --drain 1",
                "plan --replication-factor 3",
                "plan --topics t",
                "plan --drain one",
                "plan --drain 1,",
                "plan --replace 1",
                "plan --replace =2",
                "plan --off-directory 3",
                "plan --balance --rate fast",
                "plan --balance --rate 0",
                "rate 1 -5",
                "rate one 5MiB",
                "pause",
                "",
            })
    void wrongUsageIsExitTwo(String arguments) {
        assertThat(run(new ReassignCommand(), arguments.isEmpty() ? new String[0] : arguments.split(" ")))
                .as("%s: %s", arguments, err)
                .isEqualTo(2);
        assertThat(thrown).hasMessageNotContaining("\n\n");
    }

    @Test
    void aGoalThatIsMissingIsAskedFor() {
        run(new ReassignCommand(), "plan");
        assertThat(thrown).hasMessageContaining("--balance").hasMessageContaining("--json-file");
    }

    @Test
    void aRateAndAdaptiveExcludeEachOther() throws IOException {
        Path plan = write("{\"version\":1,\"partitions\":[]}");
        assertThat(run(new ReassignCommand(), "start", plan.toString(), "--rate", "1M", "--adaptive"))
                .isEqualTo(2);
        assertThat(thrown).hasMessageContaining("give one of them");
        assertThat(run(new ReassignCommand(), "start", plan.toString(), "--rate", "1M", "--min-rate", "1M"))
                .isEqualTo(2);
        assertThat(thrown).hasMessageContaining("--min-rate");
    }

    @Test
    void aFileThatIsNoPlanIsOneLineWithThePlaceAndExitOne() throws IOException {
        for (String text :
                List.of("{\"version\":1,,}", "[]", "", "{\"version\":1}", "{\"version\":1,\"partitions\":[{}]}")) {
            err.getBuffer().setLength(0);
            assertThat(run(new ReassignCommand(), "start", write(text).toString()))
                    .as(text)
                    .isEqualTo(1);
            assertThat(err.toString().lines())
                    .as(text)
                    .singleElement()
                    .asString()
                    .startsWith("shiplog: ")
                    .contains("plan.json is no ");
        }
    }

    @Test
    void aFileThatIsMissingOrNoTextIsOneLine() throws IOException {
        assertThat(run(new ReassignCommand(), "start", directory.resolve("none").toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("there is no file");
        Path binary = Files.write(directory.resolve("binary"), new byte[] {(byte) 0xC3, 0x28});
        assertThat(run(new ReassignCommand(), "start", binary.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("no text in UTF-8");
    }

    @Test
    void aPlanOfShiplogsIsNotPlannedOnceMore() throws IOException {
        Path plan = write(
                "{\"version\":1,\"shiplogPlan\":1,\"title\":\"x\",\"kind\":\"BALANCE\",\"nodes\":[],\"rateBytesPerSecond\":0,\"partitions\":[]}");
        assertThat(run(new ReassignCommand(), "plan", "--json-file", plan.toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("is a plan already");
    }

    @Test
    void whatIsNoNodeIsAUsageError() {
        assertThat(run(new DecommissionCommand(), "quorum-1")).isEqualTo(2);
        assertThat(run(new ReplaceCommand(), "1", "--by", "x")).isEqualTo(2);
        assertThat(run(new ReplaceCommand(), "1")).isEqualTo(2);
        assertThat(run(new NodeCordonCommand(), "1.5")).isEqualTo(2);
        assertThat(run(new NodeUnregisterCommand(), "99999999999")).isEqualTo(2);
    }

    @Test
    void alterWithNothingToChangeIsAUsageError() {
        assertThat(run(new TopicAlterCommand(), "t")).isEqualTo(2);
        assertThat(thrown).hasMessageContaining("--replication-factor");
    }

    @Test
    void storageNodesHaveTwoNames() {
        assertThat(Names.storageNumber("3")).isEqualTo(3);
        assertThat(Names.storageNumber("storage-3")).isEqualTo(3);
        assertThat(Names.storageNumbers("3, storage-1")).containsExactly(1, 3);
    }

    private Path write(String text) throws IOException {
        return Files.writeString(directory.resolve("plan.json"), text);
    }
}
