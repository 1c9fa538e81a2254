// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ShiplogMainTest {
    private final StringWriter err = new StringWriter();
    private final CommandLine commandLine = ShiplogMain.commandLine().setErr(new PrintWriter(err, true));

    @Test
    void unknownCommandIsAUsageError() {
        assertThat(commandLine.execute("topic")).isEqualTo(2);
        assertThat(err.toString().lines()).singleElement().asString().contains("did you mean topics");
    }

    @Test
    void clusterThatDoesNotAnswerIsOneLineAndExitOne() {
        assertThat(commandLine.execute("topics", "--bootstrap", "127.0.0.1:1", "--timeout-ms", "300"))
                .isEqualTo(1);
        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .startsWith("shiplog: nothing listens at 127.0.0.1:1; --bootstrap names storage nodes");
    }

    @Test
    void addressThatIsNoneIsAUsageError() {
        assertThat(commandLine.execute("cluster", "--bootstrap", "nonsense")).isEqualTo(2);
        assertThat(err.toString().lines()).singleElement().asString().contains("nonsense");
    }

    @Test
    void commandThatDoesNotSayWhereTheClusterIsIsAUsageError() {
        Assumptions.assumeTrue(System.getenv("SHIPLOG_BOOTSTRAP") == null && System.getenv("SHIPLOG_QUORUM") == null);
        assertThat(commandLine.execute("topics")).isEqualTo(2);
        assertThat(commandLine.execute("nodes")).isEqualTo(2);
        assertThat(commandLine.execute("history")).isEqualTo(2);
        assertThat(err.toString().lines().filter(line -> line.startsWith("shiplog: where is the cluster?")))
                .hasSize(3);
    }

    @Test
    void whatIsNoNodeIsAUsageError() {
        assertThat(commandLine.execute("may-restart", "broker-7", "--quorum", "127.0.0.1:1"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("broker-7 is no node");
    }

    @Test
    void recoverAsksTheQuorumOnly() {
        assertThat(commandLine.execute("recover", "plan", "orders", "--quorum", "127.0.0.1:1", "--timeout-ms", "200"))
                .isEqualTo(1);
        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .contains("nothing listens at 127.0.0.1:1; --quorum names");
    }

    @Test
    void historyThatCannotBeAskedForIsAUsageError() {
        assertThat(commandLine.execute("history", "--resource", "cat:felix", "--quorum", "127.0.0.1:1"))
                .isEqualTo(2);
        assertThat(commandLine.execute("history", "--since", "yesterday", "--quorum", "127.0.0.1:1"))
                .isEqualTo(2);
    }
}
