// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.replication.core.ReplicaLag;
import io.shiplog.replication.core.ReplicaView;
import io.shiplog.replication.fetch.TestCluster.Ack;
import java.nio.ByteBuffer;
import java.nio.file.Path;
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
}
