// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.client;

import io.shiplog.conformance.streams.WordCountMain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * A Kafka Streams word count in a process of its own: at least once, with a state store. It is killed in the middle and started again on what it
 * left; then it ends in good order, its state is deleted, and it comes back with what the cluster has logged of it.
 */
final class StreamsCases {
    private static final String AREA = "streams";
    private static final int KAFKA_4_1 = 4001;
    private static final int WORDS = 20;
    private static final int ROUNDS = 50;

    private StreamsCases() {}

    static List<Case> all() {
        return List.of(
                Case.of(
                        AREA,
                        "word count, killed and restarted, classic groups",
                        session -> wordCount(session, "classic")),
                Case.of(
                                AREA,
                                "word count, killed and restarted, streams groups (KIP-1071)",
                                session -> wordCount(session, "streams"))
                        .since(KAFKA_4_1));
    }

    private static void wordCount(Session session, String protocol) throws Exception {
        Path directory = Files.createTempDirectory("shiplog-words");
        session.atEnd(() -> delete(directory));
        Application application = new Application(session, protocol, directory);
        session.atEnd(application::kill);
        Counts counts = new Counts(session, application.counts);
        application.start();
        application.write(ROUNDS);
        counts.await(word -> (long) ROUNDS);
        application.kill();
        application.write(ROUNDS);
        application.start();
        counts.await(word -> 2L * ROUNDS);
        application.end();
        delete(directory.resolve("state"));
        Map<String, Long> before = counts.settled();
        application.start();
        application.write(ROUNDS);
        counts.await(word -> before.get(word) + ROUNDS);
        application.end();
        Map<String, Long> after = counts.settled();
        before.forEach((word, count) -> Expect.equal(
                after.get(word), count + ROUNDS, "the count of " + word + " after its state was restored"));
    }

    private static void delete(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** The process, and what it reads. */
    private static final class Application {
        private final Session session;
        private final List<String> command;
        private final Path log;
        private final String lines;
        private final String counts;
        private Process process;

        Application(Session session, String protocol, Path directory) throws Exception {
            this.session = session;
            this.lines = session.topic(4);
            this.counts = session.topic(2);
            this.log = directory.resolve("log");
            this.command = List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx256m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    System.getProperty("java.class.path"),
                    WordCountMain.class.getName(),
                    session.bootstrap(),
                    session.fresh("application"),
                    lines,
                    counts,
                    directory.resolve("state").toString(),
                    protocol);
        }

        void start() throws IOException {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
        }

        void kill() {
            if (process != null) {
                process.destroyForcibly();
            }
        }

        void end() throws InterruptedException {
            process.destroy();
            Expect.that(process.waitFor(30, TimeUnit.SECONDS), "the application does not end");
        }

        /** Each word so many times. */
        void write(int rounds) throws Exception {
            KafkaProducer<String, String> producer = session.producer(Map.of("linger.ms", 5));
            List<Future<?>> sent = new ArrayList<>();
            for (int i = 0; i < rounds; i++) {
                for (int word = 0; word < WORDS; word += 2) {
                    sent.add(producer.send(
                            new ProducerRecord<>(lines, "key-" + i, "word" + word + " word" + (word + 1))));
                }
            }
            for (Future<?> each : sent) {
                session.get(each);
            }
        }
    }

    /** The newest count of each word. */
    private static final class Counts {
        private final KafkaConsumer<String, Long> consumer;
        private final List<TopicPartition> partitions;
        private final Map<String, Long> counts = new HashMap<>();

        Counts(Session session, String topic) {
            consumer = new KafkaConsumer<>(
                    Map.of("bootstrap.servers", session.bootstrap()), new StringDeserializer(), new LongDeserializer());
            session.atEnd(() -> consumer.close(Duration.ofSeconds(1)));
            partitions = List.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1));
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
        }

        /** Waits until every word was counted at least so often: what was counted twice after a kill may be more. */
        void await(ToLongFunction<String> least) {
            long deadline = System.nanoTime() + 60_000_000_000L;
            while (counts.size() < WORDS
                    || counts.entrySet().stream()
                            .anyMatch(each -> each.getValue() < least.applyAsLong(each.getKey()))) {
                Expect.that(System.nanoTime() < deadline, "after 60 s the counts are " + counts);
                poll();
            }
            Expect.equal(counts.size(), WORDS, "the number of words");
        }

        /** What there is when nobody writes any more. */
        Map<String, Long> settled() {
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
                poll();
            }
            return Map.copyOf(counts);
        }

        private void poll() {
            consumer.poll(Duration.ofMillis(100)).forEach(each -> counts.put(each.key(), each.value()));
        }
    }
}
