// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.proto.DescribeQuorumResponse;
import io.shiplog.metadata.proto.VoterState;
import io.shiplog.metadata.ratis.QuorumPeer;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class VoterRulesTest {
    private static final Uuid DISK = new Uuid(1, 2);
    private static final Uuid OTHER_DISK = new Uuid(3, 4);

    private static QuorumPeer peer(int nodeId, Uuid disk) {
        return new QuorumPeer(nodeId + "-" + disk, "h", 100 + nodeId, 200 + nodeId);
    }

    private static List<QuorumPeer> members(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(id -> peer(id, DISK)).toList();
    }

    private static Errors add(List<QuorumPeer> members, int nodeId, Uuid disk, QuorumPeer waiting) {
        VoterRules.Verdict verdict = VoterRules.add(members, nodeId, disk, waiting);
        assertThat(verdict.allowed()).isEqualTo(verdict.error() == Errors.NONE);
        assertThat(verdict.next()).hasSize(verdict.allowed() ? members.size() + 1 : 0);
        return verdict.error();
    }

    @Test
    void aNodeThatWaitsIsAdded() {
        assertThat(add(members(3), 4, DISK, peer(4, DISK))).isEqualTo(Errors.NONE);
        assertThat(add(members(3), 4, Uuid.ZERO_UUID, peer(4, DISK))).isEqualTo(Errors.NONE);
    }

    @Test
    void aVoterIsNotAddedTwiceNorWithAnotherDisk() {
        assertThat(add(members(3), 3, DISK, peer(3, DISK))).isEqualTo(Errors.DUPLICATE_VOTER);
        assertThat(add(members(3), 3, OTHER_DISK, peer(3, OTHER_DISK))).isEqualTo(Errors.DUPLICATE_VOTER);
    }

    @Test
    void aNodeThatDoesNotWaitIsNotAdded() {
        assertThat(add(members(3), 4, DISK, null)).isEqualTo(Errors.REQUEST_TIMED_OUT);
    }

    @Test
    void aNodeWithAnotherDiskThanNamedIsNotAdded() {
        assertThat(add(members(3), 4, OTHER_DISK, peer(4, DISK))).isEqualTo(Errors.INVALID_REQUEST);
    }

    @Test
    void noMoreThanFiveVoters() {
        assertThat(add(members(4), 5, DISK, peer(5, DISK))).isEqualTo(Errors.NONE);
        assertThat(add(members(5), 6, DISK, peer(6, DISK))).isEqualTo(Errors.INVALID_REQUEST);
    }

    @Test
    void aNegativeNodeIdIsNotAdded() {
        assertThat(add(members(3), -4, DISK, peer(4, DISK))).isEqualTo(Errors.INVALID_REQUEST);
    }

    private static DescribeQuorumResponse.Builder description() {
        return DescribeQuorumResponse.newBuilder()
                .setClusterId("c")
                .setSettled(true)
                .setCommitIndex(100)
                .addVoters(VoterState.newBuilder().setPeerId("1-a"))
                .addVoters(VoterState.newBuilder().setPeerId("2-b"));
    }

    private static boolean takenOut(DescribeQuorumResponse.Builder description, long lastIndex) {
        return VoterRules.isTakenOut(description.build(), "c", "3-c", lastIndex);
    }

    @Test
    void whoIsNotAmongTheVotersOfALeaderThatKnowsMoreIsTakenOut() {
        assertThat(takenOut(description(), 100)).isTrue();
        assertThat(takenOut(description(), -1)).isTrue();
    }

    @Test
    void nobodyIsTakenOutByAnAnswerThatProvesNothing() {
        assertThat(takenOut(description(), 101)).as("the leader knows less").isFalse();
        assertThat(takenOut(description().setSettled(false), 100))
                .as("may be undone")
                .isFalse();
        assertThat(takenOut(description().setClusterId("d"), 100))
                .as("another cluster")
                .isFalse();
        assertThat(takenOut(description().clearVoters(), 100)).as("no leader").isFalse();
        assertThat(takenOut(description().addVoters(VoterState.newBuilder().setPeerId("3-c")), 100))
                .as("a member")
                .isFalse();
        assertThat(VoterRules.isTakenOut(description().clearClusterId().build(), "", "3-c", 100))
                .as("a node without a cluster")
                .isFalse();
    }

    private static Errors remove(List<QuorumPeer> members, int nodeId, Uuid disk, Integer... dead) {
        List<Integer> down = List.of(dead);
        VoterRules.Verdict verdict = VoterRules.remove(members, nodeId, disk, peer -> !down.contains(peer.nodeId()));
        assertThat(verdict.next()).hasSize(verdict.allowed() ? members.size() - 1 : 0);
        return verdict.error();
    }

    @Test
    void aVoterIsTakenOut() {
        assertThat(remove(members(3), 2, DISK)).isEqualTo(Errors.NONE);
        assertThat(remove(members(3), 2, Uuid.ZERO_UUID)).isEqualTo(Errors.NONE);
    }

    @Test
    void whoIsNoVoterIsNotTakenOut() {
        assertThat(remove(members(3), 4, DISK)).isEqualTo(Errors.VOTER_NOT_FOUND);
        assertThat(remove(members(3), 3, OTHER_DISK)).isEqualTo(Errors.VOTER_NOT_FOUND);
    }

    @Test
    void aDeadVoterIsTakenOutAndALivingOneNotWhenTheRestIsNoMajority() {
        assertThat(remove(members(3), 3, DISK, 3)).isEqualTo(Errors.NONE);
        assertThat(remove(members(3), 2, DISK, 3)).isEqualTo(Errors.INVALID_REQUEST);
    }

    @Test
    void theLastVoterStays() {
        assertThat(remove(members(1), 1, DISK)).isEqualTo(Errors.INVALID_REQUEST);
    }

    @Test
    void aLostDiskIsReplacedInItsPlace() {
        List<QuorumPeer> next = VoterRules.replace(members(3), peer(2, OTHER_DISK), peer -> peer.nodeId() != 2);
        assertThat(next).containsExactly(peer(1, DISK), peer(2, OTHER_DISK), peer(3, DISK));
    }

    @Test
    void aDiskThatStillAnswersIsNotReplaced() {
        assertThat(VoterRules.replace(members(3), peer(2, OTHER_DISK), peer -> true))
                .isEmpty();
    }

    @Test
    void aNodeThatIsNoVoterReplacesNobody() {
        assertThat(VoterRules.replace(members(3), peer(4, DISK), peer -> false)).isEmpty();
    }

    @Test
    void aMemberDoesNotReplaceItself() {
        assertThat(VoterRules.replace(members(3), peer(2, DISK), peer -> false)).isEmpty();
    }
}
