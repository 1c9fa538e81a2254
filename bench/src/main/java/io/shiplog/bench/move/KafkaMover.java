// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.move;

import io.shiplog.bench.harness.Shell;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * kafka-reassign-partitions: execute with a throttle (or none), verify until it is complete, which takes the throttle away again. The file is given; with Kafka, the
 * operator would have had to write one list of topics and to take the proposal out of what --generate prints.
 */
final class KafkaMover implements Mover {
    private static final String CLASS = "org.apache.kafka.tools.reassign.ReassignPartitionsCommand";
    private static final int GENERATE_STEPS = 2;

    private final MoveOptions options;
    private final MovedTopic topic;
    private final Shell shell = new Shell();

    KafkaMover(MoveOptions options, MovedTopic topic) {
        this.options = options;
        this.topic = topic;
    }

    private List<String> command(String what) {
        return command(what, options.plan());
    }

    private List<String> command(String what, String assignment) {
        List<String> words = new ArrayList<>(options.tool());
        words.addAll(List.of(
                CLASS, "--bootstrap-server", options.bootstrap(), what, "--reassignment-json-file", assignment));
        return words;
    }

    @Override
    public void rehearse(Path assignment) throws IOException, InterruptedException {
        Shell.must(command("--execute", assignment.toString()));
    }

    @Override
    public void start() throws IOException, InterruptedException {
        if (options.throttleMib() == 0) {
            shell.step(command("--execute"));
        } else {
            long rate = (long) options.throttleMib() << 20;
            shell.step(
                    command("--execute"),
                    "--throttle",
                    Long.toString(rate),
                    "--replica-alter-log-dirs-throttle",
                    Long.toString(rate));
        }
    }

    /** Not by the tool, each start of which takes a second of the processors away from the brokers; it would not tell more. */
    @Override
    public Progress progress() throws InterruptedException {
        return new Progress(-1, -1, topic.settled());
    }

    @Override
    public void finish() throws IOException, InterruptedException {
        shell.step(command("--verify"));
    }

    @Override
    public void cancel() throws IOException, InterruptedException {
        shell.step(command("--cancel"));
    }

    @Override
    public boolean throttlesLeft() throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(options.tool());
        words.addAll(List.of(
                "org.apache.kafka.tools.ConfigCommand", "--bootstrap-server", options.bootstrap(), "--describe"));
        return Shell.run(words, "--entity-type", "brokers").out().contains("throttled.rate=")
                || Shell.run(words, "--entity-type", "topics").out().contains("throttled.replicas=");
    }

    @Override
    public int steps() {
        return GENERATE_STEPS + shell.steps();
    }
}
