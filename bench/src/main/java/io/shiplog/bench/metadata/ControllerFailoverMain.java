// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.metadata;

import io.shiplog.bench.harness.Figures;
import io.shiplog.bench.harness.Machine;
import io.shiplog.metadata.client.MetadataClient;
import io.shiplog.metadata.client.NewTopicSpec;
import io.shiplog.metadata.client.QuorumDescription;
import io.shiplog.metadata.client.TopicOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.kafka.common.protocol.Errors;

/**
 * {@code controller-failover}: how long nobody can change the metadata when the active quorum node dies. Three quorum processes and three
 * storage nodes that are simulated by their metadata clients; the active node is killed again and again, and the time is taken until a topic
 * that is asked for right after the kill is created. Then leadership is handed over on request, which a graceful stop does too.
 */
public final class ControllerFailoverMain {
    private static final String USAGE = """
            usage: bin/bench controller-failover [--kills N] [--transfers N] [--spinners N] [--timeout-min MS] [--timeout-max MS] [--keep 1]
            """;
    private static final int BROKERS = 3;
    private static final int WAIT_MS = 60_000;
    private static final long SETTLE_MS = 2_000;

    private final Map<String, Integer> options;
    private final Map<String, String> settings = new TreeMap<>();
    private final Figures figures = new Figures();
    private int topics;

    private ControllerFailoverMain(Map<String, Integer> options) {
        this.options = options;
        settings.put(
                "quorum.election.timeout.min.ms", options.get("--timeout-min").toString());
        settings.put(
                "quorum.election.timeout.max.ms", options.get("--timeout-max").toString());
    }

    /** Takes the options of the usage line. */
    public static void main(String[] arguments) throws Exception {
        Map<String, Integer> options = new TreeMap<>(Map.of(
                "--keep",
                0,
                "--kills",
                20,
                "--transfers",
                10,
                "--spinners",
                0,
                "--timeout-min",
                500,
                "--timeout-max",
                1_000));
        for (int i = 0; i < arguments.length; i += 2) {
            if (!options.containsKey(arguments[i]) || i + 1 == arguments.length) {
                System.err.print(USAGE);
                System.exit(2);
            }
            options.put(arguments[i], Integer.valueOf(arguments[i + 1]));
        }
        new ControllerFailoverMain(options).run();
        System.exit(0);
    }

    private void run() throws Exception {
        Path directory = Files.createTempDirectory("shiplog-failover-bench");
        System.out.println(Machine.describe());
        System.out.println("load average before: " + Machine.loadAverage() + "; " + options);
        List<Thread> spinners = spin(options.get("--spinners"));
        try (QuorumProcesses processes = new QuorumProcesses(directory, "128m")) {
            processes.startAll(settings);
            List<SimulatedNode> nodes = new ArrayList<>();
            for (int id = 1; id <= BROKERS; id++) {
                nodes.add(new SimulatedNode(id, processes.endpoints()));
                nodes.get(id - 1).join();
            }
            SimulatedNode tool = new SimulatedNode(-1, processes.endpoints());
            for (int i = 0; i < options.get("--kills"); i++) {
                kill(processes, tool.client(), i);
            }
            for (int i = 0; i < options.get("--transfers"); i++) {
                transfer(tool.client());
            }
            tool.close();
            nodes.forEach(SimulatedNode::close);
        } finally {
            spinners.forEach(Thread::interrupt);
        }
        System.out.println("load average after: " + Machine.loadAverage());
        System.out.println();
        figures.print(System.out);
        if (options.get("--keep") == 0) {
            delete(directory);
        }
    }

    /** Competes for the processors, as other work on the machine would. */
    private static List<Thread> spin(int threads) {
        List<Thread> spinners = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            Thread spinner = new Thread(
                    () -> {
                        while (!Thread.currentThread().isInterrupted()) {
                            Thread.onSpinWait();
                        }
                    },
                    "spinner");
            spinner.setDaemon(true);
            spinner.start();
            spinners.add(spinner);
        }
        return spinners;
    }

    private void kill(QuorumProcesses processes, MetadataClient client, int round) throws Exception {
        QuorumDescription before = settled(client);
        long killedAtNs = System.nanoTime();
        processes.kill(before.leaderId());
        create(client);
        double gapMs = (System.nanoTime() - killedAtNs) / 1e6;
        QuorumDescription after = describe(client);
        figures.add("active quorum node killed, until a topic is created", "ms", "median <= 1000", gapMs);
        figures.add("terms that the election took", "", "1", (double) (after.term() - before.term()));
        System.out.printf(
                "kill %d: node %d of term %d, created after %.0f ms by node %d in term %d%n",
                round + 1, before.leaderId(), before.term(), gapMs, after.leaderId(), after.term());
        processes.restart(before.leaderId(), settings);
    }

    private void transfer(MetadataClient client) throws Exception {
        settled(client);
        long beganAtNs = System.nanoTime();
        client.transferQuorumLeadership(-1, WAIT_MS).get(WAIT_MS, TimeUnit.MILLISECONDS);
        create(client);
        figures.add(
                "leadership handed over, until a topic is created", "ms", "", (System.nanoTime() - beganAtNs) / 1e6);
    }

    /** All voters have all there is, and have had it for a while: the next kill meets a healthy quorum. */
    private static QuorumDescription settled(MetadataClient client) throws Exception {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(WAIT_MS);
        while (System.nanoTime() < deadlineNs) {
            QuorumDescription now = describe(client);
            long recentMs = System.currentTimeMillis() - 1_000;
            boolean whole = now.voters().size() == QuorumProcesses.NODES
                    && now.voters().stream()
                            .allMatch(voter -> voter.matchIndex() == now.lastIndex() && voter.lastFetchMs() > recentMs);
            if (whole) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(SETTLE_MS));
                return describe(client);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
        throw new IllegalStateException("the quorum is not whole after " + WAIT_MS + " ms: " + describe(client));
    }

    private static QuorumDescription describe(MetadataClient client) throws Exception {
        return client.describeQuorum().get(WAIT_MS, TimeUnit.MILLISECONDS);
    }

    private void create(MetadataClient client) throws Exception {
        NewTopicSpec spec = new NewTopicSpec("t" + topics++, 1, (short) BROKERS, Map.of(), Map.of());
        List<TopicOutcome> outcomes =
                client.createTopics(List.of(spec), false, WAIT_MS).get(WAIT_MS, TimeUnit.MILLISECONDS);
        if (outcomes.get(0).error() != Errors.NONE) {
            throw new IllegalStateException("topic not created: " + outcomes);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
