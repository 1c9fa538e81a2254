// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.load;

import io.shiplog.bench.harness.Shell;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Kafka's own kafka-producer-perf-test.sh, with the heap and the flags that its script gives it. */
public final class PerfTool {
    private static final String MAIN = "org.apache.kafka.tools.ProducerPerformance";
    private static final List<String> FLAGS = List.of(
            "-Xmx512M",
            "-server",
            "-XX:+UseG1GC",
            "-XX:MaxGCPauseMillis=20",
            "-XX:InitiatingHeapOccupancyPercent=35",
            "-XX:+ExplicitGCInvokesConcurrent",
            "-XX:MaxInlineLevel=15",
            "-Djava.awt.headless=true",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
    private static final Pattern LAST_LINE =
            Pattern.compile("(\\d+) records sent, [0-9.,]+ records/sec \\(([0-9.]+) MB/sec\\), .* 99\\.9th\\.");

    private static final long PATIENCE_S = 1_800;

    private final String kafkaClassPath;

    /** Takes the class path of Kafka's brokers and tools ({@code bin/kafka-peer class-path}). */
    public PerfTool(String kafkaClassPath) {
        this.kafkaClassPath = kafkaClassPath;
    }

    /**
     * What it said at its end.
     *
     * @param records      acknowledged
     * @param mibPerSecond by its own clock, which begins when the producer is made
     */
    public record Outcome(long records, double mibPerSecond) {
        /** Of tools that ran beside each other. */
        Outcome and(Outcome other) {
            return new Outcome(records + other.records, mibPerSecond + other.mibPerSecond);
        }
    }

    /**
     * Sends so many records, as fast as it can.
     *
     * @param properties of the producer, such as acks
     * @throws IOException when a record failed
     */
    public Outcome run(Topic topic, long records, int recordBytes, Map<String, String> properties)
            throws IOException, InterruptedException {
        Shell.Result result = Shell.run(Map.of(), command(topic, records, recordBytes, properties), PATIENCE_S);
        Outcome outcome = parse(result.out());
        if (result.status() != 0 || outcome.records() != records || result.out().contains("Exception")) {
            throw new IOException("the perf tool ended with " + result.status() + ", " + outcome.records() + " of "
                    + records + " records: " + tail(result.out()));
        }
        return outcome;
    }

    /** Several of them at once, each with its share of the records. */
    public Outcome runBeside(int tools, Topic topic, long records, int recordBytes, Map<String, String> properties)
            throws IOException, InterruptedException {
        Callable<Outcome> one = () -> run(topic, records / tools, recordBytes, properties);
        List<FutureTask<Outcome>> tasks = new ArrayList<>();
        for (int i = 0; i < tools; i++) {
            FutureTask<Outcome> task = new FutureTask<>(one);
            new Thread(task, "perf-tool-" + i).start();
            tasks.add(task);
        }
        Outcome sum = new Outcome(0, 0);
        for (FutureTask<Outcome> task : tasks) {
            try {
                sum = sum.and(task.get());
            } catch (ExecutionException e) {
                throw new IOException("a perf tool failed", e.getCause());
            }
        }
        return sum;
    }

    private List<String> command(Topic topic, long records, int recordBytes, Map<String, String> properties) {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(FLAGS);
        words.addAll(List.of("-cp", kafkaClassPath, MAIN));
        words.addAll(List.of("--topic", topic.name(), "--bootstrap-server", topic.bootstrap()));
        words.addAll(List.of("--num-records", Long.toString(records), "--record-size", Integer.toString(recordBytes)));
        words.addAll(List.of("--throughput", "-1", "--command-property"));
        properties.forEach((key, value) -> words.add(key + "=" + value));
        return words;
    }

    /** Zero records when no line says how many. */
    static Outcome parse(String out) {
        Outcome last = new Outcome(0, 0);
        for (String line : out.split("\n", -1)) {
            Matcher matcher = LAST_LINE.matcher(line.strip());
            if (matcher.matches()) {
                last = new Outcome(Long.parseLong(matcher.group(1)), Double.parseDouble(matcher.group(2)));
            }
        }
        return last;
    }

    private static String tail(String out) {
        return out.substring(Math.max(0, out.length() - 2_000));
    }
}
