// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.exhaustive;

import java.util.Arrays;

/** What may happen next in a state, each as a number that means the same whenever the state is reached in the same way. */
final class Steps {
    private static final int WHO = 8;
    private static final int WHAT = 4;

    /** In the order of their codes. */
    private enum Kind {
        PRODUCE(0),
        FETCH(1),
        ARRIVE(2),
        FLUSH(3),
        TIME(4),
        METADATA(5),
        OUTCOME_LOST(6),
        CRASH(7),
        RESTART(8),
        FENCE(9),
        UNFENCE(10),
        COMPARE(11);

        private final int code;

        Kind(int code) {
            this.code = code;
        }
    }

    private static final Kind[] KINDS = Kind.values();

    private final Bounds bounds;
    private int[] found = new int[64];
    private int count;

    Steps(Bounds bounds) {
        this.bounds = bounds;
    }

    /** All of them. */
    int[] of(Cluster cluster) {
        cluster.show();
        count = 0;
        for (TinyReplica replica : cluster.replicas()) {
            if (replica.isAlive()) {
                ofLiving(cluster, replica);
            } else if (mayDecide(cluster, cluster.outcomeOfRegistration(replica.id()))) {
                add(Kind.RESTART, replica.id(), 0);
            }
            ofController(cluster, replica);
        }
        if (!cluster.metadata().partition.hasLeader() && mayDecide(cluster, cluster.outcomeOfComparison())) {
            add(Kind.COMPARE, 0, 0);
        }
        ofMessages(cluster);
        return Arrays.copyOf(found, count);
    }

    private void ofLiving(Cluster cluster, TinyReplica replica) {
        int id = replica.id();
        if (cluster.appended() < bounds.records() && replica.mayProduce()) {
            add(Kind.PRODUCE, id, 0);
        }
        Message.FetchRequest fetch = cluster.nextFetch(id);
        if (fetch != null && (bounds.idleFetches() || cluster.tells(fetch))) {
            add(Kind.FETCH, id, 0);
        }
        if (replica.log().isFlushDue()) {
            add(Kind.FLUSH, id, 0);
        }
        if (replica.leader() != null && cluster.mayWait()) {
            add(Kind.TIME, id, 0);
        }
        if (cluster.isBehind(replica)) {
            add(Kind.METADATA, id, 0);
        }
        if (cluster.awaitsOutcome(id) && cluster.mayLose()) {
            add(Kind.OUTCOME_LOST, id, 0);
        }
        if (cluster.mayCrash()) {
            ofCrashes(replica);
        }
    }

    private void ofCrashes(TinyReplica replica) {
        int unflushed = replica.log().end() - replica.log().flushed();
        for (int left = 0; left <= unflushed; left++) {
            add(Kind.CRASH, replica.id(), 2 * left);
            if (replica.highWatermark() > 0) {
                add(Kind.CRASH, replica.id(), 2 * left + 1);
            }
        }
    }

    private void ofController(Cluster cluster, TinyReplica replica) {
        Version now = cluster.metadata();
        int id = replica.id();
        boolean active = now.isActive(id);
        if (active && cluster.mayFence(replica) && mayDecide(cluster, cluster.outcomeOfState(id, true))) {
            add(Kind.FENCE, id, 0);
        }
        boolean comesBack = !active && replica.isAlive() && now.epoch(id) == replica.brokerEpoch();
        if (comesBack && mayDecide(cluster, cluster.outcomeOfState(id, false))) {
            add(Kind.UNFENCE, id, 0);
        }
    }

    private void ofMessages(Cluster cluster) {
        for (int i = 0; i < cluster.messages().size(); i++) {
            boolean may = !(cluster.messages().get(i) instanceof Message.Proposal asked)
                    || cluster.outcomeOf(asked) == cluster.metadata()
                    || mayDecide(cluster, cluster.outcomeOf(asked));
            if (may) {
                add(Kind.ARRIVE, 0, i);
            }
        }
    }

