// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.powercut;

import io.shiplog.tools.trial.Fault;
import io.shiplog.tools.trial.Site;
import io.shiplog.tools.trial.Until;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** D8: a piece of the Raft log or its snapshots is gone. The node says so and ends, or catches up; it never runs with a gap. */
final class GapScenario extends QuorumScenario {
    private static final int DAMAGED = 3;
    private static final int OTHER = 1;
    private static final int SEGMENTS = 4;
    private static final long VERDICT_MS = 90_000;

    /** What is deleted. */
    private enum Loss {
        SEGMENT_IN_THE_MIDDLE,
        OLDEST_SEGMENTS,
        ALL_SNAPSHOTS
    }

    private Path copy;

    GapScenario(Site site, long seed) throws IOException, InterruptedException {
        super(site, "gap", seed);
    }

    @Override
    public void open() throws Exception {
        cluster.set(cluster.quorumNodes(), "metadata.log.max.entries.between.snapshots", "100");
        cluster.set(cluster.quorumNodes(), "metadata.log.preserved.entries", "1200");
        cluster.set(cluster.quorumNodes(), "metadata.log.segment.bytes", "65536");
        form();
    }

    @Override
    public String cycle(int number) throws Exception {
        RaftDirectory directory = new RaftDirectory(cluster.data(node(DAMAGED)));
        // A snapshot, and several segments of which the first is purged: what is missing cannot be found elsewhere on
        // this disk.
        while (directory.snapshots().isEmpty()
                || directory.segments().size() < SEGMENTS
                || RaftDirectory.firstIndex(directory.segments().get(0)) == 0) {
            issue(20);
        }
        cluster.kill(List.of(node(DAMAGED)));
        copy = Copies.of(cluster.data(node(DAMAGED)));
        Loss loss = Loss.values()[(number - 1) % Loss.values().length];
        String deleted = delete(directory, loss);
        cluster.start(List.of(node(DAMAGED)));
        String verdict = verdict();
        cluster.kill(List.of(node(DAMAGED)));
        Copies.restore(copy, cluster.data(node(DAMAGED)));
        cluster.start(List.of(node(DAMAGED)));
        verify(List.of(1, 2, 3));
        return "deleted " + deleted + ": " + verdict;
    }

    private String delete(RaftDirectory directory, Loss loss) throws IOException {
        List<Path> segments = directory.segments();
        switch (loss) {
            case SEGMENT_IN_THE_MIDDLE -> {
                Path middle = segments.get(segments.size() / 2);
                Files.delete(middle);
                return middle.getFileName().toString();
            }
            case OLDEST_SEGMENTS -> {
                for (Path oldest : segments.subList(0, segments.size() - 1)) {
                    Files.delete(oldest);
                }
                return "all segments but the open one";
            }
            case ALL_SNAPSHOTS -> {
                for (Path snapshot : directory.snapshots()) {
                    Files.delete(snapshot);
                }
                return "all snapshots";
            }
        }
        throw new IllegalStateException(loss.toString());
    }

    /** Ended with a reason, or the same image as the others; anything else is a node that runs with a gap. */
    private String verdict() throws Exception {
        load.awaitCommand(START_MS);
        boolean[] caughtUp = {false};
        boolean decided = Until.holds(VERDICT_MS, () -> {
            caughtUp[0] = cluster.isRunning(node(DAMAGED)) && hasImageOf(OTHER);
            return caughtUp[0] || !cluster.isRunning(node(DAMAGED));
        });
        if (!decided) {
            throw new Fault("the node neither ended nor caught up: " + lastLine(node(DAMAGED)));
        }
        if (caughtUp[0]) {
            return "caught up";
        }
        String reason = lastLine(node(DAMAGED));
        if (!reason.contains("ERROR") && !reason.contains("cannot start")) {
            throw new Fault("the node ended without a reason: " + reason);
        }
        return "refused to run: " + reason.substring(Math.max(0, reason.indexOf(": ") + 2));
    }

    private boolean hasImageOf(int other) throws IOException, InterruptedException {
        var mine = images.fetch(cluster.endpoint(DAMAGED));
        var theirs = images.fetch(cluster.endpoint(other));
        return mine != null
                && theirs != null
                && mine.offset() >= theirs.offset()
                && mine.stateHash() == theirs.stateHash();
    }

    @Override
    public void close() throws IOException {
        super.close();
        if (copy != null) {
            Copies.delete(copy);
        }
    }
}
