// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.client.QuorumDescription;
import io.shiplog.metadata.client.QuorumDescription.Voter;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class QuorumSafetyTest {
    private static final long NOW_MS = 1_000_000;
    private static final long COMMITTED = 5_000;
    private static final int LEADER = 1;

    private final List<Voter> voters = new ArrayList<>();

    @Test
    void oneOfThreeMayGoWhenTheOthersKeepUp() {
        voters(3);
        for (int id = 1; id <= 3; id++) {
            assertThat(judge(id).safe()).isTrue();
        }
        assertThat(judge(2).keepingUp()).isEqualTo(2);
        assertThat(judge(2).needed()).isEqualTo(2);
    }

    @Test
    void noneOfThreeMayGoWhileAnotherIsSilent() {
        voters(3);
        voters.set(2, voter(3, COMMITTED, NOW_MS - 60_000));
        assertThat(judge(2).objections()).singleElement().asString().contains("quorum-3 was last heard 60000 ms ago");
        assertThat(judge(1).safe()).isFalse();
        assertThat(judge(3).safe()).as("the silent one itself").isTrue();
    }

    @Test
    void noneOfThreeMayGoWhileAnotherIsFarBehind() {
        voters(3);
        voters.set(2, voter(3, COMMITTED - 101, NOW_MS));
        assertThat(judge(2).objections()).singleElement().asString().contains("quorum-3 is 101 entries behind");
        assertThat(QuorumSafety.laggards(description(), NOW_MS)).containsExactly("quorum-3 is 101 entries behind");
    }

    @Test
    void oneOfFiveMayGoThoughAnotherIsAway() {
        voters(5);
        voters.set(4, voter(5, 0, -1));
        assertThat(judge(2).safe()).isTrue();
        voters.set(3, voter(4, 0, -1));
        assertThat(judge(2).safe()).isFalse();
    }

    @Test
    void onlyVoterMayNotGo() {
        voters(1);
        assertThat(judge(1).objections()).singleElement().asString().contains("only voter");
    }

    @Test
    void whoIsNoVoterIsNotJudged() {
        voters(3);
        assertThat(judge(9).objections()).containsExactly("quorum-9 is no voter");
    }

    @Test
    void withoutAControllerNobodyMayGo() {
        assertThat(judge(1).safe()).isFalse();
        assertThat(QuorumSafety.laggards(description(), NOW_MS)).hasSize(1);
    }

    /** Times are the active controller's; the clock of who asks may be another. */
    @Test
    void aClockThatDiffersNeitherHidesSilenceNorMakesIt() {
        voters(3);
        long[] clocks = {NOW_MS - 3_600_000, NOW_MS + 3_600_000};
        for (long clock : clocks) {
            assertThat(QuorumSafety.of(description(), 2, clock).safe()).isTrue();
        }
        voters.set(2, voter(3, COMMITTED, NOW_MS - 60_000));
        for (long clock : clocks) {
            assertThat(QuorumSafety.of(description(), 2, clock).objections())
                    .singleElement()
                    .asString()
                    .contains("quorum-3 was last heard 60000 ms ago");
        }
    }

    private void voters(int count) {
        for (int id = 1; id <= count; id++) {
            voters.add(voter(id, COMMITTED, id == LEADER ? NOW_MS : NOW_MS - 100));
        }
    }

    private static Voter voter(int id, long matchIndex, long lastFetchMs) {
        return new Voter(id, Uuid.ZERO_UUID, "localhost", 1, 2, matchIndex, lastFetchMs, lastFetchMs);
    }

    private QuorumSafety.Verdict judge(int id) {
        return QuorumSafety.of(description(), id, NOW_MS);
    }

    private QuorumDescription description() {
        return new QuorumDescription(LEADER, 3, 100, List.of(), COMMITTED, COMMITTED, voters, List.of());
    }
}
