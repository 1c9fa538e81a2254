// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.replication.port.AssignedReplica;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each invariant notices what it is there for, and the others say nothing to it. */
class SafetyTest {
    private final TestCluster c = new TestCluster();

    private static Entry entry(long offset, int epoch, long value) {
        return Entry.plain(offset, epoch, value);
    }

    @Test
    void aCleanRunBreaksNothing() {
        c.committed(5);
        c.read(2, c.nowUs, entry(0, 0, 0), entry(1, 0, 1), entry(2, 0, 2), entry(3, 0, 3), entry(4, 0, 4));
        c.agree(2, 1, new int[] {2, 3}, new int[0]);
        c.one.running = false;
        c.lead(c.two, 1);
        c.two.replica.append(entry(5, 1, 5));
        c.step();
        c.three.replica.append(entry(5, 1, 5));
        c.step();
        c.two.replica.highWatermark = 6;
        c.step();
        c.heard(new Observation.LookedUp(TestCluster.TOPIC, 0, 2, c.nowUs - 1, c.nowUs, 6));
        c.heard(c.sent(5, 5));
        c.end(Ending.cutOff());
        assertThat(c.checker.violations()).isEmpty();
    }

    @Test
    void s1AnotherRecordIsAcknowledgedThere() {
        c.committed(3);
        c.heard(c.sent(77, 1));
        assertThat(c.broken()).containsExactly("S1");
    }

    @Test
    void s1WhatWasAppendedLongBeforeIsCommittedSomewhere() {
        c.committed(3);
        c.heard(new Observation.Kept(TestCluster.TOPIC, 0, 1, c.nowUs));
        assertThat(c.broken()).isEmpty();
        c.heard(new Observation.Kept(TestCluster.TOPIC, 0, 77, c.nowUs));
        assertThat(c.broken()).containsExactly("S1");
    }

    @Test
    void s1IsInNoLogAnyMore() {
        c.committed(3);
        c.agree(-1, 1, new int[0], new int[0]);
        for (TestBroker broker : List.of(c.one, c.two, c.three)) {
            broker.running = false;
        }
        c.step();
        // Each loses the power, and with it what it had claimed to have on disk: two at a time are too many, one after
        // the other not.
        assertThat(c.broken()).isEmpty();
        for (TestBroker broker : List.of(c.one, c.two, c.three)) {
            broker.replica.log.clear();
            broker.replica.flushed = 0;
            broker.replica.highWatermark = 0;
            broker.running = true;
            broker.life++;
        }
        c.step();
        assertThat(c.broken()).contains("S1");
    }

    @Test
    void s2AConsumerIsShownSomethingElse() {
        c.committed(3);
        c.read(2, c.nowUs, entry(1, 0, 99));
        assertThat(c.broken()).containsExactly("S2");
    }

    @Test
    void s3SameEpochAndOffsetButAnotherRecord() {
        c.committed(2);
        c.one.replica.append(entry(2, 0, 2));
        c.two.replica.append(entry(2, 0, 3));
        c.step();
        assertThat(c.broken()).containsExactly("S3");
    }

    @Test
    void s3SameRecordAfterAnotherHistory() {
        c.committed(1);
        c.agree(2, 1, new int[] {1, 2, 3}, new int[0]);
        c.agree(3, 2, new int[] {1, 2, 3}, new int[0]);
        c.one.replica.append(entry(1, 0, 50), entry(2, 2, 2));
        c.two.replica.append(entry(1, 1, 51), entry(2, 2, 2));
        c.one.replica.leads = false;
        c.step();
        assertThat(c.broken()).containsExactly("S3");
    }

    @Test
    void s4TheNewLeaderLacksARecord() {
        c.committed(3);
        c.three.replica.cutTo(2);
        c.agree(3, 1, new int[] {1, 2}, new int[0]);
        c.lead(c.three, 1);
        c.step();
        assertThat(c.broken()).contains("S4");
    }

