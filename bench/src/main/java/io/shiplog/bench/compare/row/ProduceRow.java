// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.row;

import io.shiplog.bench.compare.Scale;
import io.shiplog.bench.compare.cluster.Contestant;
import io.shiplog.bench.compare.load.PerfTool;
import io.shiplog.bench.compare.load.PreparedLoad;
import io.shiplog.bench.compare.load.ReadBack;
import io.shiplog.bench.compare.load.Topic;
import io.shiplog.bench.compare.result.Measure;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;

/** As much as goes: by Kafka's perf tool into a fresh and into a warm cluster, by a light load generator, and by one producer into one partition. */
public final class ProduceRow implements Row {
    public static final String NAME = "produce";
    /** Phases. */
    public static final String FIRST = "fresh cluster";

    public static final String WARM = "warm";
    public static final String PREPARED_SMALL = "prepared, 16 KiB";
    public static final String PREPARED_LARGE = "prepared, 64 KiB";
    public static final String ONE_PARTITION = "one partition";
    public static final String AFTER = "after it";

    private static final int RECORD_BYTES = 1_024;
    private static final int RECORDS_PER_MIB = 1_024;
    private static final double MIB_PER_GIB = 1_024;
    private static final int PARTITIONS = 6;
    private static final int CONNECTIONS = 4;
    private static final int IN_FLIGHT = 5;
    /** A batch of so many is a little smaller than the producer's default of 16 KiB, as its own batches are. */
    private static final int SMALL_BATCH = 15;

    private static final int LARGE_BATCH = 63;
    /** Until then most of the time goes into compiling. */
    private static final int COLD_MIB = 2_048;

    private static final long READ_BACK = 300_000;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String question() {
        return "How much can be produced, and at what cost?";
    }

    @Override
    public boolean isHeadline() {
        return true;
    }

    @Override
    public List<Contestant> contestants(Scale scale) {
        return switch (scale) {
            case FULL -> List.of(Contestant.values());
            case QUICK, TINY -> List.of(Contestant.KAFKA, Contestant.SHIPLOG);
        };
    }

    @Override
    public int estimateS(Contestant contestant, Scale scale) {
        int mib = scale.firstMib()
                + scale.warmMib()
                + scale.measuredMib()
                + 2 * scale.preparedMib()
                + scale.onePartitionMib();
        int cold = Math.min(mib, COLD_MIB) / (contestant.isKafka() ? 40 : 60);
        int warm = Math.max(0, mib - COLD_MIB) / (contestant == Contestant.KAFKA_FSYNC ? 60 : 120);
        return Estimates.startS(contestant) + 10 + cold + warm;
    }

    @Override
    public void measure(Run run) throws Exception {
        Scale scale = run.scale();
        run.cluster().create();
        try (Admin admin = Topic.admin(run.cluster().bootstrap())) {
            Topic topic = run.topic(admin, "produce", PARTITIONS);
            long records = byPerfTool(run, FIRST, topic, scale.firstMib());
            records += warmUp(run, topic, scale.warmMib());
            records += byPerfTool(run, WARM, topic, scale.measuredMib());
            run.noteMemory(AFTER);
            ReadBack.Sample sample = ReadBack.check(topic, records, READ_BACK, null);
            Run.say(
                    "read back: %,d of %,d records, none missing, CRC %08x",
                    sample.records(), sample.total(), sample.crc32c());
            prepared(run, admin, PREPARED_SMALL, SMALL_BATCH);
            prepared(run, admin, PREPARED_LARGE, LARGE_BATCH);
            Topic one = run.topic(admin, "one-partition", 1);
            long ofOne = byPerfTool(run, ONE_PARTITION, one, scale.onePartitionMib());
            ReadBack.check(one, ofOne, READ_BACK, null);
            run.noteMemory("at the end");
        }
    }

    private static long byPerfTool(Run run, String phase, Topic topic, int mib) throws Exception {
        double cpuBefore = run.cluster().cpuSeconds();
        PerfTool.Outcome outcome =
                run.perfTool().run(topic, (long) mib * RECORDS_PER_MIB, RECORD_BYTES, Map.of("acks", "all"));
        double cpu = run.cluster().cpuSeconds() - cpuBefore;
        run.note(phase, Measure.THROUGHPUT, outcome.mibPerSecond());
        run.note(phase, Measure.CPU_PER_GIB, cpu / (mib / MIB_PER_GIB));
        return outcome.records();
    }

    private static long warmUp(Run run, Topic topic, int mib) throws Exception {
        Run.say("warming up with %d MiB", mib);
        return run.perfTool()
                .run(topic, (long) mib * RECORDS_PER_MIB, RECORD_BYTES, Map.of("acks", "all"))
                .records();
    }

    private static void prepared(Run run, Admin admin, String phase, int batch) throws Exception {
        Topic topic = run.topic(admin, "prepared-" + batch, PARTITIONS);
        PreparedLoad load = new PreparedLoad(new PreparedLoad.Settings(CONNECTIONS, IN_FLIGHT, batch, RECORD_BYTES));
        // a tenth before it: connections, and the generator's own code
        long before = load.run(topic, (long) run.scale().preparedMib() * RECORDS_PER_MIB / 10)
                .records();
        double cpuBefore = run.cluster().cpuSeconds();
        PreparedLoad.Outcome outcome = load.run(topic, (long) run.scale().preparedMib() * RECORDS_PER_MIB);
        double cpu = run.cluster().cpuSeconds() - cpuBefore;
        run.note(phase, Measure.THROUGHPUT, outcome.mibPerSecond());
        run.note(phase, Measure.CPU_PER_GIB, cpu / (outcome.mib() / MIB_PER_GIB));
        ReadBack.check(topic, before + outcome.records(), READ_BACK, load.value());
    }
}