    /** Whether the metadata may change so within the bounds. */
    private boolean mayDecide(Cluster cluster, Version outcome) {
        return outcome != cluster.metadata() && outcome.leaderships <= bounds.epochs() && cluster.mayDecide();
    }

    private void add(Kind kind, int who, int what) {
        if (count == found.length) {
            found = Arrays.copyOf(found, 2 * count);
        }
        found[count++] = (kind.code << WHO) | (what << WHAT) | who;
    }

    private static Kind kind(int step) {
        return KINDS[step >> WHO];
    }

    private static int who(int step) {
        return step & ((1 << WHAT) - 1);
    }

    private static int what(int step) {
        return (step >> WHAT) & ((1 << WHAT) - 1);
    }

    /** Lets it happen. */
    static void take(Cluster cluster, int step) {
        cluster.show();
        int id = who(step);
        switch (kind(step)) {
            case PRODUCE -> cluster.produce(id);
            case FETCH -> cluster.send(cluster.nextFetch(id));
            case ARRIVE -> cluster.arrive(what(step));
            case FLUSH -> cluster.replica(id).flush();
            case TIME -> cluster.timePasses(id);
            case METADATA -> cluster.tellMetadata(id);
            case OUTCOME_LOST -> cluster.loseOutcome(id);
            case CRASH -> cluster.crash(id, what(step) / 2, what(step) % 2 == 1);
            case RESTART -> cluster.restart(id);
            case FENCE -> cluster.fence(id);
            case UNFENCE -> cluster.decided(cluster.outcomeOfState(id, false));
            case COMPARE -> cluster.decided(cluster.outcomeOfComparison());
        }
    }

    /** What it is, in words, before it is taken. */
    static String words(Cluster cluster, int step) {
        int id = who(step);
        return switch (kind(step)) {
            case PRODUCE -> "a client's record " + (char) ('a' + cluster.appended()) + " comes to replica " + id;
            case FETCH -> "replica " + id + " fetches: " + words(cluster.nextFetch(id));
            case ARRIVE -> "arrives: " + words(cluster.messages().get(what(step)));
            case FLUSH -> "replica " + id + " has flushed its log";
            case TIME -> "much time passes at leader " + id;
            case METADATA -> "replica " + id + " hears of the next metadata";
            case OUTCOME_LOST -> "leader " + id + " hears that nobody knows what became of its proposal";
            case CRASH ->
                "replica " + id + " loses power; of what was not flushed " + what(step) / 2
                        + " records are left"
                        + (what(step) % 2 == 1 ? ", and its high watermark" : "");
            case RESTART -> "replica " + id + " restarts and registers";
            case FENCE -> "the controller fences replica " + id;
            case UNFENCE -> "the controller unfences replica " + id;
            case COMPARE -> "the controller compares the logs of those who are eligible";
        };
    }

    private static String words(Message message) {
        if (message instanceof Message.FetchRequest request) {
            return "from offset " + request.offset() + " in epoch " + request.leaderEpoch() + ", last epoch "
                    + request.lastEpoch() + ", " + request.flushedOffset() + " on disk (" + request.from() + " to "
                    + request.to() + ")";
        }
        if (message instanceof Message.FetchAnswer answer) {
            return "answer of " + answer.asked().to() + " to " + answer.asked().from() + ": " + answer.error()
                    + (answer.divergingEnd() >= 0
                            ? ", epoch " + answer.divergingEpoch() + " ends at " + answer.divergingEnd()
                            : ", " + answer.records().size() + " records, high watermark " + answer.highWatermark());
        }
        if (message instanceof Message.Proposal asked) {
            return "proposal of leader " + asked.from() + " in epoch " + asked.leaderEpoch() + ": ISR "
                    + asked.proposal().isr().stream()
                            .map(member -> Integer.toString(member.id()))
                            .toList()
                    + (asked.proposal().durable() ? ", durable" : "");
        }
        Message.ProposalAnswer answer = (Message.ProposalAnswer) message;
        return "answer of the controller to leader " + answer.asked().from() + ": " + answer.error();
    }
}
