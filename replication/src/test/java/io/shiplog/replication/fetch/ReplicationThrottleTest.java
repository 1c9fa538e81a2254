// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.replication.core.ReplicaLag;
import io.shiplog.replication.core.ReplicaView;
import io.shiplog.replication.fetch.TestCluster.Ack;
import io.shiplog.replication.runtime.JobLimits;
import io.shiplog.replication.runtime.JobThrottles;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Set;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Node 0 leads, node 1 is in sync, node 2 is not and has to catch up. Time is what the test says. */
class ReplicationThrottleTest {
    private static final int BATCHES = 200;
    private static final int BATCH_BYTES = 16 * 1024;
    private static final long RATE = 320 * 1024;

    @TempDir
    Path directory;

    private TestCluster cluster;

    @BeforeEach
    void start() throws Exception {
        cluster = new TestCluster(directory, 3, false);
        cluster.minIsr = 2;
        cluster.node(2).inIsr = false;
        // So that it does not join when it has caught up.
        cluster.node(2).fenced = true;
        cluster.createPartitions(2);
        cluster.loop.run();
        cluster.node(2).fetchers.unfollow(cluster.node(2).replica(0));
        cluster.loop.run();
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private void fill(int partition, int batches) {
        String value = "x".repeat(BATCH_BYTES);
        for (int i = 0; i < batches; i++) {
            ByteBuffer batch = Batches.of(value);
            cluster.produce(0, partition, batch, 1);
        }
        cluster.loop.run();
    }

    private long behind() {
        return BATCHES - cluster.node(2).log(0).logEndOffset();
    }

    private void throttleLeader() {
        cluster.node(0).replica(0).throttle().name(true, false);
        cluster.node(0).throttles().asLeader().setRate(RATE, cluster.loop.nowMs());
    }

    private void throttleFollower() {
        cluster.node(2).replica(0).throttle().name(false, true);
        cluster.node(2).throttles().asFollower().setRate(RATE, cluster.loop.nowMs());
    }

    private void followAgain() {
        cluster.node(2).fetchers.follow(cluster.node(2).replica(0));
        cluster.loop.run();
    }

    /** 200 batches of 16 KiB are ten seconds of the rate; after each second a tenth of them has come. */
    private void assertComesEvenly() {
        for (int second = 1; second <= 8; second++) {
            cluster.loop.advance(1_000);
            assertThat(cluster.node(2).log(0).logEndOffset())
                    .as("after " + second + " s")
                    .isBetween(20L * second - 8, 20L * second + 12);
        }
        cluster.loop.advance(3_000);
        assertThat(behind()).isZero();
        assertThat(cluster.node(2).bytes(0)).isEqualTo(cluster.node(0).bytes(0));
    }

    private ReplicaLag lag() {
        for (ReplicaView view : cluster.node(0).replica(0).status().followers()) {
            if (view.id() == 2) {
                return view.lag();
            }
        }
        throw new AssertionError("no follower 2");
    }

    @Test
    void withoutAThrottleItComesAtOnce() {
        fill(0, BATCHES);
        followAgain();
        assertThat(behind()).isZero();
    }

    @Test
    void leaderSendsAtTheRate() {
        fill(0, BATCHES);
        throttleLeader();
        followAgain();
        assertComesEvenly();
    }

    @Test
    void followerFetchesAtTheRate() {
        fill(0, BATCHES);
        throttleFollower();
        followAgain();
        assertComesEvenly();
    }

    @Test
    void bothTogetherAreNoSlower() {
        fill(0, BATCHES);
        throttleLeader();
        throttleFollower();
        followAgain();
        cluster.loop.advance(11_000);
        assertThat(behind()).isLessThanOrEqualTo(20);
        cluster.loop.advance(4_000);
        assertThat(behind()).isZero();
    }

    @Test
    void whoIsInSyncIsNeverThrottled() {
        throttleLeader();
        cluster.node(1).replica(0).throttle().name(false, true);
        cluster.node(1).throttles().asFollower().setRate(1, cluster.loop.nowMs());
        cluster.node(0).throttles().asLeader().setRate(1, cluster.loop.nowMs());
        Ack[] acks = new Ack[20];
        for (int i = 0; i < acks.length; i++) {
            acks[i] = cluster.produce(0, 0, "x".repeat(BATCH_BYTES), -1);
            cluster.loop.run();
        }
        for (Ack ack : acks) {
            assertThat(ack.error).isEqualTo(Errors.NONE);
        }
    }

    @Test
    void otherPartitionsOfTheSessionGoOn() {
        fill(0, BATCHES);
        throttleLeader();
        followAgain();
        fill(1, 50);
        assertThat(cluster.node(2).log(1).logEndOffset()).isEqualTo(50);
        assertThat(behind()).isGreaterThan(150);
    }

    @Test
    void otherPartitionsOfAThrottledFollowerGoOn() {
        fill(0, BATCHES);
        throttleFollower();
        followAgain();
        fill(1, 50);
        assertThat(cluster.node(2).log(1).logEndOffset()).isEqualTo(50);
        assertThat(behind()).isGreaterThan(150);
    }

    @Test
    void aThrottleThatIsTakenAwayHoldsNobodyBackAnyMore() {
        fill(0, BATCHES);
        throttleLeader();
        throttleFollower();
        followAgain();
        cluster.loop.advance(1_000);
        assertThat(behind()).isGreaterThan(150);
        cluster.node(0).throttles().asLeader().setRate(Long.MAX_VALUE, cluster.loop.nowMs());
        cluster.node(2).throttles().asFollower().setRate(Long.MAX_VALUE, cluster.loop.nowMs());
        cluster.loop.advance(500);
        assertThat(behind()).isZero();
    }

    /** At the old rate it would have to wait for hours. */
    @Test
    void aRateThatIsRaisedHelpsThoseWhoWait() {
        fill(0, BATCHES);
        throttleFollower();
        cluster.node(2).throttles().asFollower().setRate(1, cluster.loop.nowMs());
        followAgain();
        cluster.loop.advance(1_000);
        assertThat(behind()).isGreaterThan(150);
        cluster.node(2).throttles().asFollower().setRate(100 * 1024 * 1024, cluster.loop.nowMs());
        cluster.loop.advance(2_000);
        assertThat(behind()).isZero();
    }

    @Test
    void theLeaderCanSayThatAReplicaIsThrottled() {
        fill(0, BATCHES);
        throttleLeader();
        followAgain();
        cluster.loop.advance(3_000);
        assertThat(lag().cause()).isEqualTo(ReplicaLag.Cause.THROTTLED);
        assertThat(lag().bytesPerSecond()).isBetween(RATE / 2, RATE * 2);
        assertThat(cluster.node(0).throttles().asLeader().waits()).isPositive();
    }

    @Test
    void aRateWithoutANamedReplicaDoesNothing() {
        fill(0, BATCHES);
        cluster.node(0).throttles().asLeader().setRate(1, cluster.loop.nowMs());
        cluster.node(2).throttles().asFollower().setRate(1, cluster.loop.nowMs());
        followAgain();
        assertThat(behind()).isZero();
    }

    // ---- Limits of jobs

    private JobThrottles jobs(int node) {
        return cluster.node(node).throttles().jobs();
    }

    private void moveAtLeader(JobLimits limits, boolean held, int... brought) {
        cluster.node(0).replica(0).throttle().move(limits, held, brought);
    }

    private void moveAtFollower(JobLimits limits, boolean held) {
        cluster.node(2).replica(0).throttle().move(limits, held, new int[] {2});
    }

    private long nowMs() {
        return cluster.loop.nowMs();
    }

    @Test
    void leaderSendsAReplicaThatAJobBringsAtTheJobsRate() {
        fill(0, BATCHES);
        moveAtLeader(jobs(0).fix(7, RATE, nowMs()), false, 2);
        followAgain();
        assertComesEvenly();
        assertThat(jobs(0).sentBytes()).isGreaterThan((long) BATCHES * BATCH_BYTES);
    }

    @Test
    void aReplicaThatAJobBringsFetchesAtTheJobsRate() {
        fill(0, BATCHES);
        moveAtFollower(jobs(2).fix(7, RATE, nowMs()), false);
        followAgain();
        assertComesEvenly();
        assertThat(jobs(2).fetchedBytes()).isGreaterThan((long) BATCHES * BATCH_BYTES);
    }

    /** It is under-replicated for another reason, and must not wait for the job. */
    @Test
    void anOldReplicaOfAPartitionThatMovesIsNotLimited() {
        fill(0, BATCHES);
        moveAtLeader(jobs(0).fix(7, 1, nowMs()), true, 1);
        cluster.node(2).replica(0).throttle().move(jobs(2).fix(7, 1, nowMs()), true, new int[] {1});
        followAgain();
        assertThat(behind()).isZero();
    }

    @Test
    void aReplicaThatAJobBringsAndThatIsInSyncIsNotLimited() {
        moveAtLeader(jobs(0).fix(7, 1, nowMs()), true, 1);
        cluster.node(1).replica(0).throttle().move(jobs(1).fix(7, 1, nowMs()), true, new int[] {1});
        Ack ack = cluster.produce(0, 0, "x".repeat(BATCH_BYTES), -1);
        cluster.loop.run();
        assertThat(ack.error).isEqualTo(Errors.NONE);
    }

    @Test
    void ofAJobsLimitAndAThrottleOfTheSettingsTheSmallerWins() {
        fill(0, BATCHES);
        throttleLeader();
        moveAtLeader(jobs(0).fix(7, 100 * RATE, nowMs()), false, 2);
        followAgain();
        assertComesEvenly();
    }

    @Test
    void aJobsLimitHoldsBesideALargerThrottleOfTheSettings() {
        fill(0, BATCHES);
        throttleFollower();
        cluster.node(2).throttles().asFollower().setRate(100 * RATE, nowMs());
        moveAtFollower(jobs(2).fix(7, RATE, nowMs()), false);
        followAgain();
        assertComesEvenly();
    }

    @Test
    void ofAJobThatIsHeldNothingPassesAndTheLeaderSaysWhy() {
        fill(0, BATCHES);
        moveAtLeader(jobs(0).adapt(7, 1, nowMs()), true, 2);
        moveAtFollower(jobs(2).adapt(7, 1, nowMs()), true);
        followAgain();
        cluster.loop.advance(60_000);
        assertThat(behind()).isEqualTo(BATCHES);
        assertThat(lag().cause()).isEqualTo(ReplicaLag.Cause.THROTTLED);
        moveAtLeader(jobs(0).get(7), false, 2);
        cluster.loop.advance(500);
        assertThat(behind()).isZero();
    }

    @Test
    void withTheJobItsLimitEnds() {
        fill(0, BATCHES);
        moveAtLeader(jobs(0).fix(7, RATE, nowMs()), false, 2);
        moveAtFollower(jobs(2).fix(7, RATE, nowMs()), false);
        followAgain();
        cluster.loop.advance(1_000);
        assertThat(behind()).isGreaterThan(150);
        long moved = jobs(0).sentBytes();
        jobs(0).retain(Set.of(), nowMs());
        jobs(2).retain(Set.of(), nowMs());
        moveAtLeader(null, false);
        moveAtFollower(null, false);
        cluster.loop.advance(1_000);
        assertThat(behind()).isZero();
        assertThat(jobs(0).sentBytes()).as("is not forgotten").isGreaterThanOrEqualTo(moved);
        assertThat(jobs(0).open()).isEmpty();
    }

    @Test
    void jobsDoNotWaitForEachOther() {
        fill(0, BATCHES);
        fill(1, BATCHES);
        cluster.node(2).fetchers.unfollow(cluster.node(2).replica(1));
        moveAtFollower(jobs(2).fix(7, 1, nowMs()), false);
        cluster.node(2).replica(1).throttle().move(jobs(2).fix(8, 1L << 30, nowMs()), false, new int[] {2});
        followAgain();
        cluster.node(2).fetchers.follow(cluster.node(2).replica(1));
        cluster.loop.advance(1_000);
        assertThat(cluster.node(2).log(1).logEndOffset()).isEqualTo(BATCHES);
        assertThat(behind()).isGreaterThan(150);
    }

    /** It may be counted on by its leader before the metadata say so: commits would wait for its throttle. */
    @Test
    void whoHasCaughtUpAsksWhateverItsLimit() {
        followAgain();
        moveAtFollower(jobs(2).fix(7, 1, nowMs()), false);
        for (int i = 0; i < 20; i++) {
            fill(0, 1);
            assertThat(cluster.node(2).log(0).logEndOffset()).isEqualTo(i + 1);
        }
    }
}
