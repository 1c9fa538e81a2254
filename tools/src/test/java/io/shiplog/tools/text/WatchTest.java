// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class WatchTest {
    private final StringWriter text = new StringWriter();
    private final PrintWriter out = new PrintWriter(text);
    private int looks;

    @Test
    void withoutTheOptionItIsLookedAtOnce() throws Exception {
        assertThat(run(false)).isEqualTo(1);
        assertThat(text.toString()).isEqualTo("look 1\n");
    }

    @Test
    void withoutTheOptionAFailureIsTheCommands() {
        Watch once = new Watch();
        assertThatThrownBy(() -> once.run(
                        out,
                        false,
                        Exception::getMessage,
                        anywhere -> {
                            throw new IllegalStateException("gone");
                        },
                        () -> false))
                .hasMessage("gone");
    }

    @Test
    void everyLookComesWithItsTime() throws Exception {
        assertThat(run(false, "--watch")).isZero();
        List<String> lines = text.toString().lines().toList();
        assertThat(lines).hasSize(6);
        assertThat(lines.get(0)).matches("\\d{4}-\\d\\d-\\d\\dT.*Z");
        assertThat(lines.get(1)).isEqualTo("look 1");
        assertThat(lines.get(5)).isEqualTo("look 3");
    }

    @Test
    void programsGetNothingButTheAnswers() throws Exception {
        run(true, "--watch=0.5");
        assertThat(text.toString()).isEqualTo("look 1\nlook 2\nlook 3\n");
    }

    @Test
    void lookThatFailsIsOneLineAndTheNextOneFollows() throws Exception {
        Watch watch = watch("--watch");
        watch.run(
                out,
                false,
                failure -> "because " + failure.getMessage(),
                writer -> {
                    if (++looks == 1) {
                        throw new IllegalStateException("gone");
                    }
                    writer.print("back\n");
                    return 0;
                },
                () -> looks < 2);
        assertThat(text.toString().lines()).contains("shiplog: because gone", "back");
    }

    private int run(boolean json, String... options) throws Exception {
        return watch(options)
                .run(
                        out,
                        json,
                        Exception::getMessage,
                        writer -> {
                            writer.print("look " + ++looks + "\n");
                            return 1;
                        },
                        () -> looks < 3);
    }

    private static Watch watch(String... options) {
        Watch watch = new Watch();
        new CommandLine(CommandLine.Model.CommandSpec.create().addMixin("watch", specOf(watch))).parseArgs(options);
        return watch;
    }

    private static CommandLine.Model.CommandSpec specOf(Watch watch) {
        return CommandLine.Model.CommandSpec.forAnnotatedObject(watch);
    }
}
