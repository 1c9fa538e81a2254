// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.hostile;

import io.shiplog.tools.trial.Fault;
import io.shiplog.tools.trial.LocalCluster;
import io.shiplog.tools.trial.Sent;
import io.shiplog.tools.trial.Site;
import io.shiplog.tools.trial.Trial;
import io.shiplog.tools.trial.TrialClients;
import io.shiplog.tools.trial.Until;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;

/**
 * One quorum and three storage nodes; a stock producer (acks=all) sends at an even rate while each {@link Attack} in turn is made on one of the storage
 * nodes. No node ends, its memory stays below what its heap and its limits come to, and whatever was sent is acknowledged and there, with no
 * long gap.
 */
final class HostileRun implements Trial {
    private static final long WAIT_MS = 30_000;
    private static final int STORAGE = 3;
    private static final String VICTIM = "storage-1";
    /** Heap, code, direct buffers of requests and answers, and the sockets' own: a node that grows beyond is not bounded. */
    private static final long MAX_RSS_KIB = 700 * 1024;

    private static final long MAX_GAP_MS = 8_000;
    private static final String FRAME_MAX_MS = "3000";

    private final LocalCluster cluster;
    private final long seed;
    private final Crowd crowd;
    private final int perSecond;
    private final List<String> nodes = new ArrayList<>();
    private Admin admin;
    private Sent sent;

    HostileRun(Site site, long seed, Crowd crowd, int perSecond) throws IOException, InterruptedException {
        this.seed = seed;
        this.crowd = crowd;
        this.perSecond = perSecond;
        this.cluster = new LocalCluster(site, "hostile", 1, STORAGE);
        cluster.set(cluster.storageNodes(), "connections.max.frame.ms", FRAME_MAX_MS);
        nodes.addAll(cluster.quorumNodes());
        nodes.addAll(cluster.storageNodes());
    }

    @Override
    public void open() throws Exception {
        cluster.start(nodes);
        admin = TrialClients.admin(cluster.bootstrap());
        sent = new Sent(
                cluster.bootstrap(),
                admin,
                Requests.TOPIC,
                Requests.PARTITIONS,
                Map.of(),
                new Sent.Load(seed, perSecond));
        // A first attack may be over sooner than a cold cluster has acknowledged anything.
        Until.must("a first acknowledged record", WAIT_MS, () -> sent.ledger().acknowledgedLines() > 0);
    }

    @Override
    public String cycle(int number) throws Exception {
        Attack attack = Attack.ALL.get((number - 1) % Attack.ALL.size());
        int before = sent.ledger().acknowledgedLines();
        long rssBefore = memory("VmRSS:");
        sent.ledger().mark();
        String what;
        long rssDuring;
        try (Intruders intruders = new Intruders(port())) {
            what = attack.run(intruders, crowd);
            rssDuring = memory("VmRSS:");
        }
        for (String node : nodes) {
            if (!cluster.isRunning(node)) {
                throw new Fault(what + "; then " + node + " ended");
            }
        }
        long gapMs = sent.ledger().longestGapSinceMarkMs();
        int acknowledged = sent.ledger().acknowledgedLines() - before;
        String line = what + "; resident " + mib(rssBefore) + " MiB before, " + mib(rssDuring) + " during, at most "
                + mib(memory("VmHWM:")) + " ever; longest ack gap " + gapMs + " ms, " + acknowledged
                + " records acknowledged";
        if (sent.ledger().firstFailure() != null) {
            throw new Fault(line + "; not acknowledged: " + sent.ledger().firstFailure());
        }
        if (memory("VmHWM:") > MAX_RSS_KIB || gapMs > MAX_GAP_MS || acknowledged == 0) {
            throw new Fault("somebody was harmed: " + line);
        }
        return line;
    }

    private int port() {
        String first = cluster.bootstrap().split(",", 2)[0];
        return Integer.parseInt(first.substring(first.indexOf(':') + 1));
    }

    /** A line of {@code /proc/PID/status}, in KiB. */
    private long memory(String name) throws IOException {
        String pid = Files.readString(cluster.directory().resolve(VICTIM).resolve("pid"))
                .strip();
        for (String line : Files.readAllLines(Path.of("/proc", pid, "status"))) {
            if (line.startsWith(name)) {
                return Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        throw new IOException("no " + name + " of process " + pid);
    }

    private static long mib(long kib) {
        return kib / 1024;
    }

    @Override
    public String end() throws Exception {
        sent.records().finish();
        sent.check("commit");
        return "ok: " + sent.ledger().acknowledgedLines() + " records acknowledged and there";
    }

    @Override
    public void close() throws IOException {
        if (sent != null) {
            try {
                sent.records().abandon();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        if (admin != null) {
            admin.close(Duration.ZERO);
        }
        cluster.close();
    }
}
