// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.row;

import io.shiplog.bench.compare.Scale;
import io.shiplog.bench.compare.cluster.Contestant;
import io.shiplog.bench.compare.cluster.LocalCluster;
import io.shiplog.bench.compare.load.FirstAck;
import io.shiplog.bench.compare.load.PreparedLoad;
import io.shiplog.bench.compare.load.Topic;
import io.shiplog.bench.compare.result.Measure;
import io.shiplog.bench.harness.Await;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartitionInfo;

/** How long it takes until something works: all nodes for the first time, all again after a good end, and one that was killed with data on its disk. */
public final class StartRow implements Row {
    public static final String NAME = "start";
    public static final String COLD = "all nodes, new directories, to the first acknowledgement";
    public static final String CLEAN = "all nodes, after a clean stop, to the first acknowledgement";
    public static final String STOP = "clean stop of all nodes";
    public static final String KILLED = "one node, killed with data, until it is in sync again";

    private static final int PARTITIONS = 6;
    private static final int RECORD_BYTES = 1_024;
    private static final int RECORDS_PER_MIB = 1_024;
    private static final int BATCH = 63;
    private static final String VICTIM = "node-2";
    private static final int VICTIM_ID = 2;
    private static final double AWAY_S = 1;
    private static final long PATIENCE_S = 180;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String question() {
        return "How long does a start take?";
    }

    @Override
    public boolean isHeadline() {
        return true;
    }

    @Override
    public List<Contestant> contestants(Scale scale) {
        return List.of(Contestant.KAFKA, Contestant.SHIPLOG, Contestant.SHIPLOG_APART);
    }

    @Override
    public int estimateS(Contestant contestant, Scale scale) {
        return 2 * Estimates.startS(contestant)
                + (contestant == Contestant.SHIPLOG_APART ? 0 : 10 + scale.startMib() / 150);
    }

    /** Starts a cluster; runs beside whoever waits for its first acknowledgement. */
    private interface Start {
        void run() throws IOException, InterruptedException;
    }

    @Override
    public void measure(Run run) throws Exception {
        LocalCluster cluster = run.cluster();
        // what the client has to load and compile is done before
        FirstAck.rehearse();
        timed(run, COLD, cluster::create, "first");
        long stopNs = System.nanoTime();
        cluster.stop();
        run.note(STOP, Measure.TIME, (System.nanoTime() - stopNs) / 1e9);
        timed(run, CLEAN, cluster::start, "second");
        if (run.contestant() != Contestant.SHIPLOG_APART) {
            killed(run);
        }
    }

    private static void timed(Run run, String phase, Start start, String topic) throws Exception {
        FutureTask<Void> script = new FutureTask<>(() -> {
            start.run();
            return null;
        });
        long startNs = System.nanoTime();
        new Thread(script, "start").start();
        FirstAck.await(run.cluster().bootstrap(), topic, run.contestant().topicSettings(), PATIENCE_S);
        run.note(phase, Measure.TIME, (System.nanoTime() - startNs) / 1e9);
        script.get();
    }

    private static void killed(Run run) throws Exception {
        try (Admin admin = Topic.admin(run.cluster().bootstrap())) {
            Topic topic = run.topic(admin, "data", PARTITIONS);
            new PreparedLoad(new PreparedLoad.Settings(4, 5, BATCH, RECORD_BYTES))
                    .run(topic, (long) run.scale().startMib() * RECORDS_PER_MIB);
            run.cluster().kill(VICTIM);
            Await.until("the others to notice", PATIENCE_S, () -> !isBack(admin, topic));
            Await.pause(AWAY_S);
            FutureTask<Void> script = new FutureTask<>(() -> {
                run.cluster().startProcess(VICTIM);
                return null;
            });
            long startNs = System.nanoTime();
            new Thread(script, "start").start();
            Await.until("the node to be in sync", PATIENCE_S, () -> isBack(admin, topic));
            run.note(KILLED, Measure.TIME, (System.nanoTime() - startNs) / 1e9);
            script.get();
        }
    }

    /** Whether the node is in every ISR. */
    private static boolean isBack(Admin admin, Topic topic) {
        try {
            for (TopicPartitionInfo partition : topic.describe(admin)) {
                if (partition.isr().stream().noneMatch(node -> node.id() == VICTIM_ID)) {
                    return false;
                }
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (Exception e) {
            throw new IllegalStateException("nobody tells who is in sync", e);
        }
    }
}