    @Test
    void s5AMemberHasNotFlushedWhatIsCommitted() {
        c.committed(3);
        c.agree(1, 0, new int[] {1, 2}, new int[0]);
        c.step();
        c.three.replica.cutTo(2);
        c.step();
        c.three.replica.append(entry(2, 0, 2)).flushed = 2;
        c.agree(1, 0, new int[] {1, 2, 3}, new int[0]);
        c.step();
        assertThat(c.broken()).contains("S5").doesNotContain("S7", "S4", "S1");
    }

    private void comeBackShort(TestBroker broker) {
        c.committed(3);
        broker.running = false;
        c.agree(1, 0, new int[] {1}, new int[] {3});
        c.step();
        broker.replica.cutTo(1).highWatermark = 1;
        broker.replica.generation = 0;
        broker.replica.shortened = true;
        broker.running = true;
        broker.life++;
    }

    @Test
    void s5WhatRottedIsMissedBeforeLogsAreCompared() {
        c.three.disksLost++;
        comeBackShort(c.three);
        c.step();
        assertThat(c.broken()).isEmpty();
    }

    @Test
    void s5WhoLacksSomethingSaysSo() {
        c.three.disksLost++;
        comeBackShort(c.three);
        c.three.replica.shortened = false;
        c.step();
        assertThat(c.broken()).contains("S5");
    }

    @Test
    void s5WhoIsInSyncLacksNothing() {
        c.three.disksLost++;
        comeBackShort(c.three);
        c.step();
        c.agree(1, 0, new int[] {1, 3}, new int[0]);
        c.step();
        assertThat(c.broken()).contains("S5");
    }

    @Test
    void s5WhoseDiskIsEmptyIsNoCandidate() {
        c.three.disksLost++;
        c.three.disksEmptied++;
        comeBackShort(c.three);
        c.step();
        assertThat(c.broken()).contains("S5");
    }

    @Test
    void s5WhatDidNotRotHasToBeThere() {
        comeBackShort(c.three);
        c.step();
        assertThat(c.broken()).contains("S5");
    }

    @Test
    void s5WhoHadItAllAgainAfterARotHasToKeepIt() {
        c.three.disksLost++;
        comeBackShort(c.three);
        c.step();
        c.three.replica.append(entry(1, 0, 1), entry(2, 0, 2));
        c.step();
        c.three.replica.flushed = 1;
        c.step();
        assertThat(c.broken()).contains("S5");
    }

    @Test
    void s4WhoCameBackShortIsNotElected() {
        c.three.disksLost++;
        comeBackShort(c.three);
        c.step();
        c.agree(3, 1, new int[] {3}, new int[0]);
        c.lead(c.three, 1);
        c.step();
        assertThat(c.broken()).contains("S4");
    }

    @Test
    void s6CommitsWithTooSmallAnIsr() {
        c.committed(3);
        c.agree(1, 0, new int[] {1}, new int[] {2, 3});
        c.one.replica.state = c.state();
        c.step();
        for (TestBroker broker : List.of(c.one, c.two, c.three)) {
            broker.replica.append(entry(3, 0, 3));
        }
        c.step();
        c.one.replica.highWatermark = 4;
        c.step();
        assertThat(c.broken()).containsExactly("S6");
    }

    @Test
    void s6AcknowledgesAlthoughTheIsrWasTooSmallBefore() {
        c.committed(3);
        c.agree(1, 0, new int[] {1}, new int[] {2, 3});
        c.one.replica.state = c.state();
        c.step();
        c.heard(c.sent(2, 2, c.nowUs + 10, c.nowUs + 20));
        assertThat(c.broken()).containsExactly("S6");
    }

