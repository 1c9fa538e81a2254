// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.exhaustive;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.replication.core.PartitionLeader;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class CoreGraphTest {
    private static final Bounds BOUNDS = new Bounds(2, 2, 1, 1, 1, 1, 1, 1, 2, false, 1);

    /** A field of another name would count from then on, or hide what counts. */
    @Test
    void whatDoesNotCountExists() throws ReflectiveOperationException {
        for (String name : CoreGraph.NOT_COUNTED) {
            int dot = name.indexOf('.');
            Class<?> type = Class.forName(PartitionLeader.class.getPackageName() + "." + name.substring(0, dot));
            assertThat(Arrays.stream(type.getDeclaredFields()).map(each -> each.getName()))
                    .as(name)
                    .contains(name.substring(dot + 1));
        }
    }

    @Test
    void copiesAreEqualAndGoOnByThemselves() {
        Cluster cluster = settled();
        long before = cluster.digest();
        Cluster copy = cluster.copy();
        assertThat(copy.digest()).isEqualTo(before);
        copy.show();
        copy.produce(1);
        assertThat(copy.replica(1).leader().pendingAcks()).isEqualTo(1);
        assertThat(cluster.replica(1).leader().pendingAcks()).isZero();
        assertThat(cluster.digest()).isEqualTo(before);
        assertThat(copy.digest()).isNotEqualTo(before);
    }

    /** Two long waits differ from one only in how often the clock was asked. */
    @Test
    void timeCountsByItsOrderOnly() {
        Cluster once = settled();
        once.timePasses(1);
        once.loseAllMessages();
        Cluster twice = once.copy();
        twice.show();
        twice.replica(1).timePasses();
        assertThat(twice.replica(1).nowMs()).isGreaterThan(once.replica(1).nowMs());
        assertThat(twice.digest()).isEqualTo(once.digest());
    }

    /** Partition epochs grow with every change; only their order counts. */
    @Test
    void epochsCountByTheirOrderOnly() {
        Cluster cluster = settled();
        long before = cluster.digest();
        int partitionEpoch = cluster.metadata().partition.partitionEpoch();
        cluster.decided(cluster.outcomeOfState(3, true));
        assertThat(cluster.digest()).isNotEqualTo(before);
        assertThat(Settling.settle(cluster)).isNull();
        assertThat(cluster.metadata().partition.partitionEpoch()).isGreaterThan(partitionEpoch);
        Cluster again = cluster.copy();
        again.show();
        again.decided(again.outcomeOfState(3, true));
        assertThat(Settling.settle(again)).isNull();
        again.countFromHere();
        cluster.countFromHere();
        assertThat(again.digest()).isEqualTo(cluster.digest());
    }

    private static Cluster settled() {
        Cluster cluster = new Cluster(BOUNDS, new Decisions());
        assertThat(Settling.settle(cluster)).isNull();
        cluster.countFromHere();
        return cluster;
    }
}
