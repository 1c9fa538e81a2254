// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.controller.LeaderElection.Elected;
import io.shiplog.metadata.controller.LeaderElection.Source;
import io.shiplog.metadata.image.PartitionImage;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LeaderElectionTest {
    /**
     * Replicas are 1, 2, 3 throughout. Columns: leader before; ISR to be; ELR to be; last known leader; who is active; flush
     * policy; unclean election allowed; who is elected; from where.
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
                // the last known leader, when nobody else is vouched for, and only under replicated
                "-1, -, -, 3, 123, replicated, false, 3, LAST_KNOWN",
                "-1, -, -, 3, 123, commit, false, -1, NOBODY",
                "-1, -, -, 3, 12, replicated, false, -1, NOBODY",
                "-1, -, 2, 3, 13, replicated, false, -1, NOBODY",
                "-1, 2, -, 3, 13, replicated, false, -1, NOBODY",
                "-1, -, -, 23, 123, replicated, false, -1, NOBODY",
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
        overrides.put("flush.policy", flushPolicy);
        overrides.put("unclean.leader.election.enable", Boolean.toString(unclean));
        PartitionImage before = new PartitionImage(
                new int[] {1, 2, 3}, ids("123"), ids(null), ids(lastKnown), leader, 5, 6, false, false);

        Elected elected = LeaderElection.elect(
                before, ids(isr), ids(elr), TopicPolicy.of(overrides), id -> Replicas.contains(ids(active), id));

        assertThat(elected).isEqualTo(new Elected(expected, source));
        assertThat(elected.unclean()).isEqualTo(source == Source.LAST_KNOWN || source == Source.ANY_ALIVE);
    }

    private static int[] ids(String digits) {
        return digits == null ? new int[0] : digits.chars().map(c -> c - '0').toArray();
    }
}
