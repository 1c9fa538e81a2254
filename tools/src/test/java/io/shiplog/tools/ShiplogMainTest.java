// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ShiplogMainTest {
    private final StringWriter err = new StringWriter();
    private final CommandLine commandLine = ShiplogMain.commandLine().setErr(new PrintWriter(err, true));

    @Test
    void unknownCommandIsAUsageError() {
        assertThat(commandLine.execute("topic")).isEqualTo(2);
        assertThat(err.toString()).contains("topic");
    }

    @Test
    void clusterThatDoesNotAnswerIsOneLineAndExitOne() {
        assertThat(commandLine.execute("topics", "--bootstrap", "127.0.0.1:1", "--timeout-ms", "300"))
                .isEqualTo(1);
        assertThat(err.toString().lines()).singleElement().asString().startsWith("shiplog: no answer from the cluster");
    }

    @Test
    void addressThatIsNoneIsOneLineAndExitOne() {
        assertThat(commandLine.execute("cluster", "--bootstrap", "nonsense")).isEqualTo(1);
        assertThat(err.toString().lines()).singleElement().asString().contains("nonsense");
    }
}
