// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.row;

import io.shiplog.bench.compare.Scale;
import io.shiplog.bench.compare.cluster.Contestant;
import io.shiplog.bench.compare.load.Topic;
import io.shiplog.bench.compare.result.Measure;
import io.shiplog.bench.harness.Await;
import io.shiplog.bench.harness.OpenLoad;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.clients.admin.Admin;

/** Many partitions in which nothing happens: what they cost by themselves, and what a busy one beside them notices. */
public final class IdleRow implements Row {
    public static final String NAME = "idle";
    public static final String NONE = "no idle partitions";

    private static final int PER_TOPIC = 500;
    private static final int BUSY_PARTITIONS = 6;
    private static final int BUSY_RATE = 1_000;
    private static final int RECORD_BYTES = 128;
    private static final double LEAD_IN_S = 2;
    private static final double SETTLE_S = 15;
    private static final double S_PER_MIN = 60;

    /** The phase with so many of them. */
    public static String phase(int partitions) {
        return String.format(Locale.ROOT, "%,d idle partitions", partitions);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String question() {
        return "What do idle partitions cost?";
    }

    @Override
    public boolean isHeadline() {
        return false;
    }

    @Override
    public List<Contestant> contestants(Scale scale) {
        return List.of(Contestant.KAFKA, Contestant.SHIPLOG);
    }

    @Override
    public int estimateS(Contestant contestant, Scale scale) {
        int each = scale.idleS() + scale.phaseS() + (int) (settleS(scale) + LEAD_IN_S);
        int created =
                scale.idlePartitions().stream().mapToInt(Integer::intValue).sum() / 150;
        return Estimates.startS(contestant)
                + scale.warmUpS()
                + created
                + (1 + scale.idlePartitions().size()) * each;
    }

    private static double settleS(Scale scale) {
        return Math.min(SETTLE_S, scale.idleS() / 2.0);
    }

    @Override
    public void measure(Run run) throws Exception {
        run.cluster().create();
        try (Admin admin = Topic.admin(run.cluster().bootstrap())) {
            Topic busy = run.topic(admin, "busy", BUSY_PARTITIONS);
            OpenLoad warmUp = load(busy);
            Await.pause(run.scale().warmUpS());
            end(warmUp);
            observe(run, busy, NONE);
            int there = 0;
            for (int wanted : run.scale().idlePartitions()) {
                long startNs = System.nanoTime();
                while (there < wanted) {
                    int more = Math.min(PER_TOPIC, wanted - there);
                    run.topic(admin, "idle-" + there, more);
                    there += more;
                }
                Run.say("%,d partitions are there after %.0f s more", there, (System.nanoTime() - startNs) / 1e9);
                observe(run, busy, phase(wanted));
            }
        }
    }

    /** Nothing at all happens for a while, then something does elsewhere. */
    private static void observe(Run run, Topic busy, String phase) throws Exception {
        Await.pause(settleS(run.scale()));
        double cpuBefore = run.cluster().cpuSeconds();
        long startNs = System.nanoTime();
        Await.pause(run.scale().idleS());
        double cpu = run.cluster().cpuSeconds() - cpuBefore;
        run.note(phase, Measure.IDLE_CPU, cpu * S_PER_MIN / ((System.nanoTime() - startNs) / 1e9));
        run.noteMemory(phase);
        OpenLoad load = load(busy);
        Await.pause(LEAD_IN_S);
        load.takeLatencies();
        Await.pause(run.scale().phaseS());
        run.noteLatencies(phase, load.takeLatencies());
        end(load);
    }

    private static OpenLoad load(Topic topic) {
        OpenLoad load = new OpenLoad(
                OpenLoad.Settings.evenly(topic.bootstrap(), topic.name(), topic.partitions(), BUSY_RATE, RECORD_BYTES));
        load.start();
        return load;
    }

    private static void end(OpenLoad load) {
        load.close();
        if (load.failed() > 0) {
            throw new IllegalStateException(load.failed() + " records failed", load.firstFailure());
        }
    }
}
