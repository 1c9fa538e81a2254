// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class GroupLimitTest {
    private final Set<String> there = new TreeSet<>();
    private CompletableFuture<Collection<String>> answer;
    private int counts;
    private long nowNs;
    private final GroupLimit limit = new GroupLimit(
            3,
            () -> {
                counts++;
                return answer == null ? CompletableFuture.completedFuture(List.copyOf(there)) : answer;
            },
            () -> nowNs);

    private boolean admits(String group) {
        CompletableFuture<Boolean> admitted = limit.admits(group);
        assertThat(admitted).isDone();
        return admitted.join();
    }

    @Test
    void newGroupsAreRefusedWhenThereAreAsManyAsMayBe() {
        for (String group : List.of("a", "b", "c")) {
            assertThat(admits(group)).isTrue();
            there.add(group);
        }
        assertThat(admits("d")).isFalse();
        assertThat(admits("a")).isTrue();
        assertThat(limit.refused()).isEqualTo(1);
    }

    @Test
    void itIsCountedOnceAsLongAsThereIsRoom() {
        assertThat(admits("a")).isTrue();
        assertThat(admits("b")).isTrue();
        assertThat(counts).isEqualTo(1);
    }

    @Test
    void deletedGroupsMakeRoom() {
        for (String group : List.of("a", "b", "c")) {
            assertThat(admits(group)).isTrue();
            there.add(group);
        }
        there.remove("b");
        assertThat(admits("d")).as("it was counted a moment ago").isFalse();
        nowNs += TimeUnit.SECONDS.toNanos(2);
        assertThat(admits("d")).isTrue();
        assertThat(admits("e")).isFalse();
    }

    @Test
    void groupsThatWereLoadedCount() {
        assertThat(admits("a")).isTrue();
        there.addAll(List.of("a", "x", "y", "z"));
        limit.onLoaded();
        assertThat(admits("b")).isFalse();
        assertThat(admits("z")).isTrue();
    }

    @Test
    void whoComesWhileItIsCountedWaits() {
        answer = new CompletableFuture<>();
        CompletableFuture<Boolean> one = limit.admits("one");
        CompletableFuture<Boolean> two = limit.admits("two");
        assertThat(one).isNotDone();
        answer.complete(List.of("a", "b"));
        assertThat(List.of(one.join(), two.join())).containsExactlyInAnyOrder(true, false);
        assertThat(counts).isEqualTo(1);
    }

    /** Partitions are being loaded: that must not keep groups out, nor let in any number of them. */
    @Test
    void whatIsKnownDecidesWhenItCannotBeCounted() {
        answer = CompletableFuture.failedFuture(new IllegalStateException("not now"));
        for (String group : List.of("a", "b", "c")) {
            assertThat(admits(group)).isTrue();
        }
        assertThat(admits("d")).isFalse();
        assertThat(counts).isEqualTo(4);
    }

    @Test
    void aCoordinatorThatIsBeingClosedDoesNotKeepTheNextOnesWaiting() {
        GroupLimit closing = new GroupLimit(
                2,
                () -> {
                    throw Errors.NOT_COORDINATOR.exception();
                },
                () -> nowNs);
        assertThat(closing.admits("a")).isCompletedWithValue(true);
        assertThat(closing.admits("b")).isCompletedWithValue(true);
        assertThat(closing.admits("c")).isCompletedWithValue(false);
    }
}
