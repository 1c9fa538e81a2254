// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScenarioTextTest {
    private static final Path FILE = Path.of("told.txt");
    private final ToldStage stage = new ToldStage();

    @Test
    void firstCommentIsTheTitleAndTheOthersSayNothing() {
        Scenario scenario = Scenario.parse(FILE, List.of("# A title", "", "# more", "Broker 1 crashes"));
        assertThat(scenario.title()).isEqualTo("A title");
        assertThat(scenario.steps()).containsExactly(new Scenario.Step(4, "Broker 1 crashes"));
    }

    @Test
    void whatHappensIsToldToTheStage() throws StepFailed {
        play(
                "Given brokers 101, 102 and 103",
                "Given topic t with one partition on 101, 102, 103 and min ISR 2",
                "The producer sends 2 records with acks=all",
                "The link between 101 and 102 goes down",
                "Broker 101 crashes");
        assertThat(stage.told)
                .containsExactly(
                        "begin [101, 102, 103]",
                        "topic t [101, 102, 103] 2",
                        "produce 2 -1",
                        "link 101 102 false",
                        "crash 101");
    }

    @Test
    void whatMustBeSoIsWaitedFor() throws StepFailed {
        stage.acknowledgedAtMs = 5_000;
        play("1 record is acknowledged");
        assertThat(stage.nowMs).isBetween(5_000L, 5_100L);
    }

    @Test
    void whatNeverComesTrueFailsWithItsLine() {
        stage.acknowledgedAtMs = Long.MAX_VALUE;
        assertThatThrownBy(() -> play("Broker 1 crashes", "1 record is acknowledged"))
                .isInstanceOf(StepFailed.class)
                .hasMessageContaining("told.txt:2: 1 record is acknowledged -- it is 0");
    }

    @Test
    void whatMustStaySoIsLookedAtUntilTheEnd() {
        stage.acknowledgedAtMs = 1_500;
        assertThatThrownBy(() -> play("No more than 0 records are acknowledged for 2 s"))
                .hasMessageContaining("1 are");
    }

    @Test
    void aSentenceThatNobodyUnderstandsFails() {
        assertThatThrownBy(() -> play("Broker 1 sings")).hasMessageContaining("nobody knows what this means");
    }

    private void play(String... lines) throws StepFailed {
        ScenarioRunner.run(Scenario.parse(FILE, List.of(lines)), stage);
    }

    /** Remembers what it was told. */
    private static final class ToldStage implements Stage {
        final List<String> told = new ArrayList<>();
        long nowMs;
        long acknowledgedAtMs;

        @Override
        public void begin(List<Integer> brokers) {
            told.add("begin " + brokers);
        }

        @Override
        public void createTopic(String name, List<Integer> replicas, int minIsr) {
            told.add("topic " + name + " " + replicas + " " + minIsr);
        }

        @Override
        public void produce(int records, short acks) {
            told.add("produce " + records + " " + acks);
        }

        @Override
        public int acknowledged() {
            return nowMs >= acknowledgedAtMs ? 1 : 0;
        }

        @Override
        public List<Long> acknowledgedByAll() {
            return List.of();
        }

        @Override
        public List<String> producerErrors() {
            return List.of();
        }

        @Override
        public void link(int one, int other, boolean up) {
            told.add("link " + one + " " + other + " " + up);
        }

        @Override
        public void crash(int broker) {
            told.add("crash " + broker);
        }

        @Override
        public void start(int broker) {
            told.add("start " + broker);
        }

        @Override
        public void elect(boolean uncleanly) {
            told.add("elect " + uncleanly);
        }

        @Override
        public void pass(long ms) {
            nowMs += ms;
        }

        @Override
        public Sight sight(int broker) {
            return new Sight(false, -1, -1, -1, List.of());
        }

        @Override
        public Agreed agreed() {
            return new Agreed(-1, -1, List.of(), List.of(), false);
        }

        @Override
        public long latestOffset(int broker) {
            return -1;
        }

        @Override
        public int readable(int broker) {
            return 0;
        }
    }
}