    @Test
    void s6AnIsrThatHasGrownIsLargeEnoughAlsoWhereNothingElseMoved() {
        c.committed(3);
        c.agree(1, 0, new int[] {1}, new int[] {2, 3});
        c.one.replica.state = c.state();
        c.step();
        c.agree(1, 0, new int[] {1, 2}, new int[0]);
        c.step();
        c.one.replica.state = c.state();
        c.step();
        c.heard(c.sent(2, 2, c.nowUs + 10, c.nowUs + 20));
        assertThat(c.broken()).isEmpty();
    }

    @Test
    void s6MayAcknowledgeOnceTheIsrIsLargeEnoughAgainThoughNobodyLookedAtTheLeader() {
        c.committed(3);
        c.agree(1, 0, new int[] {1}, new int[] {2, 3});
        c.one.replica.state = c.state();
        c.step();
        c.agree(1, 0, new int[] {1, 2}, new int[] {3});
        c.one.replica.state = c.state();
        c.heard(c.sent(2, 2, c.nowUs + 10, c.nowUs + 20));
        assertThat(c.broken()).isEmpty();
    }

    @Test
    void s6MayAcknowledgeWhatWasAskedWhileTheIsrWasLargeEnoughThoughItWasNotBeforeAndIsNotNow() {
        c.committed(3);
        c.agree(1, 0, new int[] {1}, new int[] {2, 3});
        c.one.replica.state = c.state();
        c.step();
        c.agree(1, 0, new int[] {1, 2}, new int[] {3});
        c.step();
        long asked = c.nowUs;
        c.agree(1, 0, new int[] {1}, new int[] {2, 3});
        c.step();
        c.heard(c.sent(2, 2, asked, asked + 10));
        assertThat(c.broken()).isEmpty();
    }

    @Test
    void s6ThoseWhoLeaveTakeTheCopiesWithThem() {
        c.committed(3);
        PartitionImage only3 = new PartitionImage(
                new int[] {3}, new int[0], new int[0], new int[0], -1, 1, 1, true, false, new int[0], new int[0]);
        c.agree(only3, List.of(3));
        c.step();
        assertThat(c.broken()).containsExactly("S6");
    }

    private static PartitionImage assigned(int[] replicas, int[] isr, int partitionEpoch) {
        return new PartitionImage(
                replicas, isr, new int[0], new int[0], isr[0], 1, partitionEpoch, true, false, new int[0], new int[0]);
    }

    /** Seed 12074: the quorum agreed on both at once. */
    @Test
    void s6WhoStaysMayLeaveTheIsrWithTheNextCommand() {
        c.committed(3);
        int epoch = c.agreedPartition().partitionEpoch();
        c.agree(assigned(new int[] {2, 1}, new int[] {2, 1}, epoch + 1), List.of(2, 1));
        c.agree(assigned(new int[] {2, 1}, new int[] {2}, epoch + 2), List.of());
        c.step();
        assertThat(c.broken()).doesNotContain("S6");
    }

    @Test
    void s6WhoHasLeftTheIsrDoesNotMakeUpForThoseWhoLeaveWithTheNextCommand() {
        c.committed(3);
        int epoch = c.agreedPartition().partitionEpoch();
        c.agree(assigned(new int[] {3, 2, 1}, new int[] {3, 2}, epoch + 1), List.of());
        c.agree(assigned(new int[] {2, 1}, new int[] {2}, epoch + 2), List.of(2, 1));
        c.step();
        assertThat(c.broken()).contains("S6");
    }

    @Test
    void s7CommitsWhatAMemberHasNotFlushed() {
        c.committed(3);
        for (TestBroker broker : List.of(c.one, c.two, c.three)) {
            broker.replica.append(entry(3, 0, 3));
        }
        c.three.replica.flushed = 3;
        c.step();
        c.one.replica.highWatermark = 4;
        c.step();
        assertThat(c.broken()).contains("S7").doesNotContain("S6");
    }

