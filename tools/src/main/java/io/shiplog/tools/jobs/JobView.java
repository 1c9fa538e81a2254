// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.jobs;

import io.shiplog.metadata.controller.JobWaits;
import io.shiplog.metadata.image.JobImage;
import io.shiplog.metadata.image.JobMove;
import io.shiplog.metadata.image.JobSettings;
import io.shiplog.metadata.image.JobState;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.MoveState;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.text.Rows;
import io.shiplog.tools.text.Units;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;

/** Looks at one job, again and again if need be: how far it is as a whole and in each partition, how fast, and what its moves wait for. */
final class JobView {
    /** Moves in a table; JSON has all. */
    private static final int SHOWN = 25;

    /** How {@link JobWaits} ends what it says of a move that is simply not done yet. */
    private static final String CATCHES_UP = "is not in sync yet";

    private final long jobId;
    private final RecentRate recent = new RecentRate();
    private final HeldBytes heldBytes = new HeldBytes();
    private MetadataImage image;
    private JobWaits waits;
    private JobImage job;
    private Map<PartitionId, Long> held = Map.of();
    private JobProgress progress;
    private double bytesPerSecond;
    private long nowMs;

    JobView(long jobId) {
        this.jobId = jobId;
    }

    /** Looks at it anew. */
    JobImage look(Cluster cluster) throws InterruptedException {
        JobImage seen = JobCalls.job(cluster, jobId);
        MetadataImage around = cluster.image();
        SortedSet<Integer> targets = HeldBytes.targets(seen, around);
        LogDirs logDirs = targets.isEmpty() ? LogDirs.none() : LogDirs.of(cluster.admin(), targets);
        update(seen, around, heldBytes.update(seen, around, logDirs), System.currentTimeMillis());
        return seen;
    }

    /** Takes note of what was seen. */
    void update(JobImage seen, MetadataImage around, Map<PartitionId, Long> heldNow, long atMs) {
        job = seen;
        image = around;
        waits = JobWaits.of(around);
        held = heldNow;
        nowMs = atMs;
        progress = JobProgress.of(job, held, nowMs);
        recent.add(nowMs, progress.doneBytes());
        double average = progress.averageBytesPerSecond();
        bytesPerSecond = job.state() == JobState.RUNNING ? recent.bytesPerSecond(average) : job.open() ? 0 : average;
    }

    private static String topic(MetadataImage image, JobMove move) {
        TopicImage topic = image.topic(move.topicId());
        return topic == null ? move.topicId().toString() : topic.name();
    }

    private long leftMs() {
        return job.state() == JobState.RUNNING && heldUp().isEmpty()
                ? JobProgress.leftMs(progress.bytes() - progress.doneBytes(), bytesPerSecond)
                : -1;
    }

    /** Why none of the moves under way gets on; empty when one does, or none is under way. */
    private String heldUp() {
        String first = "";
        for (int index : job.inFlight()) {
            String reason = waits.reason(job, index);
            if (reason.isEmpty() || reason.endsWith(CATCHES_UP)) {
                return "";
            }
            first = first.isEmpty() ? reason : first;
        }
        return first;
    }

    private String percent(double ratio) {
        // A hundred is for what has ended.
        double shown = Math.floor(Math.max(0, Math.min(1, ratio)) * 1_000) / 10;
        return String.format(Locale.ROOT, "%.1f %%", job.open() ? Math.min(99.9, shown) : shown);
    }

    /** The whole of it in one line. */
    String line() {
        String start = "job " + job.id() + " " + word(job.state()) + ": ";
        if (job.state() == JobState.CANCELLING || job.state() == JobState.CANCELLED) {
            return start + cancelled();
        }
        String line = start + percent(progress.ratio()) + ", " + progress.doneMoves() + " of " + progress.moves()
                + " moves, " + Units.bytes(progress.doneBytes()) + " of " + Units.bytes(progress.bytes());
        if (!job.open()) {
            return line + ", in " + Units.duration(progress.activeMs());
        }
        return job.state() == JobState.RUNNING ? line + ", " + pace() : line;
    }

    private String pace() {
        String still = heldUp();
        if (!still.isEmpty()) {
            return "held up: " + still;
        }
        long leftMs = leftMs();
        return Units.rate(bytesPerSecond) + ", "
                + (leftMs < 0 ? "nobody can say how long" : Units.duration(leftMs) + " left");
    }

    private String cancelled() {
        int back = job.counts().moves(MoveState.REVERTED);
        int stays = job.keeps() ? job.counts().moves(MoveState.DONE) : 0;
        int onTheWay = job.counts().moves(MoveState.REVERTING)
                + job.counts().moves(MoveState.MOVING)
                + (job.keeps() ? 0 : job.counts().moves(MoveState.DONE));
        String line = back + " moves are back where they were";
        line += stays > 0 ? ", " + stays + " stay done" : "";
        return job.open() ? line + ", " + onTheWay + " have yet to go back" : line;
    }

    /** For people: the whole, then what is under way and what waits. */
    void print(PrintWriter out) {
        out.println("job " + job.id() + ", " + job.title() + " (" + word(job.kind()) + "), started "
                + Instant.ofEpochMilli(job.createdAtMs() / 1_000 * 1_000)
                + (job.principal().isEmpty() ? "" : " by " + job.principal()));
        out.println(line());
        out.println(settings(job.settings()));
        if (job.heldSinceMs() > 0) {
            out.println("held for " + Units.duration(Math.max(0, nowMs - job.heldSinceMs()))
                    + ": replicas that went out of sync are repaired first");
        }
        if (!job.message().isEmpty()) {
            out.println(job.message());
        }
        printMoves(out);
    }

