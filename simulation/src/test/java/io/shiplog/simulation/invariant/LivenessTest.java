// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.simulation.invariant.Observation.Outcome;
import io.shiplog.simulation.invariant.Observation.Sent;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What must have come right at the end of a healed run. */
class LivenessTest {
    private final TestCluster c = new TestCluster();

    /** Three records, committed, acknowledged and seen. */
    @BeforeEach
    void begin() {
        c.committed(3);
        c.read(1, c.nowUs, Entry.plain(0, 0, 0), Entry.plain(1, 0, 1), Entry.plain(2, 0, 2));
    }

    @Test
    void allIsWell() {
        c.end();
        assertThat(c.checker.violations()).isEmpty();
    }

    @Test
    void nothingIsAskedOfARunThatWasNotHealed() {
        c.agree(-1, 1, new int[0], new int[] {1});
        c.end(Ending.cutOff());
        assertThat(c.broken()).isEmpty();
    }

    @Test
    void l1NobodyLeads() {
        c.one.replica.leads = false;
        c.end();
        assertThat(c.broken()).containsExactly("L1");
    }

    @Test
    void l1SomebodyHadToBeElectedWhoMayLackRecords() {
        c.agreeUncleanly(3, 1);
        c.step();
        assertThat(c.broken()).containsExactly("L1");
    }

    @Test
    void l1WithAMinIsrOfOneTheOnlyOneInSyncMayGoForGood() {
        c.config("min.insync.replicas", "1");
        c.agree(2, 1, new int[] {2}, new int[0]);
        c.two.running = false;
        c.two.gone = true;
        c.step();
        c.agreeUncleanly(3, 2);
        c.step();
        assertThat(c.broken()).isEmpty();
    }

    @Test
    void l1OneThatWentForGoodIsNoReasonWhenMinIsrAllowsForIt() {
        c.agree(2, 1, new int[] {2}, new int[0]);
        c.two.running = false;
        c.two.gone = true;
        c.step();
        c.agreeUncleanly(3, 2);
        c.step();
        assertThat(c.broken()).contains("L1");
    }

    /** Nobody copies what was committed under the smaller one again. */
    @Test
    void l1AMinIsrThatIsRaisedDoesNotSaveTheLastOneInSync() {
        c.config("min.insync.replicas", "1");
        c.agree(2, 1, new int[] {2}, new int[0]);
        c.step();
        c.config("min.insync.replicas", "3");
        c.two.running = false;
        c.two.gone = true;
        c.step();
        c.agreeUncleanly(3, 2);
        c.step();
        assertThat(c.broken()).isEmpty();
    }

    /** One of them lost its disk, and the metadata do not know it yet. */
    private void l1APartitionBeginsAt(TestBroker... eligible) {
        for (TestBroker broker : eligible) {
            broker.running = false;
            broker.disksLost++;
        }
        c.step();
        c.deleteTopic();
        c.step();
        c.createAgain(java.util.Arrays.stream(eligible).mapToInt(TestBroker::id).toArray());
        c.step();
        c.agreeAgain(new PartitionImage(
                new int[] {1, 2, 3},
                new int[] {1},
                new int[0],
                new int[0],
                1,
                1,
                1,
                true,
                true,
                new int[0],
                new int[0]));
        c.step();
    }

    @Test
    void l1WhoIsGivenAPartitionAfterItsDiskWasLostHasLostItToo() {
        l1APartitionBeginsAt(c.two, c.three);
        assertThat(c.broken()).doesNotContain("L1");
    }

    @Test
    void l1OneDiskThatIsLostUnnoticedIsWithinTheBudget() {
        l1APartitionBeginsAt(c.two);
        assertThat(c.broken()).contains("L1");
    }

    @Test
    void l1OneThatWentForGoodIsNoReasonWhenAnotherIsInSync() {
        c.config("min.insync.replicas", "1");
        c.agree(2, 1, new int[] {1, 2}, new int[0]);
        c.two.running = false;
        c.two.gone = true;
        c.step();
        c.agreeUncleanly(3, 2);
        c.step();
        assertThat(c.broken()).contains("L1");
    }

    @Test
    void l1IsNotAskedWhenNobodyOfTheCoreMayLead() {
        c.agree(-1, 1, new int[0], new int[] {1});
        c.one.running = false;
        c.end(new Ending(true, List.of(2, 3), c.nowUs, -1, 0));
        assertThat(c.broken()).isEmpty();
    }

    @Test
    void l2OneIsOutOfSync() {
        c.agree(1, 0, new int[] {1, 2}, new int[0]);
        c.end();
        assertThat(c.broken()).containsExactly("L2");
    }

