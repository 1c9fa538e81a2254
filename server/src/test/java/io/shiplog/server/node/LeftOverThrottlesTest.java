// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.replication.runtime.RateLimit;
import io.shiplog.replication.runtime.ReplicationThrottles;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeftOverThrottlesTest {
    private final ReplicationThrottles throttles = new ReplicationThrottles();
    private final List<String> lines = new ArrayList<>();
    private final LeftOverThrottles leftOver = new LeftOverThrottles(throttles, lines::add);

    private void twoIntervals(long named) {
        leftOver.check(() -> named);
        leftOver.check(() -> named);
    }

    @Test
    void aThrottleThatNobodyNeededForAnIntervalIsTold() {
        throttles.asLeader().setRate(1_000, 0);
        leftOver.check(() -> 3);
        assertThat(lines).isEmpty();
        leftOver.check(() -> 3);
        assertThat(lines)
                .singleElement()
                .asString()
                .contains("3 replicas", "1000 bytes/s as leader", "not set as follower");
    }

    @Test
    void oneThatIsUsedIsNot() {
        throttles.asFollower().setRate(1_000, 0);
        leftOver.check(() -> 3);
        throttles.asFollower().take(5, 1);
        leftOver.check(() -> 3);
        assertThat(lines).isEmpty();
    }

    @Test
    void aRateThatNamesNobodyIsNot() {
        throttles.asFollower().setRate(1_000, 0);
        twoIntervals(0);
        assertThat(lines).isEmpty();
    }

    @Test
    void namesWithoutARateAreNot() {
        throttles.asFollower().setRate(RateLimit.UNLIMITED, 0);
        twoIntervals(3);
        assertThat(lines).isEmpty();
    }
}