    private void printMoves(PrintWriter out) {
        List<Integer> shown = new ArrayList<>();
        for (int index : job.inFlight()) {
            if (shown.size() < SHOWN) {
                shown.add(index);
            }
        }
        for (int index = 0; index < job.moves().size(); index++) {
            MoveState state = job.move(index).state();
            boolean wanted = state == MoveState.WAITING || state == MoveState.FAILED || state == MoveState.SKIPPED;
            if (wanted && shown.size() < SHOWN) {
                shown.add(index);
            }
        }
        if (shown.isEmpty()) {
            return;
        }
        Rows rows = new Rows("partition", "state", "from", "to", "size", "done", "rate", "left", "waitsFor");
        for (int index : shown) {
            Map<String, Object> move = move(index);
            long size = (long) move.get("bytes");
            Double rate = (Double) move.get("bytesPerSecond");
            Long left = (Long) move.get("leftMs");
            rows.add(
                    move.get("topic") + "-" + move.get("partition"),
                    word((MoveState) move.get("state")),
                    move.get("from"),
                    move.get("to"),
                    Units.bytes(size),
                    percent((Double) move.get("ratio")),
                    rate == null ? null : Units.rate(rate),
                    left == null ? null : Units.duration(left),
                    move.get("waitsFor"));
        }
        out.println();
        out.print(rows.table());
        int waiting = job.counts().moves(MoveState.WAITING);
        long waitingShown = shown.stream()
                .filter(index -> job.move(index).state() == MoveState.WAITING)
                .count();
        int moving = job.inFlight().size();
        if (moving > SHOWN) {
            out.println("and " + (moving - SHOWN) + " more are under way (--json has all)");
        }
        if (waiting > waitingShown) {
            out.println("and " + (waiting - waitingShown) + " more wait (--json has all)");
        }
    }

    private Map<String, Object> move(int index) {
        JobMove move = job.move(index);
        long done = JobProgress.bytesDone(move, held);
        double ratio = move.bytes() > 0
                ? (double) done / move.bytes()
                : move.state() == MoveState.DONE || move.state() == MoveState.SKIPPED ? 1 : 0;
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("topic", topic(image, move));
        object.put("partition", move.partition());
        object.put("state", move.state());
        object.put("from", boxed(move.expected()));
        object.put("to", boxed(move.replicas()));
        object.put("stage", move.stage());
        object.put("bytes", move.bytes());
        object.put("bytesDone", done);
        object.put("ratio", ratio);
        // Times are the controller's: by a clock that is behind it nothing has taken any time, and nothing can be said
        // of the rate.
        long tookMs = nowMs - move.changedAtMs();
        boolean flows = move.state() == MoveState.MOVING && job.state() == JobState.RUNNING && done > 0 && tookMs > 0;
        double rate = flows ? done * 1_000.0 / tookMs : 0;
        long left = JobProgress.leftMs(move.bytes() - done, rate);
        object.put("bytesPerSecond", flows ? rate : null);
        object.put("leftMs", flows && left >= 0 ? left : null);
        String reason = waits.reason(job, index);
        object.put("waitsFor", reason.isEmpty() ? null : reason);
        return object;
    }

    private static List<Integer> boxed(int[] ids) {
        List<Integer> list = new ArrayList<>();
        for (int id : ids) {
            list.add(id);
        }
        return list;
    }

    /** For programs: everything. */
    Map<String, Object> object() {
        Map<String, Object> object = head(job);
        object.put("percent", Math.floor(progress.ratio() * 1_000) / 10);
        object.put("moves", progress.moves());
        object.put("movesDone", progress.doneMoves());
        object.put("bytes", progress.bytes());
        object.put("bytesDone", progress.doneBytes());
        object.put("bytesPerSecond", Math.round(bytesPerSecond));
        object.put("etaSeconds", leftMs() < 0 ? null : (leftMs() + 999) / 1_000);
        object.put("activeMs", progress.activeMs());
        object.put("heldForRepairSinceMs", job.heldSinceMs() == 0 ? null : job.heldSinceMs());
        List<Object> partitions = new ArrayList<>();
        for (int index = 0; index < job.moves().size(); index++) {
            partitions.add(move(index));
        }
        object.put("partitions", partitions);
        return object;
    }

    /** What a job is, without how far. */
    static Map<String, Object> head(JobImage job) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("job", job.id());
        object.put("kind", job.kind());
        object.put("state", job.state());
        object.put("title", job.title());
        object.put("principal", job.principal());
        object.put("nodes", job.nodes());
        object.put("createdAtMs", job.createdAtMs());
        object.put("changedAtMs", job.changedAtMs());
        object.put("message", job.message());
        object.put("rateBytesPerSecond", job.settings().rateBytesPerSecond());
        object.put("minRateBytesPerSecond", job.settings().minRateBytesPerSecond());
        object.put("maxInFlight", job.settings().maxInFlight());
        object.put("maxPerNode", job.settings().maxPerNode());
        return object;
    }

    static String settings(JobSettings settings) {
        String rate = settings.rateBytesPerSecond() > 0
                ? "at most " + Units.bytes(settings.rateBytesPerSecond()) + "/s" + " per node and direction"
                : "as fast as leaves headroom for clients, never below " + Units.bytes(settings.minRateBytesPerSecond())
                        + "/s" + " per node and direction";
        return rate + "; " + settings.maxInFlight() + " moves at a time, " + settings.maxPerNode() + " per node";
    }

    /** {@code DRAIN_NODE} is {@code drain node}. */
    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
