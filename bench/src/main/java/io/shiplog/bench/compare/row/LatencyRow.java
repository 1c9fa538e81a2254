// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.row;

import io.shiplog.bench.compare.Scale;
import io.shiplog.bench.compare.cluster.Contestant;
import io.shiplog.bench.compare.load.ReadBack;
import io.shiplog.bench.compare.load.Tail;
import io.shiplog.bench.compare.load.Topic;
import io.shiplog.bench.compare.result.Measure;
import io.shiplog.bench.harness.Await;
import io.shiplog.bench.harness.OpenLoad;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.clients.admin.Admin;

/** Records at fixed rates: how long until they are acknowledged, and until a consumer has them, from the moment at which they were due. */
public final class LatencyRow implements Row {
    public static final String NAME = "latency";
    /** The phase in which nobody reads: what a commit costs. */
    public static final String UNREAD = "1,000/s, unread";

    private static final List<Integer> RATES = List.of(100, 1_000, 10_000);
    private static final int UNREAD_RATE = 1_000;
    private static final int WARM_RATE = 4_000;
    private static final int PARTITIONS = 6;
    private static final int RECORD_BYTES = 128;
    private static final double LEAD_IN_S = 2;
    private static final double MS_PER_S = 1_000;

    @Override
    public String name() {
        return NAME;
    }

    /** The phase of a rate. */
    public static String phase(int perSecond) {
        return String.format(Locale.ROOT, "%,d/s", perSecond);
    }

    @Override
    public String question() {
        return "How soon is a record acknowledged, and how soon seen?";
    }

    @Override
    public boolean isHeadline() {
        return true;
    }

    @Override
    public List<Contestant> contestants(Scale scale) {
        return switch (scale) {
            case FULL ->
                List.of(
                        Contestant.KAFKA,
                        Contestant.SHIPLOG,
                        Contestant.SHIPLOG_REPLICATED,
                        Contestant.KAFKA_TUNED,
                        Contestant.KAFKA_FSYNC);
            case QUICK, TINY -> List.of(Contestant.KAFKA, Contestant.SHIPLOG);
        };
    }

    @Override
    public int estimateS(Contestant contestant, Scale scale) {
        return Estimates.startS(contestant) + 2 * scale.warmUpS() + (RATES.size() + 1) * (scale.phaseS() + 2);
    }

    @Override
    public void measure(Run run) throws Exception {
        run.cluster().create();
        try (Admin admin = Topic.admin(run.cluster().bootstrap())) {
            Topic topic = run.topic(admin, "latency", PARTITIONS);
            long sent = warmUp(run, topic);
            sent += unread(run, topic);
            try (Tail tail = new Tail(topic)) {
                for (int rate : RATES) {
                    sent += atRate(run, topic, tail, rate);
                }
            }
            ReadBack.Sample sample = ReadBack.check(topic, sent, sent, null);
            Run.say("read back: %,d of %,d records, none missing", sample.records(), sample.total());
        }
    }

    private static OpenLoad load(Run run, Topic topic, int perSecond) {
        OpenLoad load = new OpenLoad(
                OpenLoad.Settings.evenly(topic.bootstrap(), topic.name(), topic.partitions(), perSecond, RECORD_BYTES),
                run.disk());
        load.start();
        return load;
    }

    /** Brokers, producer and consumer compile what they will be measured with. */
    private static long warmUp(Run run, Topic topic) throws Exception {
        Run.say(
                "warming up at %,d/s for %d s, and at %,d/s for as long",
                WARM_RATE, run.scale().warmUpS(), UNREAD_RATE);
        long sent = 0;
        try (Tail tail = new Tail(topic)) {
            for (int rate : List.of(WARM_RATE, UNREAD_RATE)) {
                OpenLoad load = load(run, topic, rate);
                Await.pause(run.scale().warmUpS());
                sent += end(load);
            }
            tail.check();
        }
        return sent;
    }

    private static long unread(Run run, Topic topic) throws Exception {
        OpenLoad load = load(run, topic, UNREAD_RATE);
        Await.pause(LEAD_IN_S);
        load.takeLatencies();
        load.takeCalmLatencies();
        double cpuBefore = run.cluster().cpuSeconds();
        long before = load.acknowledged();
        Await.pause(run.scale().phaseS());
        double cpu = run.cluster().cpuSeconds() - cpuBefore;
        long commits = load.acknowledged() - before;
        run.noteLatencies(UNREAD, load.takeLatencies());
        run.noteCalmLatencies(UNREAD, load.takeCalmLatencies());
        run.note(UNREAD, Measure.CPU_PER_COMMIT, cpu * MS_PER_S / commits);
        return end(load);
    }

    private static long atRate(Run run, Topic topic, Tail tail, int rate) throws Exception {
        OpenLoad load = load(run, topic, rate);
        Await.pause(LEAD_IN_S);
        load.takeLatencies();
        load.takeCalmLatencies();
        tail.takeLatencies();
        double cpuBefore = run.cluster().cpuSeconds();
        long before = load.acknowledged();
        Await.pause(run.scale().phaseS());
        double cpu = run.cluster().cpuSeconds() - cpuBefore;
        long commits = load.acknowledged() - before;
        run.noteLatencies(phase(rate), load.takeLatencies());
        run.noteCalmLatencies(phase(rate), load.takeCalmLatencies());
        tail.check();
        run.noteSeen(phase(rate), tail.takeLatencies());
        run.note(phase(rate), Measure.CPU_PER_COMMIT, cpu * MS_PER_S / commits);
        return end(load);
    }

    /** Acknowledged in all. */
    private static long end(OpenLoad load) {
        load.close();
        if (load.failed() > 0) {
            throw new IllegalStateException(load.failed() + " records failed", load.firstFailure());
        }
        return load.acknowledged();
    }
}
