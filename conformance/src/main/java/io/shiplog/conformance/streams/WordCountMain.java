// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.streams;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;

/**
 * Counts words of one topic into another, at least once, with a state store that the cluster keeps a log of. Runs until it is told to end by
 * SIGTERM, or dies by SIGKILL; says on standard output when it is running.
 */
public final class WordCountMain {
    private WordCountMain() {}

    /** Arguments: bootstrap, application, topic of lines, topic of counts, directory for its state, classic or streams (its group protocol). */
    public static void main(String[] arguments) throws InterruptedException {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", arguments[0]);
        settings.put("application.id", arguments[1]);
        settings.put("state.dir", Path.of(arguments[4]).toString());
        settings.put("group.protocol", arguments[5]);
        settings.put("replication.factor", 3);
        settings.put("commit.interval.ms", 200);
        settings.put("default.key.serde", Serdes.String().getClass());
        settings.put("default.value.serde", Serdes.String().getClass());
        settings.put("auto.offset.reset", "earliest");
        if (arguments[5].equals("classic")) {
            settings.put("session.timeout.ms", 6000);
        }
        KafkaStreams streams =
                new KafkaStreams(topology(arguments[2], arguments[3]).build(), settings);
        streams.setStateListener((now, before) -> System.out.println(now));
        CountDownLatch end = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            streams.close(Duration.ofSeconds(10));
            end.countDown();
        }));
        streams.start();
        end.await();
    }

    private static StreamsBuilder topology(String lines, String counts) {
        StreamsBuilder builder = new StreamsBuilder();
        builder.<String, String>stream(lines)
                .flatMapValues(line -> List.of(line.toLowerCase(Locale.ROOT).split("\\W+", -1)))
                .groupBy((key, word) -> word)
                .count(Materialized.as("counts"))
                .toStream()
                .to(counts, Produced.with(Serdes.String(), Serdes.Long()));
        return builder;
    }
}
