// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.proto.BrokerStateRecord;
import io.shiplog.metadata.proto.JobMove;
import io.shiplog.metadata.proto.JobRecord;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is said of a job that runs, is held up, is paused, goes back, has ended. */
class JobViewTest {
    private static final long MIB = 1 << 20;

    private final Metadata metadata = new Metadata()
            .node(1, "")
            .node(2, "")
            .node(3, "")
            .topic("t")
            .partition(0, 1, 2)
            .partition(1, 1, 2)
            .job(1, JobRecord.State.RUNNING, 10 * MIB)
            .moves(
                    1,
                    Metadata.move(0, 100 * MIB, List.of(1, 2), List.of(1, 3)),
                    Metadata.move(1, 300 * MIB, List.of(1, 2), List.of(1, 3)));

    private JobView view(Map<PartitionId, Long> held, long afterMs) {
        JobView view = new JobView(1);
        view.update(metadata.job(1), metadata.image(), held, Metadata.START_MS + afterMs);
        return view;
    }

    private static String printed(JobView view) {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        view.print(out);
        out.flush();
        return text.toString();
    }

    @Test
    void aRunningJobSaysPercentBytesRateAndTimeLeft() {
        metadata.moveState(1, 0, JobMove.State.DONE);
        JobView view = view(Map.of(), 10_000);
        assertThat(view.line())
                .isEqualTo("job 1 running: 25.0 %, 1 of 2 moves, 100.0 MiB of 400.0 MiB, 10.0 MiB/s, 30 s left");
        assertThat(view.object()).containsEntry("percent", 25.0).containsEntry("etaSeconds", 30L);
    }

    @Test
    void whatTargetsHoldOfMovesUnderWayCounts() {
        metadata.moveState(1, 1, JobMove.State.MOVING);
        JobView view = view(Map.of(Metadata.id(1), 200 * MIB), 20_000);
        assertThat(view.line()).contains("50.0 %", "0 of 2 moves", "200.0 MiB of 400.0 MiB", "10.0 MiB/s, 20 s left");
        assertThat(printed(view)).containsPattern("t-1 +moving +1,2 +1,3 +300.0 MiB +66.6 % +10.0 MiB/s +10 s");
    }

    @Test
    void aTargetThatHoldsMoreThanWasPlannedCountsOnce() {
        metadata.moveState(1, 0, JobMove.State.MOVING);
        assertThat(view(Map.of(Metadata.id(0), 900 * MIB), 1_000).line()).contains("25.0 %");
    }

    /** Times of jobs are the controller's, and the clock here may be behind it. */
    @Test
    void aClockThatIsBehindMakesNoRates() {
        metadata.moveState(1, 0, JobMove.State.MOVING);
        JobView view = view(Map.of(Metadata.id(0), 50 * MIB), -3_600_000);
        assertThat(view.line()).contains("0 B/s, nobody can say how long");
        assertThat(view.object()).containsEntry("bytesPerSecond", 0L).containsEntry("etaSeconds", null);
        assertThat(printed(view)).containsPattern("t-0 +moving +1,2 +1,3 +100.0 MiB +50.0 % +- +-");
    }

    @Test
    void anOpenJobIsNeverAtAHundredPercent() {
        metadata.moveState(1, 0, JobMove.State.MOVING).moveState(1, 1, JobMove.State.MOVING);
        Map<PartitionId, Long> all = Map.of(Metadata.id(0), 100 * MIB, Metadata.id(1), 300 * MIB);
        assertThat(view(all, 1_000).line()).contains("99.9 %");
    }

    @Test
    void aJobWhoseTargetIsDownIsHeldUpAndHasNoTimeLeft() {
        metadata.moveState(1, 0, JobMove.State.DONE).moveState(1, 1, JobMove.State.MOVING);
        metadata.state(3, BrokerStateRecord.newBuilder().setFenced(true));
        JobView view = view(Map.of(), 10_000);
        assertThat(view.line()).endsWith("held up: node 3 is down");
        assertThat(view.object()).containsEntry("etaSeconds", null);
        assertThat(printed(view)).containsPattern("t-1 +moving .* node 3 is down");
    }

    @Test
    void aPausedJobHasNeitherRateNorTimeLeft() {
        metadata.moveState(1, 0, JobMove.State.DONE).job(1, JobRecord.State.PAUSED, 10 * MIB);
        assertThat(view(Map.of(), 10_000).line())
                .isEqualTo("job 1 paused: 25.0 %, 1 of 2 moves, 100.0 MiB of 400.0 MiB");
    }

    @Test
    void whileWatchingTheRateIsThatOfTheLastMinute() {
        metadata.moveState(1, 1, JobMove.State.MOVING);
        JobView view = view(Map.of(Metadata.id(1), 100 * MIB), 100_000);
        view.update(metadata.job(1), metadata.image(), Map.of(Metadata.id(1), 200 * MIB), Metadata.START_MS + 120_000);
        assertThat(view.line()).contains("5.0 MiB/s, 40 s left");
    }

    @Test
    void aCancelledJobSaysWhatIsBackAndWhatStays() {
        metadata.moveState(1, 0, JobMove.State.REVERTED).moveState(1, 1, JobMove.State.REVERTING);
        metadata.job(1, JobRecord.State.CANCELLING, 0);
        assertThat(view(Map.of(), 1_000).line())
                .isEqualTo("job 1 cancelling: 1 moves are back where they were, 1 have yet to go back");
        metadata.moveState(1, 1, JobMove.State.DONE);
        metadata.add(io.shiplog.metadata.proto.MetadataRecord.newBuilder()
                .setJob(Metadata.head(1, JobRecord.State.CANCELLED, 0).setKeep(true)));
        assertThat(view(Map.of(), 1_000).line())
                .isEqualTo("job 1 cancelled: 1 moves are back where they were, 1 stay done");
    }

    @Test
    void aJobWithoutBytesIsMeasuredByItsMoves() {
        Metadata order = new Metadata()
                .node(1, "")
                .node(2, "")
                .topic("t")
                .partition(0, 1, 2)
                .partition(1, 1, 2)
                .job(1, JobRecord.State.RUNNING, 0)
                .moves(
                        1,
                        Metadata.move(0, 0, List.of(1, 2), List.of(2, 1)),
                        Metadata.move(1, 0, List.of(1, 2), List.of(2, 1)))
                .moveState(1, 0, JobMove.State.DONE);
        assertThat(JobProgress.of(order.job(1), Map.of(), Metadata.START_MS).ratio())
                .isEqualTo(0.5);
    }

    @Test
    void pausesDoNotCountAsTimeThatItRan() {
        Metadata resumed = metadata.add(io.shiplog.metadata.proto.MetadataRecord.newBuilder()
                .setJob(Metadata.head(1, JobRecord.State.RUNNING, 0).setPausedTotalMs(5_000)));
        assertThat(JobProgress.of(resumed.job(1), Map.of(), Metadata.START_MS + 8_000)
                        .activeMs())
                .isEqualTo(3_000);
    }
}