    private void comeBackEmptyHaving(String stopped) {
        c.committed(3);
        c.agree(1, 0, new int[] {1, 2}, new int[0]);
        c.three.replica.stopped = stopped;
        c.step();
        c.three.running = false;
        c.step();
        c.three.replica.log.clear();
        c.three.replica.flushed = 0;
        c.three.replica.highWatermark = 0;
        c.three.replica.stopped = null;
        c.three.running = true;
        c.three.life++;
        c.step();
    }

    @Test
    void s7WhatWasOnADiskComesBackFromIt() {
        comeBackEmptyHaving(null);
        assertThat(c.broken()).contains("S7");
    }

    @Test
    void s7TheLogOfOneThatGaveUpMayBeTakenAway() {
        comeBackEmptyHaving("it would have to cut what is committed");
        assertThat(c.broken()).contains("S11").doesNotContain("S7");
    }

    /** To offset 4, which all have on disk but the third, which comes back empty. */
    private void commitWithoutTheThird() {
        c.committed(3);
        for (TestBroker broker : List.of(c.one, c.two, c.three)) {
            broker.replica.append(entry(3, 0, 3));
        }
        c.step();
        c.three.running = false;
    }

    private void commitOneMore() {
        c.step();
        c.one.replica.highWatermark = 4;
        c.step();
    }

    private PartitionImage assigned(int... replicas) {
        int partitionEpoch = c.agreedPartition().partitionEpoch() + 1;
        int[] none = {};
        return new PartitionImage(replicas, replicas, none, none, 1, 0, partitionEpoch, true, false, none, none);
    }

    @Test
    void s7AMemberThatLeftUnheardMayBeCounted() {
        commitWithoutTheThird();
        c.agree(assigned(1, 2), List.of(1, 2));
        commitOneMore();
        assertThat(c.broken()).isEmpty();
    }

    @Test
    void s7AMemberThatLeftAndIsBackHasToHaveIt() {
        commitWithoutTheThird();
        c.agree(assigned(1, 2), List.of(1, 2));
        c.step();
        c.agree(assigned(1, 2, 3), List.of(1, 2, 3));
        c.one.replica.state = c.state();
        commitOneMore();
        assertThat(c.broken()).contains("S7");
    }

    @Test
    void s7ADiskThatWasLostUnheardMayBeCounted() {
        commitWithoutTheThird();
        comeBackOnAnotherDisk(c.three);
        c.agree(1, 0, new int[] {1, 2}, new int[0]);
        commitOneMore();
        assertThat(c.broken()).isEmpty();
    }

    @Test
    void s7WhoeverIsKnownToBeBackOnAnotherDiskHasToHaveIt() {
        commitWithoutTheThird();
        comeBackOnAnotherDisk(c.three);
        c.agree(1, 0, new int[] {1, 2}, new int[0]);
        c.step();
        c.agree(1, 0, new int[] {1, 2, 3}, new int[0]);
        c.one.replica.state = c.state();
        commitOneMore();
        assertThat(c.broken()).contains("S7");
    }

    private void comeBackOnAnotherDisk(TestBroker broker) {
        broker.disksLost++;
        c.agree(1, 0, new int[] {1, 2}, new int[0]);
        c.step();
        broker.replica.log.clear();
        broker.replica.flushed = 0;
        broker.replica.highWatermark = 0;
        broker.running = true;
        broker.life++;
        c.register(broker);
        c.step();
    }

    @Test
    void s7OfADeletedPartitionLogsGo() {
        commitWithoutTheThird();
        c.deleteTopic();
        commitOneMore();
        assertThat(c.broken()).isEmpty();
    }

    @Test
    void s7WhatWasFlushedDoesNotComeBack() {
        c.committed(3);
        c.agree(1, 0, new int[] {1, 2}, new int[0]);
        c.step();
        c.restart(c.three, false);
        c.three.replica.log.remove(2);
        c.three.replica.flushed = 2;
        c.three.replica.highWatermark = 2;
        c.step();
        assertThat(c.broken()).containsExactly("S7");
    }

