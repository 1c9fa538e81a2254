// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuorumConfigTest {
    private static final String VOTERS = "quorum.voters=1@127.0.0.1:101:201,2@127.0.0.1:102:202,3@127.0.0.1:103:203\n";
    private static final String GOOD = "node.id=2\ndata.dir=/tmp/x\n" + VOTERS;

    @TempDir
    private Path directory;

    private QuorumConfig load(String text) throws IOException {
        Path file = directory.resolve("quorum.properties");
        Files.writeString(file, text);
        return QuorumConfig.load(file);
    }

    @Test
    void theDefaultsAreTheDocumentedOnes() throws IOException {
        QuorumConfig config = load(GOOD);
        assertThat(config.self()).isEqualTo(new Voter(2, "127.0.0.1", 102, 202));
        assertThat(config.electionTimeoutMinMs()).isEqualTo(500);
        assertThat(config.electionTimeoutMaxMs()).isEqualTo(1_000);
        assertThat(config.sessionTimeoutMs()).isEqualTo(2_000);
        assertThat(config.connectionGraceMs()).isEqualTo(150);
    }

    @ParameterizedTest
    @ValueSource(strings = {"node.id", "data.dir", "quorum.voters"})
    void aMissingKeyIsNamed(String key) {
        String text = GOOD.replaceAll("(?m)^" + key + "=.*$", "");
        assertThatThrownBy(() -> load(text))
                .isInstanceOf(ConfigProblem.class)
                .hasMessageContaining("quorum.properties: " + key + ": is missing");
    }

    @Test
    void anUnknownKeyIsNamedWithTheKnownOnes() {
        assertThatThrownBy(() -> load(GOOD + "election.timeout=1\n"))
                .isInstanceOf(ConfigProblem.class)
                .hasMessageContaining("election.timeout: unknown key")
                .hasMessageContaining("quorum.election.timeout.min.ms");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "quorum.election.timeout.min.ms|soon",
                "quorum.election.timeout.min.ms|0",
                "broker.session.timeout.ms|-1",
                "num.partitions|99999999999",
                "job.repair.wait.ms|86400001"
            })
    void aBadNumberIsNamedWithItsRange(String key, String value) {
        assertThatThrownBy(() -> load(GOOD + key + "=" + value + "\n"))
                .isInstanceOf(ConfigProblem.class)
                .hasMessageContaining(key)
                .hasMessageContaining("allowed: a whole number from")
                .hasMessageNotContaining("\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1@127.0.0.1:101:201,2@127.0.0.1:102:202",
                "2@127.0.0.1:102:202,2@127.0.0.1:102:202,2@127.0.0.1:102:202",
                "2@127.0.0.1:102",
                "2@127.0.0.1:0:202",
                "2@:1:2",
                "x@a:1:2"
            })
    void badVotersAreNamedWithTheirSyntax(String voters) {
        assertThatThrownBy(() -> load("node.id=2\ndata.dir=/tmp/x\nquorum.voters=" + voters + "\n"))
                .isInstanceOf(ConfigProblem.class)
                .hasMessageContaining("quorum.voters")
                .hasMessageContaining("allowed");
    }

    @Test
    void aNodeThatIsNoVoterIsRefused() {
        assertThatThrownBy(() -> load(GOOD.replace("node.id=2", "node.id=9")))
                .isInstanceOf(ConfigProblem.class)
                .hasMessageContaining("not among quorum.voters");
    }

    @Test
    void theElectionTimeoutsMustBeARange() {
        assertThatThrownBy(
                        () -> load(GOOD + "quorum.election.timeout.min.ms=600\nquorum.election.timeout.max.ms=600\n"))
                .isInstanceOf(ConfigProblem.class)
                .hasMessageContaining("quorum.election.timeout.max.ms");
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> QuorumConfig.load(directory.resolve("none")))
                .isInstanceOf(ConfigProblem.class)
                .hasMessageContaining("none");
    }

    @Test
    void jobsWaitTenMinutesForARepairUnlessSaidOtherwise() throws IOException {
        assertThat(load(GOOD).jobRepairWaitMs()).isEqualTo(600_000);
        assertThat(load(GOOD + "job.repair.wait.ms=0\n").jobRepairWaitMs()).isZero();
    }

    @Test
    void everyKeyIsDocumented() {
        for (QuorumConfig.Key key : QuorumConfig.Key.values()) {
            assertThat(key.documentation()).as(key.key()).hasSizeGreaterThan(20);
        }
    }
}
