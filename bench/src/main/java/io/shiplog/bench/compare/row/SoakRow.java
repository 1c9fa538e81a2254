// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.row;

import io.shiplog.bench.compare.Scale;
import io.shiplog.bench.compare.cluster.Contestant;
import io.shiplog.bench.compare.load.Topic;
import io.shiplog.bench.compare.result.Measure;
import io.shiplog.bench.harness.Await;
import io.shiplog.bench.harness.Figures;
import io.shiplog.bench.harness.OpenLoad;
import io.shiplog.bench.harness.ProcessUsage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/** An even load for half an hour, with records that go again: does the memory of a node grow? */
public final class SoakRow implements Row {
    public static final String NAME = "soak";
    public static final String PHASE = "5,000/s";

    private static final int RATE = 5_000;
    private static final int PARTITIONS = 6;
    private static final int RECORD_BYTES = 1_024;
    private static final double SAMPLE_S = 10;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String question() {
        return "Does memory grow in half an hour?";
    }

    @Override
    public boolean isHeadline() {
        return false;
    }

    @Override
    public List<Contestant> contestants(Scale scale) {
        return scale == Scale.QUICK ? List.of() : List.of(Contestant.SHIPLOG);
    }

    @Override
    public int estimateS(Contestant contestant, Scale scale) {
        return Estimates.startS(contestant) + scale.soakS();
    }

    @Override
    public void measure(Run run) throws Exception {
        run.cluster().create();
        try (Admin admin = Topic.admin(run.cluster().bootstrap())) {
            Topic topic = new Topic(run.cluster().bootstrap(), "soaked", PARTITIONS);
            Map<String, String> settings = new HashMap<>(run.contestant().topicSettings());
            settings.put("retention.bytes", Integer.toString(256 << 20));
            settings.put("segment.bytes", Integer.toString(64 << 20));
            admin.createTopics(List.of(new NewTopic(topic.name(), PARTITIONS, Topic.REPLICAS).configs(settings)))
                    .all()
                    .get();
            Await.until("the replicas", 60, () -> topic.isInSync(admin));
            try (OpenLoad load = new OpenLoad(new OpenLoad.Settings(
                    topic.bootstrap(),
                    topic.name(),
                    topic.partitions(),
                    RATE,
                    RECORD_BYTES,
                    OpenLoad.Spread.AS_THE_PRODUCER_LIKES,
                    0,
                    Map.of()))) {
                load.start();
                watch(run);
                run.noteLatencies(PHASE, load.takeLatencies());
                if (load.failed() > 0) {
                    throw new IllegalStateException(load.failed() + " records failed", load.firstFailure());
                }
            }
        }
    }

    private static void watch(Run run) throws Exception {
        Map<String, List<Double>> resident = new TreeMap<>();
        int samples = Math.max(4, (int) (run.scale().soakS() / SAMPLE_S));
        double everyS = (double) run.scale().soakS() / samples;
        for (int i = 0; i < samples; i++) {
            Await.pause(everyS);
            for (Map.Entry<String, Long> process : run.cluster().pids().entrySet()) {
                double mib = ProcessUsage.residentMib(process.getValue());
                resident.computeIfAbsent(process.getKey(), name -> new ArrayList<>())
                        .add(mib);
                run.noteQuietly(process.getKey(), Measure.RESIDENT, mib);
            }
        }
        resident.forEach((name, mib) -> run.note(PHASE, Measure.GROWTH, growth(mib)));
    }

    /** The median of the last quarter less that of the second one: a process is as large as it will be after the first. */
    static double growth(List<Double> samples) {
        int quarter = samples.size() / 4;
        return median(samples.subList(samples.size() - quarter, samples.size()))
                - median(samples.subList(quarter, 2 * quarter));
    }

    private static double median(List<Double> samples) {
        return Figures.median(
                samples.stream().mapToDouble(Double::doubleValue).sorted().toArray());
    }
}