    @Test
    void s7WhoLeftAndIsBackMayHaveBegunAnew() {
        leaveAndComeBack();
        c.step();
        assertThat(c.broken()).isEmpty();
    }

    @Test
    void s7WhoLeftOnceHasToKeepWhatCameAfterwards() {
        leaveAndComeBack();
        c.step();
        c.three.replica.append(entry(0, 0, 0), entry(1, 0, 1));
        c.step();
        c.restart(c.three, false);
        c.three.replica.log.clear();
        c.three.replica.flushed = 0;
        c.step();
        assertThat(c.broken()).containsExactly("S7");
    }

    /** Out of the assignment, down, without its log, and assigned again. */
    private void leaveAndComeBack() {
        c.committed(3);
        c.agree(assigned(1, 2), List.of(1, 2));
        c.step();
        c.restart(c.three, false);
        c.three.replica.log.clear();
        c.three.replica.flushed = 0;
        c.three.replica.highWatermark = 0;
        PartitionImage back = assigned(1, 2, 3);
        int[] isr = {1, 2};
        int[] none = {};
        c.agree(
                new PartitionImage(
                        back.replicas(), isr, none, none, 1, 0, back.partitionEpoch(), true, false, none, none),
                List.of(1, 2, 3));
    }

    @Test
    void s8TwoBrokersAppendInOneEpoch() {
        c.one.replica.append(entry(0, 0, 1));
        c.step();
        c.one.replica.leads = false;
        c.two.replica.leads = true;
        c.two.replica.append(entry(0, 0, 1));
        c.step();
        assertThat(c.broken()).contains("S8").doesNotContain("S3");
    }

    @Test
    void s9ANewLeaderShowsLessThanTheOldOne() {
        c.committed(3);
        c.two.replica.highWatermark = 2;
        c.restart(c.two, true);
        c.step();
        c.agree(2, 1, new int[] {1, 2, 3}, new int[0]);
        c.lead(c.two, 1);
        c.two.replica.epochStart = 1;
        c.step();
        assertThat(c.broken()).containsExactly("S9");
    }

    @Test
    void s9ALookUpSaysLessThanWasAcknowledgedBefore() {
        c.committed(3);
        c.heard(new Observation.LookedUp(TestCluster.TOPIC, 0, 1, c.nowUs + 10, c.nowUs + 20, 2));
        assertThat(c.broken()).containsExactly("S9");
    }

    @Test
    void s10AFollowerGoesBeyondEveryLeader() {
        c.committed(3);
        for (TestBroker broker : List.of(c.one, c.two, c.three)) {
            broker.replica.append(entry(3, 0, 3));
        }
        c.step();
        c.two.replica.highWatermark = 4;
        c.step();
        assertThat(c.broken()).containsExactly("S10");
    }

    @Test
    void s10AConsumerSeesWhatIsNotCommitted() {
        c.committed(3);
        c.one.replica.append(entry(3, 0, 3));
        c.step();
        c.read(1, c.nowUs, entry(3, 0, 3));
        assertThat(c.broken()).containsExactly("S10");
    }

    @Test
    void s10AndS2AConsumerIsShownWhatRottedJustNow() {
        c.committed(3);
        c.one.disksLost = 1;
        c.one.replica.log.set(1, Entry.plain(1, 0, Entry.UNREADABLE));
        c.read(1, c.nowUs, entry(1 + 1024, 0, 1));
        c.read(1, c.nowUs, entry(1 + 1, 0, 1));
        assertThat(c.broken()).isEmpty();
    }

    @Test
    void s10AndS2RotIsNoReasonWhereNothingRotted() {
        c.committed(3);
        c.one.disksLost = 1;
        c.read(1, c.nowUs, entry(1 + 1024, 0, 1));
        c.read(1, c.nowUs, entry(1 + 1, 0, 1));
        assertThat(c.broken()).containsExactly("S10", "S2");
    }

