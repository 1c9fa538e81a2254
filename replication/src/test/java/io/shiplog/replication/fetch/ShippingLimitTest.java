// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.replication.runtime.JobLimits;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.replication.runtime.ShippingLimit;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rate of what leaders send holds for shipped segments too. Time is what the test says. */
class ShippingLimitTest {
    private static final int MIB = 1024 * 1024;

    @TempDir
    Path directory;

    private TestCluster cluster;
    private Replica holder;
    private ShippingLimit limit;
    private final List<String> sent = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        cluster = new TestCluster(directory, 2, false);
        cluster.createPartitions(1);
        cluster.loop.run();
        // A follower: who ships need not lead.
        holder = cluster.node(1).replica(0);
        limit = new ShippingLimit(cluster.loop);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private void throttle(long bytesPerSecond) {
        holder.throttle().name(true, false);
        cluster.node(1).throttles().asLeader().setRate(bytesPerSecond, cluster.loop.nowMs());
    }

    private boolean send(String name, int bytes) {
        return limit.send(holder, 2, bytes, () -> sent.add(name));
    }

    @Test
    void whoIsNotNamedSendsAtOnceWhateverTheRate() {
        throttle(1);
        holder.throttle().name(false, true);
        assertThat(send("a", 100 * MIB)).isTrue();
        assertThat(send("b", 100 * MIB)).isTrue();
        assertThat(sent).containsExactly("a", "b");
        assertThat(limit.maxPieceBytes(holder, 2)).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void piecesGoOneAfterTheOtherAtTheRate() {
        throttle(MIB);
        assertThat(send("a", 2 * MIB)).isTrue();
        assertThat(send("b", MIB)).isTrue();
        assertThat(send("c", MIB)).isTrue();
        cluster.loop.advance(1_800);
        assertThat(sent).containsExactly("a");
        cluster.loop.advance(200);
        assertThat(sent).containsExactly("a", "b");
        cluster.loop.advance(1_000);
        assertThat(sent).containsExactly("a", "b", "c");
    }

    /** The one who asks would take the connection for dead, and holds a piece of what is sent until then. */
    @Test
    void whatWouldHaveToWaitForLongIsNotSent() {
        throttle(MIB);
        assertThat(send("a", 60 * MIB)).isTrue();
        assertThat(send("b", 1)).isFalse();
        cluster.loop.advance(55_000);
        assertThat(send("c", 1)).as("what was refused was not counted").isTrue();
        cluster.loop.advance(6_000);
        assertThat(sent).containsExactly("a", "c");
    }

    @Test
    void piecesAreAHundredthOfASecondsWorthAndNotTooSmall() {
        throttle(100L * MIB);
        assertThat(limit.maxPieceBytes(holder, 2)).isEqualTo(MIB);
        throttle(MIB);
        assertThat(limit.maxPieceBytes(holder, 2)).isEqualTo(64 * 1024);
    }

    @Test
    void piecesForAReplicaThatAJobBringsGoAtTheJobsRateAndForOthersAtOnce() {
        JobLimits job = cluster.node(1).throttles().jobs().fix(7, 100L * MIB, cluster.loop.nowMs());
        holder.throttle().move(job, false, new int[] {2});
        assertThat(limit.maxPieceBytes(holder, 2)).isEqualTo(MIB);
        assertThat(limit.maxPieceBytes(holder, 3)).isEqualTo(Integer.MAX_VALUE);
        assertThat(limit.send(holder, 2, 200 * MIB, () -> sent.add("a"))).isTrue();
        assertThat(limit.send(holder, 2, MIB, () -> sent.add("b"))).isTrue();
        assertThat(limit.send(holder, 3, MIB, () -> sent.add("c"))).isTrue();
        assertThat(sent).containsExactly("a", "c");
        cluster.loop.advance(2_000);
        assertThat(sent).containsExactly("a", "c", "b");
    }

    /** The receiver orders nothing new; a segment that stays half done would only be in the way. */
    @Test
    void whatIsOnItsWayOfAJobThatIsHeldGoesOnAtItsRate() {
        JobLimits job = cluster.node(1).throttles().jobs().fix(7, 100L * MIB, cluster.loop.nowMs());
        holder.throttle().move(job, true, new int[] {2});
        assertThat(limit.send(holder, 2, MIB, () -> sent.add("a"))).isTrue();
        assertThat(sent).containsExactly("a");
    }
}
