// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.controller.LeaderElection.Elected;
import io.shiplog.metadata.controller.LeaderElection.Mode;
import io.shiplog.metadata.controller.LeaderElection.Source;
import io.shiplog.metadata.image.PartitionImage;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LeaderElectionTest {
    /**
     * Replicas are 1, 2, 3 throughout. Columns: leader before; ISR to be; ELR to be; last known leader; who is active; flush
     * policy ({@code new}: commit, and the partition is not durable yet); unclean election allowed; who is elected; from where.
     */
    @ParameterizedTest(name = "{0} | isr {1} | elr {2} | last {3} | active {4} | {5} | unclean {6} -> {7} {8}")
    @CsvSource(
            nullValues = "-",
            value = {
                // a leader that can stay does, also when it is not the preferred one
                "2, 123, -, -, 123, commit, false, 2, IN_SYNC",
                // it is not in sync any more
                "2, 13, -, -, 123, commit, false, 1, IN_SYNC",
                // it is not active any more
                "2, 123, -, -, 13, commit, false, 1, IN_SYNC",
                // the first assigned one that is in sync and active
                "1, 23, -, -, 23, commit, false, 2, IN_SYNC",
                "1, 23, -, -, 3, commit, false, 3, IN_SYNC",
                // active, but not in sync
                "1, 3, -, -, 2, commit, false, -1, NOBODY",
                // eligible ones count when the ISR is empty
                "-1, -, 23, -, 123, commit, false, 2, ELIGIBLE",
                "-1, -, 23, -, 13, commit, false, 3, ELIGIBLE",
                "-1, -, 23, -, 1, commit, false, -1, NOBODY",
                // and only then
                "-1, 1, 23, -, 23, commit, false, -1, NOBODY",
                // the last known leader, when nobody else is vouched for, and only where flushing was not promised
                "-1, -, -, 3, 123, replicated, false, 3, LAST_KNOWN",
                "-1, -, -, 3, 123, commit, false, -1, NOBODY",
                "-1, -, -, 3, 123, new, false, 3, LAST_KNOWN",
                "-1, -, -, 3, 12, new, false, -1, NOBODY",
                "-1, -, 2, 3, 13, new, false, -1, NOBODY",
                "-1, -, -, 3, 12, replicated, false, -1, NOBODY",
                "-1, -, 2, 3, 13, replicated, false, -1, NOBODY",
                "-1, 2, -, 3, 13, replicated, false, -1, NOBODY",
                "-1, -, -, 32, 123, replicated, false, 3, LAST_KNOWN",
                // of the last known only the one that led
                "-1, -, -, 32, 12, replicated, false, -1, NOBODY",
                // anybody who is alive, only where that is allowed
                "-1, -, -, -, 23, commit, true, 2, ANY_ALIVE",
                "-1, -, -, -, 23, commit, false, -1, NOBODY",
                "-1, -, -, -, -, commit, true, -1, NOBODY",
                "-1, -, 1, -, 23, commit, true, 2, ANY_ALIVE",
                // and after all others
                "-1, -, 3, -, 23, commit, true, 3, ELIGIBLE",
                "-1, -, -, 3, 23, replicated, true, 3, LAST_KNOWN",
            })
    void table(
            int leader,
            String isr,
            String elr,
            String lastKnown,
            String active,
            String flushPolicy,
            boolean unclean,
            int expected,
            Source source) {
        TreeMap<String, String> overrides = new TreeMap<>();
        overrides.put("flush.policy", flushPolicy.equals("new") ? "commit" : flushPolicy);
        overrides.put("unclean.leader.election.enable", Boolean.toString(unclean));
        boolean durable = flushPolicy.equals("commit");
        PartitionImage before = new PartitionImage(
                new int[] {1, 2, 3}, ids("123"), ids(null), ids(lastKnown), leader, 5, 6, durable, false);

        Elected elected = elect(before, isr, elr, overrides, Mode.KEEP, id -> Replicas.contains(ids(active), id));

        assertThat(elected).isEqualTo(new Elected(expected, source));
        assertThat(elected.unclean()).isEqualTo(source == Source.LAST_KNOWN || source == Source.ANY_ALIVE);
    }

    private static Elected elect(
            PartitionImage before,
            String isr,
            String elr,
            Map<String, String> overrides,
            Mode mode,
            BrokerView brokers) {
        return new LeaderElection(
                        before, before.replicas(), before.adding(), TopicPolicy.of(overrides), brokers, brokers)
                .elect(ids(isr), ids(elr), mode);
    }

    /** Replicas 1, 2, 3, led by {@code leader}. */
    private static PartitionImage led(int leader, String lastKnown) {
        return new PartitionImage(
                new int[] {1, 2, 3}, ids("123"), ids(null), ids(lastKnown), leader, 5, 6, false, false);
    }

    private static Map<String, String> settings(String... keysAndValues) {
        TreeMap<String, String> overrides = new TreeMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            overrides.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return overrides;
    }

    /** All are active. */
    private static BrokerView draining(int... draining) {
        return new BrokerView() {
            @Override
            public boolean test(int id) {
                return true;
            }

            @Override
            public boolean draining(int id) {
                return Replicas.contains(draining, id);
            }
        };
    }

    /** Those given are active and started uncleanly. */
    private static BrokerView unclean(String active, String unclean) {
        return new BrokerView() {
            @Override
            public boolean test(int id) {
                return Replicas.contains(ids(active), id);
            }

            @Override
            public boolean startedUncleanly(int id) {
                return Replicas.contains(ids(unclean), id);
            }
        };
    }

    @Test
    void preferredLeaderTakesOverWhereThatIsAsked() {
        BrokerView all = id -> true;
        assertThat(elect(led(2, null), "123", null, settings(), Mode.PREFERRED, all)
                        .leader())
                .isEqualTo(1);
        assertThat(elect(led(2, null), "23", null, settings(), Mode.PREFERRED, all)
                        .leader())
                .as("not in sync")
                .isEqualTo(2);
        assertThat(elect(led(2, null), "123", null, settings(), Mode.PREFERRED, id -> id != 1)
                        .leader())
                .as("not active")
                .isEqualTo(2);
    }

    @Test
    void drainingBrokerLeadsOnlyWhereNobodyElseCan() {
        assertThat(elect(led(1, null), "123", null, settings(), Mode.KEEP, draining(1))
                        .leader())
                .isEqualTo(2);
        assertThat(elect(led(1, null), "1", null, settings(), Mode.KEEP, draining(1))
                        .leader())
                .isEqualTo(1);
        assertThat(elect(led(2, null), "12", null, settings(), Mode.KEEP, draining(1, 2))
                        .leader())
                .as("both drain: the leader stays")
                .isEqualTo(2);
        assertThat(elect(led(2, null), "123", null, settings(), Mode.PREFERRED, draining(1))
                        .leader())
                .as("not even as the preferred one")
                .isEqualTo(2);
        assertThat(elect(led(-1, null), null, "123", settings(), Mode.KEEP, draining(1, 2))
                        .leader())
                .isEqualTo(3);
        assertThat(elect(led(-1, null), null, "1", settings(), Mode.KEEP, draining(1))
                        .leader())
                .isEqualTo(1);
    }

    @Test
    void eligibleOnesThatAllStartedUncleanlyAreComparedFirst() {
        PartitionImage offline = led(-1, "3");
        assertThat(elect(offline, null, "23", settings(), Mode.KEEP, unclean("23", "23")))
                .isEqualTo(Elected.UNDECIDED);
        assertThat(elect(offline, null, "23", settings(), Mode.KEEP, unclean("2", "23")))
                .as("the other one may hold more")
                .isEqualTo(Elected.UNDECIDED);
        assertThat(elect(offline, null, "23", settings(), Mode.KEEP, unclean("23", "2")))
                .as("3 holds all that it held")
                .isEqualTo(new Elected(3, Source.ELIGIBLE));
        assertThat(elect(offline, null, "2", settings(), Mode.KEEP, unclean("2", "2")))
                .as("nobody to compare with")
                .isEqualTo(new Elected(2, Source.ELIGIBLE));
        assertThat(elect(offline, null, "23", settings(), Mode.ANYBODY, unclean("23", "23")))
                .as("by hand")
                .isEqualTo(new Elected(2, Source.ELIGIBLE));
        assertThat(elect(
                        offline,
                        null,
                        "23",
                        settings("unclean.leader.election.enable", "true"),
                        Mode.KEEP,
                        unclean("123", "23")))
                .as("no unclean election meanwhile")
                .isEqualTo(Elected.UNDECIDED);
    }

    @Test
    void anybodyIsTakenByHandWhateverTheTopicSays() {
        assertThat(elect(led(-1, null), null, null, settings(), Mode.ANYBODY, id -> id > 1))
                .isEqualTo(new Elected(2, Source.ANY_ALIVE));
        assertThat(elect(led(-1, null), "1", null, settings(), Mode.ANYBODY, id -> id > 1))
                .isEqualTo(new Elected(2, Source.ANY_ALIVE));
    }

    @Test
    void replicaThatAReassignmentBringsIsTheLastToBeTakenUncleanly() {
        PartitionImage moving = new PartitionImage(
                new int[] {1, 2, 3}, ids(null), ids(null), ids(null), -1, 5, 6, false, false, ids("12"), ids(null));
        assertThat(elect(moving, null, null, settings(), Mode.ANYBODY, id -> true)
                        .leader())
                .isEqualTo(3);
        assertThat(elect(moving, null, null, settings(), Mode.ANYBODY, id -> id != 3)
                        .leader())
                .isEqualTo(1);
    }

    @Test
    void recoveryStrategyOfATopicGoesBeforeGuesses() {
        String[] strategies = {"balanced", "aggressive"};
        for (String strategy : strategies) {
            Map<String, String> replicated =
                    settings("flush.policy", "replicated", "unclean.recovery.strategy", strategy);
            assertThat(elect(led(-1, "3"), null, null, replicated, Mode.KEEP, id -> true))
                    .isEqualTo(Elected.NOBODY);
            Map<String, String> unclean =
                    settings("unclean.leader.election.enable", "true", "unclean.recovery.strategy", strategy);
            assertThat(elect(led(-1, null), null, null, unclean, Mode.KEEP, id -> true))
                    .isEqualTo(Elected.NOBODY);
        }
    }

    private static int[] ids(String digits) {
        return digits == null ? new int[0] : digits.chars().map(c -> c - '0').toArray();
    }
}