    @Test
    void s10RotIsNoReasonForWhatWasNeverCommitted() {
        c.committed(3);
        c.one.disksLost = 1;
        c.one.replica.log.set(1, Entry.plain(1, 0, Entry.UNREADABLE));
        c.one.replica.append(entry(3, 0, 3));
        c.step();
        c.read(1, c.nowUs, entry(3, 0, 3));
        assertThat(c.broken()).containsExactly("S10");
    }

    @Test
    void s11WhoKnewItToBeCommittedCutsIt() {
        c.committed(3);
        c.agree(1, 0, new int[] {1, 2}, new int[0]);
        c.step();
        c.three.replica.cutTo(2);
        c.three.replica.highWatermark = 2;
        c.step();
        assertThat(c.broken()).containsExactly("S11");
    }

    @Test
    void s11WhoStopsHadBeenToldToCutIt() {
        c.committed(3);
        c.three.replica.stopped = "would have to cut";
        c.step();
        assertThat(c.broken()).containsExactly("S11");
    }

    @Test
    void s12SomebodyElseWasElectedInThisEpoch() {
        c.agree(2, 1, new int[] {1, 2, 3}, new int[0]);
        c.one.replica.leaderEpoch = 1;
        c.one.replica.append(entry(0, 1, 1));
        c.step();
        assertThat(c.broken()).containsExactly("S12");
    }

    @Test
    void s12AnOlderProducerEpochIsCommittedAfterANewerOne() {
        commit(new Entry(0, 0, 0, 5, 1, 0), new Entry(1, 0, 1, 5, 0, 0));
        assertThat(c.broken()).containsExactly("S12");
    }

    @Test
    void s13RegistersUncleanlyAndStaysEligible() {
        c.config("flush.policy", "replicated");
        c.committed(3);
        c.restart(c.three, false);
        c.step();
        c.register(c.three);
        c.step();
        assertThat(c.broken()).containsExactly("S13");
    }

    /** What it held was on its disk when that was judged; that records to come are not is another matter. */
    @Test
    void s13ThePolicyMayChangeWithTheCommandAfterTheRegistration() {
        c.committed(3);
        c.restart(c.three, false);
        c.step();
        c.register(c.three);
        c.config("flush.policy", "replicated");
        c.step();
        assertThat(c.broken()).isEmpty();
    }

    @Test
    void s13ThePolicyOfTheCommandBeforeTheRegistrationCounts() {
        c.committed(3);
        c.restart(c.three, false);
        c.step();
        c.config("flush.policy", "replicated");
        c.register(c.three);
        c.step();
        assertThat(c.broken()).containsExactly("S13");
    }

    /** Also who loses its place again with the next command had no right to it. */
    @Test
    void s13WhoIsRemovedByTheCommandAfterItsRegistrationRegisteredAsACandidate() {
        c.config("flush.policy", "replicated");
        c.committed(3);
        c.restart(c.three, false);
        c.step();
        c.register(c.three);
        c.agree(1, 0, new int[] {1, 2}, new int[0]);
        c.step();
        assertThat(c.broken()).containsExactly("S13");
    }

    @Test
    void s13JoinsAndIsFenced() {
        c.agree(1, 0, new int[] {1, 2}, new int[0]);
        c.fence(c.three, true);
        c.step();
        c.agree(1, 0, new int[] {1, 2, 3}, new int[0]);
        c.step();
        assertThat(c.broken()).containsExactly("S13");
    }

    @Test
    void s14ARecordIsCommittedTwice() {
        commit(new Entry(0, 0, 7, 5, 0, 0), new Entry(1, 0, 7, 5, 0, 1));
        assertThat(c.broken()).containsExactly("S14");
    }