    @Test
    void l2ALogIsLeftThatBelongsToNobody() {
        c.two.logs.add(new BrokerSight.PartitionName(new org.apache.kafka.common.Uuid(8, 8), 0));
        c.end();
        assertThat(c.broken()).containsExactly("L2");
    }

    @Test
    void l3AProduceHasNoOutcome() {
        Sent open = new Sent(
                TestCluster.TOPIC, 0, 9, 1, 9, true, (short) -1, 1, 1, Observation.NEVER, Outcome.UNKNOWN, -1, -1);
        c.heard(open);
        c.end();
        assertThat(c.broken()).containsExactly("L3");
    }

    @Test
    void l4ARecordWasSeenByNobody() {
        for (TestBroker broker : List.of(c.one, c.two, c.three)) {
            broker.replica.append(Entry.plain(3, 0, 3));
        }
        c.step();
        c.one.replica.highWatermark = 4;
        c.step();
        c.heard(c.sent(3, 3));
        c.end();
        assertThat(c.broken()).containsExactly("L4");
    }

    @Test
    void l4WhatIsBehindARecordThatRottedMayBeMissed() {
        c.one.replica.log.set(1, Entry.plain(1, 0, Entry.UNREADABLE));
        c.one.disksLost = 1;
        l4ARecordIsCommittedAndSeenByNobody();
        assertThat(c.broken()).isEmpty();
    }

    @Test
    void l4WhatIsBeforeARecordThatRottedIsSeen() {
        LivenessTest fresh = new LivenessTest();
        fresh.c.committed(3);
        fresh.c.read(1, fresh.c.nowUs, Entry.plain(1, 0, 1), Entry.plain(2, 0, 2));
        fresh.c.one.replica.log.set(1, Entry.plain(1, 0, Entry.UNREADABLE));
        fresh.c.one.disksLost = 1;
        fresh.c.end();
        assertThat(fresh.c.broken()).containsExactly("L4");
    }

    private void l4ARecordIsCommittedAndSeenByNobody() {
        l4ARecordIsCommittedButNotSeen();
        c.end();
    }

    private void l4ARecordIsCommittedButNotSeen() {
        c.step();
        for (TestBroker broker : List.of(c.one, c.two, c.three)) {
            broker.replica.append(Entry.plain(3, 0, 3));
        }
        c.step();
        c.one.replica.highWatermark = 4;
        c.step();
        c.heard(c.sent(3, 3));
    }

    /** Who leads last knows less of what is committed than who led before. */
    private void l4MinIsrIsRaisedAndALaterLeaderShows(long highWatermark) {
        l4ARecordIsCommittedButNotSeen();
        c.config("min.insync.replicas", "3");
        c.agree(2, 1, new int[] {2, 3}, new int[] {1});
        c.one.running = false;
        c.two.replica.highWatermark = highWatermark;
        c.two.replica.leads = true;
        c.two.replica.leaderEpoch = 1;
        c.step();
        c.end(new Ending(true, List.of(2, 3), c.nowUs, -1, 0));
    }

    @Test
    void l4WhatALeaderBelowMinIsrCannotShowIsSeenByNobody() {
        l4MinIsrIsRaisedAndALaterLeaderShows(3);
        assertThat(c.broken()).doesNotContain("L4");
    }

    @Test
    void l4WhatALeaderBelowMinIsrShowsIsSeen() {
        l4MinIsrIsRaisedAndALaterLeaderShows(4);
        assertThat(c.broken()).contains("L4");
    }

    @Test
    void l5AReassignmentGoesOn() {
        PartitionImage moving = new PartitionImage(
                new int[] {1, 2, 3},
                new int[] {1, 2, 3},
                new int[0],
                new int[0],
                1,
                0,
                1,
                true,
                false,
                new int[] {3},
                new int[0]);
        c.agree(moving, List.of());
        c.end();
        assertThat(c.broken()).containsExactly("L5");
    }

    @Test
    void l6AQuorumNodeIsBehind() {
        c.quorum.add(c.image);
        c.config("min.insync.replicas", "2");
        c.end();
        assertThat(c.broken()).containsExactly("L6");
    }

    @Test
    void l7AnOutageWasTooLong() {
        c.end(new Ending(true, List.of(1, 2, 3), c.nowUs, 5_000, 4_000));
        assertThat(c.broken()).containsExactly("L7");
    }

    @Test
    void l8NothingSucceedsAfterHealing() {
        long healedAt = c.nowUs;
        c.heard(new Sent(
                TestCluster.TOPIC,
                0,
                9,
                1,
                9,
                true,
                (short) -1,
                healedAt + 10,
                healedAt + 10,
                healedAt + 20,
                Outcome.FAILED,
                1,
                -1));
        c.end(new Ending(true, List.of(1, 2), healedAt, -1, 0));
        assertThat(c.broken()).containsExactly("L8");
    }
}
