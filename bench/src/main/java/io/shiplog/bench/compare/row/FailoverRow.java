// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.row;

import io.shiplog.bench.compare.Scale;
import io.shiplog.bench.compare.cluster.Contestant;
import io.shiplog.bench.compare.cluster.LocalCluster;
import io.shiplog.bench.compare.load.Topic;
import io.shiplog.bench.compare.result.Measure;
import io.shiplog.bench.harness.Await;
import io.shiplog.bench.harness.OpenLoad;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Node;

/** Records come at an even rate to six partitions, and a process is killed or paused again and again: the longest time without an acknowledgement of each time. */
public final class FailoverRow implements Row {
    /** Who is struck, and how. */
    public enum Strike {
        KILL_LEADER("kill-leader", "How long does nobody get an acknowledgement when a leader is killed?"),
        PAUSE_LEADER("pause-leader", "... when a leader hangs for 15 s?"),
        KILL_CONTROLLER("kill-controller", "... when the active controller is killed?");

        private final String id;
        private final String question;

        Strike(String id, String question) {
            this.id = id;
            this.question = question;
        }
    }

    /** The only phase. */
    public static final String PHASE = "struck";

    private static final int PARTITIONS = 6;
    private static final int RATE = 1_000;
    private static final int RECORD_BYTES = 128;
    private static final double QUIET_S = 3;
    private static final double PAUSE_S = 15;
    private static final double AWAY_S = 2;
    private static final double FLOWING_MS = 100;
    private static final long PATIENCE_S = 60;
    private static final long ADMIN_S = 30;
    /** A client cannot hear from a node that hangs; with its default of 30 s it would wait until the pause is over, whatever the cluster does. */
    private static final int REQUEST_TIMEOUT_MS = 500;

    private static final int EACH_S = 14;
    private static final int EACH_OF_KAFKA_S = 26;

    private final Strike strike;

    public FailoverRow(Strike strike) {
        this.strike = strike;
    }

    /** Of the row of that strike. */
    public static String nameOf(Strike strike) {
        return "failover-" + strike.id;
    }

    @Override
    public String name() {
        return nameOf(strike);
    }

    @Override
    public String question() {
        return strike.question;
    }

    @Override
    public boolean isHeadline() {
        return false;
    }

    /** Where processes hold both roles, a controller dies with replicas in it: then nothing tells what the death of a controller costs. */
    @Override
    public List<Contestant> contestants(Scale scale) {
        if (scale == Scale.QUICK && strike != Strike.KILL_LEADER) {
            return List.of();
        }
        return strike == Strike.KILL_CONTROLLER
                ? List.of(Contestant.KAFKA, Contestant.SHIPLOG, Contestant.SHIPLOG_APART)
                : List.of(Contestant.KAFKA, Contestant.SHIPLOG);
    }

    @Override
    public int estimateS(Contestant contestant, Scale scale) {
        int pause = strike == Strike.PAUSE_LEADER ? (int) PAUSE_S : 0;
        return Estimates.startS(contestant)
                + scale.warmUpS()
                + times(contestant, scale) * ((contestant.isKafka() ? EACH_OF_KAFKA_S : EACH_S) + pause);
    }

    private static int times(Contestant contestant, Scale scale) {
        return contestant.isKafka() ? scale.disturbancesOfKafka() : scale.disturbances();
    }

    @Override
    public void measure(Run run) throws Exception {
        run.cluster().create();
        try (Admin admin = Topic.admin(run.cluster().bootstrap())) {
            Topic topic = run.topic(admin, "struck", PARTITIONS);
            OpenLoad.Settings settings =
                    OpenLoad.Settings.evenly(topic.bootstrap(), topic.name(), topic.partitions(), RATE, RECORD_BYTES);
            if (strike == Strike.PAUSE_LEADER) {
                settings = settings.with("request.timeout.ms", REQUEST_TIMEOUT_MS);
                run.config("request.timeout.ms of the producer", Integer.toString(REQUEST_TIMEOUT_MS));
            }
            OpenLoad load = new OpenLoad(settings);
            try (load) {
                load.start();
                for (int i = 0; i < times(run.contestant(), run.scale()); i++) {
                    once(run, admin, topic, load, i == 0);
                }
            }
            check(admin, topic, load);
        }
    }

