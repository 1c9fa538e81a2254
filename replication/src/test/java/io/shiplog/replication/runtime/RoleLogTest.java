// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class RoleLogTest {
    private final List<String> lines = new ArrayList<>();
    private final RoleLog log = new RoleLog(lines::add);

    @Test
    void fewChangesHaveALineEach() {
        log.begin();
        log.leads(partition(0), 3, 100);
        log.follows(partition(1), 2, 4, 50);
        log.hasNoLeader(partition(2), 5);
        assertThat(lines).isEmpty();
        log.end(77);
        assertThat(lines)
                .containsExactly(
                        "t-0: leads in epoch 3 from offset 100",
                        "t-1: follows 2 in epoch 4 from offset 50",
                        "t-2: has no leader in epoch 5");
    }

    @Test
    void manyChangesHaveOneLineWithCounts() {
        change(RoleLog.MAX_LINES + 1);
        assertThat(lines)
                .containsExactly("metadata offset 77: 11 partitions changed: leads 11, follows 0, without a leader 0");
    }

    @Test
    void countsBeginAnewWithEachUpdate() {
        change(RoleLog.MAX_LINES + 1);
        lines.clear();
        change(1);
        assertThat(lines).containsExactly("t-0: leads in epoch 1 from offset 0");
    }

    @Test
    void changeOutsideOfAnUpdateIsToldAtOnce() {
        log.leads(partition(0), 1, 0);
        assertThat(lines).containsExactly("t-0: leads in epoch 1 from offset 0");
        change(RoleLog.MAX_LINES);
        assertThat(lines).as("it does not count in the next update").hasSize(RoleLog.MAX_LINES + 1);
    }

    private void change(int count) {
        log.begin();
        for (int i = 0; i < count; i++) {
            log.leads(partition(i), 1, 0);
        }
        log.end(77);
    }

    private static TopicPartition partition(int number) {
        return new TopicPartition("t", number);
    }
}
