// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.move;

import io.shiplog.bench.harness.DiskWatch;
import io.shiplog.bench.harness.Figures;
import io.shiplog.bench.harness.Machine;
import io.shiplog.bench.harness.OpenLoad;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.admin.Admin;

/**
 * {@code bin/bench move}: a topic of some GiB lies on three nodes of five; while records come at an even rate, its replicas are moved so that all five have their share. Taken are the time of the move, and
 * what the acknowledgements of the load take on the quiet cluster, during the move and after it. Checked is that no record failed, that all are there, that every replica is where it should be and in sync,
 * and that nothing is left that throttles. With --kill the active controller, a source and a target are killed during it; with --cancel it is given up half-way.
 */
public final class MoveMain {
    private static final int BAD_USAGE = 2;
    private static final int FAILED = 1;
    private static final long POLL_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long PATIENCE_S = 3_600;
    private static final String WARM_UP = "warm-up";
    private static final double WARM_UP_GIB = 0.25;
    /** Of the load's rate. */
    private static final int WARM_UP_PART = 2;

    private static final double FIFTH = 20;
    private static final double HALF = 50;
    private static final long TICK_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final double MS_PER_S = 1e3;
    private static final double NS_PER_MS = 1e6;
    private static final double NS_PER_S = 1e9;

    private final MoveOptions options;
    private final MovedTopic topic;
    private final MovedTopic warmUp;
    private final Mover mover;
    private final OpenLoad load;
    private final LoadPhase phase;
    private final Disturbance disturbance;
    private final DiskWatch disk;
    private final Figures figures = new Figures();
    private final List<String> faults = new ArrayList<>();

    private MoveMain(MoveOptions options, Admin admin, DiskWatch disk) {
        this.options = options;
        this.disk = disk;
        topic = new MovedTopic(admin, MovedTopic.NAME, options.partitions());
        warmUp = new MovedTopic(admin, WARM_UP, options.partitions());
        mover = options.system().equals("kafka") ? new KafkaMover(options, topic) : new ShiplogMover(options);
        load = load(MovedTopic.NAME, options.rate());
        phase = new LoadPhase(load, options.system());
        disturbance =
                options.disturbed() ? Disturbance.killing(options.control(), options.dir(), admin) : Disturbance.none();
    }

    private OpenLoad load(String name, int perSecond) {
        return new OpenLoad(
                new OpenLoad.Settings(
                        options.bootstrap(),
                        name,
                        options.partitions(),
                        perSecond,
                        options.recordBytes(),
                        options.keyed() ? OpenLoad.Spread.IN_TURN : OpenLoad.Spread.AS_THE_PRODUCER_LIKES,
                        TICK_NS,
                        Map.of()),
                disk);
    }

