// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.row;

import io.shiplog.bench.compare.Scale;
import io.shiplog.bench.compare.cluster.Contestant;
import io.shiplog.bench.compare.load.Groups;
import io.shiplog.bench.compare.load.PreparedLoad;
import io.shiplog.bench.compare.load.Tail;
import io.shiplog.bench.compare.load.Topic;
import io.shiplog.bench.compare.result.Measure;
import io.shiplog.bench.harness.Await;
import io.shiplog.bench.harness.OpenLoad;
import io.shiplog.bench.harness.PageCache;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;

/** Groups of one stock consumer each catch up, from the page cache and from a cold one; and one reads at the end while records come. */
public final class ConsumeRow implements Row {
    public static final String NAME = "consume";

    private static final int PARTITIONS = 6;
    private static final int RECORD_BYTES = 1_024;
    private static final int RECORDS_PER_MIB = 1_024;
    private static final double MIB_PER_GIB = 1_024;
    private static final double LEAD_IN_S = 2;
    private static final int JOIN_S = 5;
    private static final int BATCH = 15;
    private static final String COLD = "one group, cold cache";
    private static final String TAIL = "at the end, 20 MiB/s";
    private static final int TAIL_RATE = 20_480;

    /** The phase of so many groups. */
    public static String phase(int groups) {
        return groups == 1 ? "one group" : groups + " groups";
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String question() {
        return "How fast do consumers read, and at what cost?";
    }

    @Override
    public boolean isHeadline() {
        return true;
    }

    @Override
    public List<Contestant> contestants(Scale scale) {
        return scale == Scale.FULL
                ? List.of(Contestant.KAFKA, Contestant.SHIPLOG, Contestant.KAFKA_TUNED)
                : List.of(Contestant.KAFKA, Contestant.SHIPLOG);
    }

    @Override
    public int estimateS(Contestant contestant, Scale scale) {
        int joins = (contestant.isKafka() ? JOIN_S : 1) * (groups(scale).size() + 2);
        int tail = scale == Scale.QUICK ? 0 : scale.warmUpS() + scale.phaseS() + (int) LEAD_IN_S;
        return Estimates.startS(contestant) + joins + scale.consumedMib() / 50 + tail;
    }

    @Override
    public void measure(Run run) throws Exception {
        run.cluster().create();
        try (Admin admin = Topic.admin(run.cluster().bootstrap())) {
            Topic topic = run.topic(admin, "consumed", PARTITIONS);
            long records = new PreparedLoad(new PreparedLoad.Settings(4, 5, BATCH, RECORD_BYTES))
                    .run(topic, (long) run.scale().consumedMib() * RECORDS_PER_MIB)
                    .records();
            // once for whoever compiles, on both sides, and so that the group's coordinator has begun
            try (Groups warmUp = new Groups(topic, "warm-up", 1, records)) {
                warmUp.catchUp();
            }
            for (int groups : groups(run.scale())) {
                catchUp(run, topic, phase(groups), groups, records);
            }
            if (run.scale() != Scale.QUICK) {
                tail(run, run.topic(admin, "tail", PARTITIONS));
            }
            // last: the code of the nodes has to be read anew, too
            if (PageCache.drop()) {
                catchUp(run, topic, COLD, 1, records);
            } else {
                Run.say("the page cache could not be dropped: nothing was read from a cold one");
            }
        }
    }

    private static List<Integer> groups(Scale scale) {
        return scale == Scale.QUICK ? List.of(1, 8) : List.of(1, 4, 8);
    }

    private static void catchUp(Run run, Topic topic, String phase, int groups, long records) throws Exception {
        String name = phase.replace(' ', '-').replace(",", "");
        try (Groups all = new Groups(topic, name, groups, records)) {
            double cpuBefore = run.cluster().cpuSeconds();
            Groups.Outcome outcome = all.catchUp();
            double cpu = run.cluster().cpuSeconds() - cpuBefore;
            run.note(phase, Measure.THROUGHPUT, outcome.mibPerSecond());
            run.note(phase, Measure.CPU_PER_GIB, cpu / (outcome.mib() / MIB_PER_GIB));
        }
    }

    /** The processor time is that of producing and reading. */
    private static void tail(Run run, Topic topic) throws Exception {
        try (Tail tail = new Tail(topic)) {
            try (OpenLoad warmUp = load(topic)) {
                Await.pause(run.scale().warmUpS());
                check(warmUp);
            }
            try (OpenLoad load = load(topic)) {
                Await.pause(LEAD_IN_S);
                load.takeLatencies();
                tail.takeLatencies();
                double cpuBefore = run.cluster().cpuSeconds();
                long before = tail.records();
                Await.pause(run.scale().phaseS());
                double cpu = run.cluster().cpuSeconds() - cpuBefore;
                double mib = (tail.records() - before) / (double) RECORDS_PER_MIB;
                run.noteLatencies(TAIL, load.takeLatencies());
                run.noteSeen(TAIL, tail.takeLatencies());
                run.note(TAIL, Measure.CPU_PER_GIB, cpu / (mib / MIB_PER_GIB));
                tail.check();
                check(load);
            }
        }
    }

    private static OpenLoad load(Topic topic) {
        OpenLoad load = new OpenLoad(new OpenLoad.Settings(
                topic.bootstrap(),
                topic.name(),
                topic.partitions(),
                TAIL_RATE,
                RECORD_BYTES,
                OpenLoad.Spread.AS_THE_PRODUCER_LIKES,
                0,
                Map.of()));
        load.start();
        return load;
    }

    private static void check(OpenLoad load) {
        if (load.failed() > 0) {
            throw new IllegalStateException(load.failed() + " records failed", load.firstFailure());
        }
    }
}