    @Test
    void s14ASequenceHasAGap() {
        commit(new Entry(0, 0, 7, 5, 0, 0), new Entry(1, 0, 8, 5, 0, 2));
        assertThat(c.broken()).containsExactly("S14");
    }

    @Test
    void s14AProducerIdIsGivenOutTwice() {
        c.heard(new Observation.IdGiven(TestCluster.TOPIC, 0, 1, 1_000, c.nowUs));
        c.heard(new Observation.IdGiven(TestCluster.TOPIC, 0, 2, 1_000, c.nowUs));
        assertThat(c.broken()).containsExactly("S14");
    }

    @Test
    void s15SentLaterAndLiesBefore() {
        c.committed(2);
        c.checker.violations().clear();
        TestCluster other = new TestCluster();
        other.committed(0);
        for (TestBroker broker : List.of(other.one, other.two, other.three)) {
            broker.replica.append(entry(0, 0, 20), entry(1, 0, 10));
        }
        other.step();
        other.one.replica.highWatermark = 2;
        other.step();
        other.heard(other.sent(10, 1, 100, 200));
        other.heard(other.sent(20, 0, 300, 400));
        other.end(Ending.cutOff());
        assertThat(other.broken()).containsExactly("S15");
    }

    @Test
    void s16NobodySentIt() {
        c.committed(2);
        c.one.replica.append(entry(2, 0, 66));
        c.step();
        c.end(Ending.cutOff());
        assertThat(c.broken()).containsExactly("S16");
    }

    @Test
    void s17AnOffsetIsMissing() {
        c.committed(2);
        c.one.replica.append(entry(3, 0, 3));
        c.step();
        assertThat(c.broken()).containsExactly("S17");
    }

    @Test
    void s18TwoStatesAtOneOffset() {
        c.quorum.add(c.image);
        c.quorum.add(c.image.candidate(List.of()));
        var other = new TestCluster();
        other.config("min.insync.replicas", "1");
        while (c.image.offset() < other.image.offset()) {
            c.config("min.insync.replicas", "2");
        }
        c.quorum.clear();
        c.quorum.add(c.image);
        c.quorum.add(other.image);
        c.end(Ending.cutOff());
        assertThat(c.broken()).containsExactly("S18");
    }

    @Test
    void s20TwoProcessesActUnderOneEpoch() {
        c.two.epoch = c.one.epoch;
        c.two.life = 2;
        c.fence(c.three, true);
        c.step();
        assertThat(c.broken()).contains("S20");
    }

    @Test
    void s23DeletesWhatIsNotCommitted() {
        c.one.replica.append(entry(0, 0, 0), entry(1, 0, 1));
        c.step();
        c.one.replica.log.remove(0);
        c.one.replica.logStart = 1;
        c.step();
        assertThat(c.broken()).containsExactly("S23");
    }

    @Test
    void s23ANewLeaderBringsBackWhatWasDeleted() {
        c.committed(3);
        c.one.replica.log.remove(0);
        c.one.replica.logStart = 1;
        c.step();
        c.heard(new Observation.Deleted(TestCluster.TOPIC, 0, 1, c.nowUs, c.nowUs));
        c.agree(2, 1, new int[] {1, 2, 3}, new int[0]);
        c.lead(c.two, 1);
        c.step();
        assertThat(c.broken()).containsExactly("S23");
    }

    @Test
    void n1ANodeStopsByItself() {
        c.checker.nodeFailed("node 1", new IllegalStateException("x"));
        assertThat(c.broken()).containsExactly("N1");
    }

    @Test
    void n3AConsumerIsSentToAFollowerThatIsNotInSync() {
        c.committed(3);
        c.agree(1, 0, new int[] {1, 2}, new int[] {3});
        c.step();
        c.heard(new Observation.SentAway(TestCluster.TOPIC, 0, 1, c.state().replica(3), c.nowUs));
        assertThat(c.broken()).containsExactly("N3");
    }