    /** Takes the options of the usage line. */
    public static void main(String[] arguments) {
        MoveOptions options;
        try {
            options = MoveOptions.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.err.print(MoveOptions.USAGE);
            System.exit(BAD_USAGE);
            return;
        }
        int status = FAILED;
        try (Admin admin = Admin.create(
                        Map.of("bootstrap.servers", options.bootstrap(), "default.api.timeout.ms", 120_000));
                DiskWatch disk = DiskWatch.of(Path.of(options.dir()))) {
            System.out.println(Machine.describe() + "; load average before: " + Machine.loadAverage());
            System.out.println(options);
            MoveMain run = new MoveMain(options, admin, disk);
            run.measure();
            if (!disk.isWatching()) {
                System.out.println("The disk was not watched: nothing is known of its stalls.");
            }
            run.figures.print(System.out);
            run.faults.forEach(fault -> System.out.println("FAULT: " + fault));
            status = run.faults.isEmpty() ? 0 : FAILED;
        } catch (Exception e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                System.err.println(cause == e ? "not measured: " + cause : "because of " + cause);
            }
        }
        System.exit(status);
    }

    private void measure() throws Exception {
        topic.create();
        long beganNs = System.nanoTime();
        long filled = topic.fill(options.bootstrap(), options.gib());
        say("filled %.2f GiB in %.1f s", options.gib(), secondsSince(beganNs));
        Map<Integer, List<Integer>> before = topic.assignment();
        load.start();
        try {
            warmUp();
            pause(options.quietS());
            phase.begin();
            pause(options.quietS());
            Latency quiet = take("quiet");
            move(before);
            Latency moving = take(options.cancelled() ? "until it was cancelled" : "during the move");
            figures.add(name("p99 during the move / quiet"), "ratio", "2.00", moving.p99Ms / quiet.p99Ms);
            figures.add(
                    name("p99 during the move / quiet, without the disk's stalls"),
                    "ratio",
                    "2.00",
                    moving.calmP99Ms / quiet.calmP99Ms);
            pause(options.quietS());
            take("afterwards");
        } finally {
            mover.close();
            load.close();
        }
        check(filled);
    }

    /**
     * Nodes that have been up for a minute compile while they move; those of an operator have been up for weeks. Another topic goes there and back, under the load, and with records
     * of its own that come meanwhile: else the new nodes would lead for the first time while is measured.
     */
    private void warmUp() throws Exception {
        phase.begin();
        warmUp.create();
        warmUp.fill(options.bootstrap(), WARM_UP_GIB);
        OpenLoad records = load(WARM_UP, options.rate() / WARM_UP_PART);
        records.start();
        try {
            for (int i = 0; i < options.warmUps(); i++) {
                warmUp.shift(2);
                phase.tick(-1);
                warmUp.shift(-2);
                phase.tick(-1);
            }
            rehearse();
        } finally {
            records.close();
        }
        warmUp.delete();
        take("while it warms up");
    }

    private void rehearse() throws Exception {
        Path assignment = Files.createTempFile("assignment", ".json");
        try {
            Files.writeString(assignment, warmUp.shifted(2));
            mover.rehearse(assignment);
            while (!mover.progress().done()) {
                LockSupport.parkNanos(POLL_NS);
                phase.tick(-1);
            }
            mover.close();
        } finally {
            Files.delete(assignment);
        }
        warmUp.shift(-2);
    }

    private void move(Map<Integer, List<Integer>> before) throws Exception {
        long beganNs = System.nanoTime();
        mover.start();
        long eta = -1;
        double etaAtS = 0;
        Mover.Progress progress = mover.progress();
        while (!progress.done()) {
            if (secondsSince(beganNs) > PATIENCE_S) {
                throw new IllegalStateException("no end of the move after " + PATIENCE_S + " s");
            }
            if (eta < 0 && progress.percent() >= FIFTH && progress.etaMs() >= 0) {
                eta = progress.etaMs();
                etaAtS = secondsSince(beganNs);
                say("%.0f %% after %.1f s, and %.1f s to go, it says", progress.percent(), etaAtS, eta / MS_PER_S);
            }
            if (options.cancelled() && progress.percent() >= HALF) {
                cancel(before);
                return;
            }
            disturbance.at(progress.percent());
            phase.tick(progress.percent());
            LockSupport.parkNanos(POLL_NS);
            progress = mover.progress();
        }
        double moveS = secondsSince(beganNs);
        mover.finish();
        mover.close();
        figures.add(name("moved in"), "s", "", moveS);
        figures.add(name("commands of the operator"), "", "", mover.steps());
        if (eta >= 0) {
            double said = eta / MS_PER_S;
            figures.add(
                    name("error of the ETA after the first fifth"),
                    "%",
                    "30",
                    Math.abs(said / (moveS - etaAtS) - 1) * 100);
        }
        disturbance.end();
        if (topic.assignment().equals(before)) {
            faults.add("nothing has moved");
        }
    }

    private void cancel(Map<Integer, List<Integer>> before) throws Exception {
        long beganNs = System.nanoTime();
        mover.cancel();
        while (!mover.progress().done()) {
            LockSupport.parkNanos(POLL_NS);
        }
        figures.add(name("cancelled and undone in"), "s", "", secondsSince(beganNs));
        mover.close();
        if (!topic.assignment().equals(before)) {
            faults.add("the assignment is not the old one");
        }
        faults.addAll(StrayDirectories.after(options.dir(), MovedTopic.NAME, before, options.system()));
    }

    /** The 99th percentiles of all, and of those that no stall of the disk held up. */
    private record Latency(double p99Ms, double calmP99Ms) {}

    private Latency take(String when) {
        Histogram ns = phase.latencies();
        double p99 = ns.getValueAtPercentile(99) / NS_PER_MS;
        double calmP99 = phase.calmLatencies().getValueAtPercentile(99) / NS_PER_MS;
        DiskWatch.Stalls stalls = disk.take();
        figures.add(name("ack latency " + when + ", p50"), "ms", "", ns.getValueAtPercentile(50) / NS_PER_MS);
        figures.add(name("ack latency " + when + ", p99"), "ms", "", p99);
        figures.add(name("ack latency " + when + ", p99.9"), "ms", "", ns.getValueAtPercentile(99.9) / NS_PER_MS);
        figures.add(name("ack latency " + when + ", max"), "ms", "", ns.getMaxValue() / NS_PER_MS);
        figures.add(name("ack latency " + when + ", p99 without the disk's stalls"), "ms", "", calmP99);
        figures.add(name("stalls of the disk " + when), "", "", stalls.count());
        figures.add(name("longest stall of the disk " + when), "ms", "", stalls.longestMs());
        figures.add(name("longest time without an ack " + when), "ms", "", phase.longestGapMs());
        say(
                "%s: %d acknowledged, p50 %.2f ms, p99 %.1f ms; without %s of the disk (%.0f ms together) p99 %.1f ms",
                when,
                ns.getTotalCount(),
                ns.getValueAtPercentile(50) / NS_PER_MS,
                p99,
                stalls.count() + (stalls.count() == 1 ? " stall" : " stalls"),
                stalls.totalMs(),
                calmP99);
        phase.begin();
        return new Latency(p99, calmP99);
    }

    private void check(long filled) throws Exception {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (!(topic.settled() && topic.inSync()) && System.nanoTime() < deadlineNs) {
            LockSupport.parkNanos(POLL_NS);
        }
        if (!topic.settled() || !topic.inSync()) {
            faults.add("replicas are not where they should be, or not in sync");
        }
        if (load.failed() > 0) {
            faults.add(load.failed() + " records failed, the first with " + load.firstFailure());
        }
        long expected = filled + load.acknowledged();
        long found = topic.records();
        if (load.failed() == 0 ? found != expected : found < expected) {
            faults.add(found + " records are there, and " + expected + " were acknowledged");
        }
        if (mover.throttlesLeft()) {
            faults.add("throttles are left");
        }
        say(
                "%d records acknowledged during the load, %d failed; %d of %d are there",
                load.acknowledged(), load.failed(), found, expected);
    }

    private String name(String what) {
        return options.system() + ": " + what;
    }

    private static double secondsSince(long sinceNs) {
        return (System.nanoTime() - sinceNs) / NS_PER_S;
    }

    private void pause(int seconds) {
        long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (System.nanoTime() < untilNs) {
            LockSupport.parkNanos(POLL_NS);
            phase.tick(-1);
        }
    }

    private void say(String format, Object... values) {
        System.out.printf("%s: " + format + "%n", prepend(options.system(), values));
    }

    private static Object[] prepend(Object first, Object[] rest) {
        Object[] all = new Object[rest.length + 1];
        all[0] = first;
        System.arraycopy(rest, 0, all, 1, rest.length);
        return all;
    }
}
