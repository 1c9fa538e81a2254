// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.proto.HistoryLine;
import io.shiplog.metadata.proto.HistoryLine.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimelineTest {
    private static HistoryLine line(Kind kind, String name, long timeMs, String before, String after) {
        return HistoryLine.newBuilder()
                .setKind(kind)
                .setName(name)
                .setTimeMs(timeMs)
                .setOldValue(before)
                .setNewValue(after)
                .setCause("cause at " + timeMs)
                .build();
    }

    /** As the quorum writes it. */
    private static String state(int leader, String isr) {
        return "leader " + leader + ", leader epoch 3, partition epoch 9, isr [" + isr
                + "], elr [2], replicas [1, 2, 3]";
    }

    private static Timeline of(HistoryLine... newestFirst) {
        return new Timeline(List.of(newestFirst), "");
    }

    @Test
    void aStateIsReadAsTheQuorumWritesIt() {
        assertThat(Timeline.parse(state(-1, ""))).isEqualTo(new Timeline.State(-1, List.of(), List.of(1, 2, 3)));
        assertThat(Timeline.parse(state(1, "1, 3")).isr()).containsExactly(1, 3);
        assertThat(Timeline.parse("")).isNull();
    }

    @Test
    void whatIsMissingCountsFromTheFirstChangeWithoutABreak() {
        Timeline timeline = of(
                line(Kind.PARTITION, "t-0", 50, "", state(1, "1")),
                line(Kind.PARTITION, "t-1", 45, "", state(1, "1, 2, 3")),
                line(Kind.PARTITION, "t-0", 40, "", state(1, "1, 2")),
                line(Kind.PARTITION, "t-0", 30, "", state(1, "1, 2, 3")),
                line(Kind.PARTITION, "t-0", 20, "", state(1, "1, 3")));
        assertThat(timeline.notWholeSince("t-0")).isEqualTo(40);
        assertThat(timeline.outSince("t-0", 3)).isEqualTo(40);
        assertThat(timeline.outSince("t-0", 2)).isEqualTo(50);
        assertThat(timeline.outSince("t-0", 1)).as("it is in sync").isEqualTo(Timeline.UNKNOWN);
    }

    @Test
    void linesThatDoNotGoBackFarEnoughSayNothing() {
        Timeline timeline = of(line(Kind.PARTITION, "t-0", 50, "", state(1, "1")));
        assertThat(timeline.notWholeSince("t-0")).isEqualTo(Timeline.UNKNOWN);
        assertThat(timeline.notWholeSince("t-7")).isEqualTo(Timeline.UNKNOWN);
    }

    /** A registration starts fenced, and an unfenced node is not a fenced one. */
    @Test
    void aNodeIsFencedSinceItWasUnfencedLast() {
        Timeline timeline = of(
                line(Kind.BROKER, "3", 50, "fenced", "epoch 9, host:1, fenced"),
                line(Kind.BROKER, "2", 45, "fenced", "unfenced"),
                line(Kind.BROKER, "3", 40, "unfenced", "fenced"),
                line(Kind.BROKER, "3", 30, "fenced", "unfenced, draining"));
        assertThat(timeline.fencedSince(3)).isEqualTo(40);
        assertThat(timeline.fencedBecause(3)).isEqualTo("cause at 40");
        assertThat(timeline.fencedSince(2)).isEqualTo(Timeline.UNKNOWN);
        assertThat(timeline.fencedSince(7)).isEqualTo(Timeline.UNKNOWN);
    }
}