    private void once(Run run, Admin admin, Topic topic, OpenLoad load, boolean first) throws Exception {
        Await.until("all replicas to be in sync again", PATIENCE_S * 3, () -> topic.isInSync(admin));
        Await.pause(first ? run.scale().warmUpS() : QUIET_S);
        load.takeLongestGapMs();
        load.takeLongestPartitionGapMs();
        Await.pause(QUIET_S);
        double quietMs = load.takeLongestPartitionGapMs();
        load.takeLongestGapMs();
        LocalCluster cluster = run.cluster();
        String victim = victim(run, admin, topic);
        long struckNs = System.nanoTime();
        if (strike == Strike.PAUSE_LEADER) {
            cluster.pause(victim);
            Await.pause(PAUSE_S);
            cluster.resume(victim);
        } else {
            cluster.kill(victim);
        }
        awaitFlow(load, struckNs);
        Await.pause(AWAY_S);
        run.note(PHASE, Measure.GAP, load.takeLongestGapMs());
        run.note(PHASE, Measure.PARTITION_GAP, load.takeLongestPartitionGapMs());
        Run.say("%s struck; longest gap of a partition in the %.0f s before: %.1f ms", victim, QUIET_S, quietMs);
        if (strike != Strike.PAUSE_LEADER) {
            cluster.startProcess(victim);
        }
        if (load.failed() > 0) {
            throw new IllegalStateException(load.failed() + " records failed", load.firstFailure());
        }
    }

    /** Until every partition has acknowledged something after the strike and goes on doing so. */
    private static void awaitFlow(OpenLoad load, long struckNs) {
        Await.until("acknowledgements from every partition", PATIENCE_S, () -> {
            double sinceMs = (System.nanoTime() - struckNs) / 1e6;
            return sinceMs > FLOWING_MS && load.silenceMs() < Math.min(FLOWING_MS, sinceMs);
        });
    }

    /** The leader of most partitions that is not the active controller, too; or the active controller. */
    private String victim(Run run, Admin admin, Topic topic) throws Exception {
        int controller = admin.describeMetadataQuorum()
                .quorumInfo()
                .get(ADMIN_S, TimeUnit.SECONDS)
                .leaderId();
        if (strike == Strike.KILL_CONTROLLER) {
            return run.cluster().controllerName(controller);
        }
        boolean apart = run.contestant() == Contestant.SHIPLOG_APART;
        Map<Integer, Integer> led = new TreeMap<>();
        for (Node leader : topic.leaders(admin).values()) {
            led.merge(leader.id(), 1, Integer::sum);
        }
        List<Integer> candidates = new ArrayList<>(led.keySet());
        candidates.removeIf(id -> !apart && id == controller);
        if (candidates.isEmpty()) {
            candidates.addAll(led.keySet());
        }
        int most = candidates.get(0);
        for (int id : candidates) {
            most = led.get(id) > led.get(most) ? id : most;
        }
        return run.cluster().brokerName(most);
    }

    /** A batch may have been written and its acknowledgement lost; the producer is idempotent, so nothing is there twice. */
    private static void check(Admin admin, Topic topic, OpenLoad load) throws Exception {
        if (load.failed() > 0) {
            throw new IllegalStateException(load.failed() + " records failed", load.firstFailure());
        }
        long there = topic.records(admin);
        if (there != load.acknowledged()) {
            throw new IllegalStateException(
                    load.acknowledged() + " records were acknowledged, " + there + " are there");
        }
        Run.say("%,d records acknowledged, all there, none twice", there);
    }
}