    @Test
    void n3AConsumerIsSentToANodeThatIsFenced() {
        c.committed(3);
        AssignedReplica fenced = new AssignedReplica(2, true, false, c.two.epoch, true, false);
        c.heard(new Observation.SentAway(TestCluster.TOPIC, 0, 1, fenced, c.nowUs));
        assertThat(c.broken()).containsExactly("N3");
    }

    @Test
    void n3AConsumerMayBeSentToAFollowerInSync() {
        c.committed(3);
        c.heard(new Observation.SentAway(TestCluster.TOPIC, 0, 1, c.state().replica(2), c.nowUs));
        assertThat(c.broken()).isEmpty();
    }

    @Test
    void n2DamageWhereNothingWasDoneToTheDisk() {
        c.three.replica.damaged = true;
        c.step();
        assertThat(c.broken()).containsExactly("N2");
    }

    @Test
    void afterAnUncleanElectionRecordsMayBeLost() {
        c.uncleanly = true;
        c.committed(3);
        c.one.running = false;
        c.two.running = false;
        c.step();
        c.agreeUncleanly(3, 1);
        c.step();
        c.three.replica.cutTo(1).highWatermark = 1;
        c.lead(c.three, 1);
        c.step();
        assertThat(c.broken()).isEmpty();
    }

    /** Its log is seen for the first time in the event in which it commits (seed 42561). */
    @Test
    void s10WhoIsOpenedAndLeadsInOneEventCommits() {
        c.committed(3);
        for (TestBroker broker : List.of(c.one, c.two, c.three)) {
            broker.replica.append(Entry.plain(3, 0, 3));
        }
        c.step();
        c.one.life++;
        c.one.replica.highWatermark = 4;
        c.step();
        c.read(1, c.nowUs, Entry.plain(3, 0, 3));
        c.step();
        assertThat(c.broken()).isEmpty();
    }

    @Test
    void moreDisksThanPromisedMayBeLost() {
        c.committed(3);
        for (TestBroker broker : List.of(c.two, c.three)) {
            broker.running = false;
            broker.disksLost++;
        }
        c.step();
        c.one.running = false;
        c.one.disksLost++;
        c.step();
        assertThat(c.broken()).isEmpty();
    }

    @Test
    void whatWasCommittedUnderASmallerMinIsrIsPromisedNoMore() {
        c.three.running = false;
        c.agree(1, 0, new int[] {1, 2}, new int[0]);
        c.lead(c.one, 0);
        c.committed(3);
        c.config("min.insync.replicas", "3");
        c.step();
        disksAreLost(c.one, c.two);
        assertThat(c.broken()).isEmpty();
    }

    @Test
    void s1ALargerMinIsrIsPromisedOnceSoManyHoldEverything() {
        c.committed(3);
        c.config("min.insync.replicas", "3");
        c.step();
        disksAreLost(c.one, c.two);
        c.three.replica.cutTo(0).highWatermark = 0;
        c.step();
        assertThat(c.broken()).contains("S1");
    }

    @Test
    void aSmallerMinIsrCountsAtOnce() {
        c.config("min.insync.replicas", "3");
        c.committed(3);
        c.three.running = false;
        c.agree(1, 0, new int[] {1, 2}, new int[0]);
        c.config("min.insync.replicas", "2");
        c.step();
        disksAreLost(c.one, c.two);
        c.three.running = true;
        c.three.replica.cutTo(0).highWatermark = 0;
        c.step();
        assertThat(c.broken()).isEmpty();
    }

    private void disksAreLost(TestBroker... brokers) {
        for (TestBroker broker : brokers) {
            broker.running = false;
            broker.disksLost++;
            c.step();
        }
    }

    private void commit(Entry... entries) {
        for (TestBroker broker : List.of(c.one, c.two, c.three)) {
            broker.replica.append(entries);
        }
        c.step();
        c.one.replica.highWatermark = entries.length;
        c.step();
    }
}
