// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.exhaustive;

import io.shiplog.replication.core.FetchCheck;
import io.shiplog.replication.core.FetchedPartition;
import io.shiplog.replication.core.FollowerFetch;
import io.shiplog.replication.core.FollowerPosition;
import io.shiplog.replication.core.PartitionLeader;
import io.shiplog.replication.port.IsrProposal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.apache.kafka.common.protocol.Errors;

/** One state: three replicas, the metadata, what is on its way, what is committed. Its methods are the things that can happen. */
final class Cluster {
    /** Proposals of one replica that are on their way; another one is the loss of the oldest. */
    private static final int PROPOSALS = 2;

    private final Stage stage;
    private final Decisions decisions;
    private final Bounds bounds;
    private final TinyReplica[] replicas;
    private final Truth truth;
    /** From the oldest that a living replica has to the newest. */
    private final List<Version> versions;

    private final List<Message> messages;
    /** Broker epochs of each replica, in order. */
    private final List<List<Long>> registrations;

    private int newest;
    private int appended;
    private int crashes;
    private int fences;
    private int waits;
    private int losses;

    private Cluster(Cluster other) {
        stage = other.stage;
        decisions = other.decisions;
        bounds = other.bounds;
        replicas = new TinyReplica[other.replicas.length];
        for (int i = 0; i < replicas.length; i++) {
            replicas[i] = other.replicas[i].copy();
        }
        truth = other.truth.copy();
        versions = new ArrayList<>(other.versions);
        messages = new ArrayList<>(other.messages);
        registrations = new ArrayList<>(other.registrations);
        newest = other.newest;
        appended = other.appended;
        crashes = other.crashes;
        fences = other.fences;
        waits = other.waits;
        losses = other.losses;
    }

    /** All replicas live and know the first version of the metadata. */
    Cluster(Bounds bounds, Decisions decisions) {
        this.bounds = bounds;
        this.decisions = decisions;
        stage = new Stage();
        stage.show(this);
        truth = new Truth(bounds.records());
        messages = new ArrayList<>();
        registrations = new ArrayList<>();
        versions = new ArrayList<>();
        Version first = decisions.first(bounds.minIsr());
        versions.add(first);
        replicas = new TinyReplica[Bounds.REPLICAS];
        for (int id = 1; id <= replicas.length; id++) {
            replicas[id - 1] = new TinyReplica(id, stage, new TinyLog(bounds.records()), first.epoch(id));
            registrations.add(List.of(first.epoch(id)));
        }
        for (TinyReplica replica : replicas) {
            replica.apply(first, 0);
        }
    }

    Cluster copy() {
        return new Cluster(this);
    }

    /** The cores act in this state until another one says the same. */
    void show() {
        stage.show(this);
    }

    TinyReplica replica(int id) {
        return replicas[id - 1];
    }

    TinyReplica[] replicas() {
        return replicas;
    }

    Truth truth() {
        return truth;
    }

    List<Message> messages() {
        return messages;
    }

    Version metadata() {
        return versions.get(versions.size() - 1);
    }

    int appended() {
        return appended;
    }

    boolean mayCrash() {
        return crashes < bounds.crashes();
    }

    boolean mayFence(TinyReplica replica) {
        return !replica.isAlive() || fences < bounds.fences();
    }

    boolean mayWait() {
        return waits < bounds.waits();
    }

    boolean mayLose() {
        return losses < bounds.losses();
    }

    boolean isBehind(TinyReplica replica) {
        return replica.isAlive() && replica.applied() < newest;
    }

    // ---- clients, disks, time

    void produce(int id) {
        replica(id).produce(appended++);
    }

    void timePasses(int id) {
        waits++;
        replica(id).timePasses();
    }

    // ---- fetches

    /** What the follower would ask for now; null when that is on its way already, or there is nobody to ask. */
    Message.FetchRequest nextFetch(int id) {
        TinyReplica replica = replica(id);
        if (replica.follower() == null || replica.follower().stoppedBecause() != null) {
            return null;
        }
        FollowerPosition position = new FollowerPosition();
        replica.follower().position(position);
        Message.FetchRequest request = new Message.FetchRequest(
                id,
                position.leaderId,
                replica.brokerEpoch(),
                position.currentLeaderEpoch,
                position.fetchOffset,
                position.lastFetchedEpoch,
                position.flushedOffset);
        return messages.contains(request) ? null : request;
    }

    /** Whether the fetch would change anything if it arrived now, at the leader or by its answer. */
    boolean tells(Message.FetchRequest request) {
        Cluster there = copy();
        there.show();
        there.arrive(request);
        boolean tells = there.digest() != digest();
        show();
        return tells;
    }

    void send(Message.FetchRequest request) {
        makeRoom(bounds.fetches(), each -> fetcherOf(each) == request.from());
        messages.add(request);
    }

    /** Whose fetch, or the answer to it, the message is; 0 for nobody's. */
    private static int fetcherOf(Message message) {
        if (message instanceof Message.FetchRequest asked) {
            return asked.from();
        }
        return message instanceof Message.FetchAnswer answer ? answer.asked().from() : 0;
    }

    private static int proposerOf(Message message) {
        if (message instanceof Message.Proposal asked) {
            return asked.from();
        }
        return message instanceof Message.ProposalAnswer answer ? answer.asked().from() : 0;
    }

    /** What is on its way to a process that ends; what it sent may still arrive. */
    private static boolean isLostWith(int id, Message message) {
        if (message instanceof Message.FetchRequest asked) {
            return asked.to() == id;
        }
        if (message instanceof Message.FetchAnswer answer) {
            return answer.asked().from() == id;
        }
        return message instanceof Message.ProposalAnswer answer
                && answer.asked().from() == id;
    }

    private void makeRoom(int limit, Predicate<Message> counts) {
        int found = 0;
        for (int i = messages.size() - 1; i >= 0; i--) {
            if (counts.test(messages.get(i)) && ++found == limit) {
                messages.remove(i);
                return;
            }
        }
    }

    private void arrive(Message.FetchRequest request) {
        PartitionLeader leader = replica(request.to()).leader();
        if (leader == null) {
            return;
        }
        FollowerFetch fetch = new FollowerFetch();
        fetch.replicaId = request.from();
        fetch.brokerEpoch = request.brokerEpoch();
        fetch.currentLeaderEpoch = request.leaderEpoch();
        fetch.fetchOffset = request.offset();
        fetch.lastFetchedEpoch = request.lastEpoch();
        fetch.flushedOffset = request.flushedOffset();
        fetch.logStartOffset = 0;
        fetch.highWatermark = 0;
        FetchCheck check = leader.onFollowerFetch(fetch, replica(request.to()).nowMs());
        boolean tells = check.error() == Errors.NONE || check.error() == Errors.OFFSET_OUT_OF_RANGE;
        TinyReplica asker = replica(request.from());
        if (!tells || !asker.isAlive() || asker.brokerEpoch() != request.brokerEpoch()) {
            return;
        }
        List<Integer> records = new ArrayList<>();
        if (check.error() == Errors.NONE && !check.diverges()) {
            TinyLog log = replica(request.to()).log();
            for (int i = (int) request.offset(); i < log.end(); i++) {
                records.add(log.at(i));
            }
        }
        boolean bringsNothing = check.error() == Errors.NONE
                && !check.diverges()
                && records.isEmpty()
                && leader.highWatermark() <= asker.highWatermark();
        if (bringsNothing) {
            // A follower's high watermark does not go back, so it will bring nothing later either.
            return;
        }
        messages.add(new Message.FetchAnswer(
                request,
                check.error(),
                leader.highWatermark(),
                check.divergingEpoch(),
                check.divergingEndOffset(),
                records));
    }

    private void arrive(Message.FetchAnswer answer) {
        TinyReplica replica = replica(answer.asked().from());
        if (replica.follower() == null) {
            return;
        }
        FetchedPartition fetched = new FetchedPartition();
        fetched.requestLeaderEpoch = answer.asked().leaderEpoch();
        fetched.requestFetchOffset = answer.asked().offset();
        fetched.requestLastFetchedEpoch = answer.asked().lastEpoch();
        fetched.error = answer.error();
        fetched.highWatermark = answer.highWatermark();
        fetched.logStartOffset = 0;
        fetched.divergingEpoch = answer.divergingEpoch();
        fetched.divergingEndOffset = answer.divergingEnd();
        ByteBuffer records = ByteBuffer.allocate(answer.records().size() * Integer.BYTES);
        for (int record : answer.records()) {
            records.putInt(record);
        }
        fetched.records = records.flip();
        replica.follower().onFetched(fetched);
    }

    // ---- the controller

    /** A leader asks: of what it asked before, the oldest may get lost. */
    void propose(int id, long attempt, IsrProposal proposal) {
        makeRoom(PROPOSALS, each -> proposerOf(each) == id);
        TinyReplica replica = replica(id);
        messages.add(
                new Message.Proposal(id, replica.brokerEpoch(), replica.state().leaderEpoch(), attempt, proposal));
    }

    private void arrive(Message.Proposal asked) {
        Decisions.Outcome outcome = decisions.alter(metadata(), asked);
        decided(outcome.version());
        TinyReplica replica = replica(asked.from());
        boolean listens = replica.leader() != null && replica.leader().leaderEpoch() == asked.leaderEpoch();
        if (!listens || replica.brokerEpoch() != asked.brokerEpoch()) {
            return;
        }
        Errors error = outcome.error();
        if (error == Errors.NONE) {
            error = Errors.forCode((short)
                    outcome.result().getAlterPartition().getPartitions(0).getError());
        }
        messages.add(new Message.ProposalAnswer(asked, error, error == Errors.NONE ? outcome.version() : null));
    }

    private void arrive(Message.ProposalAnswer answer) {
        TinyReplica replica = replica(answer.asked().from());
        if (replica.leader() == null
                || replica.leader().leaderEpoch() != answer.asked().leaderEpoch()) {
            return;
        }
        replica.leader()
                .onIsrOutcome(
                        answer.asked().attempt(),
                        answer.error(),
                        answer.version() == null ? null : replica.version().told(answer.version()),
                        replica.nowMs());
    }

    /** Whether the leader waits for an outcome that it may stop waiting for. */
    boolean awaitsOutcome(int id) {
        PartitionLeader leader = replica(id).leader();
        return leader != null && CoreGraph.awaitedAttempt(leader) >= 0;
    }

    /** Nobody knows what became of the proposal; it may still arrive. */
    void loseOutcome(int id) {
        losses++;
        TinyReplica replica = replica(id);
        replica.leader()
                .onIsrOutcome(
                        CoreGraph.awaitedAttempt(replica.leader()), Errors.REQUEST_TIMED_OUT, null, replica.nowMs());
    }

    /** What the controller would make of it. */
    Version outcomeOf(Message.Proposal asked) {
        return decisions.alter(metadata(), asked).version();
    }

    void fence(int id) {
        fences += replica(id).isAlive() ? 1 : 0;
        decided(outcomeOfState(id, true));
    }

    Version outcomeOfState(int id, boolean fenced) {
        return decisions.changeState(metadata(), id, fenced).version();
    }

    Version outcomeOfRegistration(int id) {
        return decisions.register(metadata(), id).version();
    }

    Version outcomeOfComparison() {
        List<Decisions.Holding> holdings = new ArrayList<>();
        for (TinyReplica replica : replicas) {
            if (replica.isAlive() && metadata().isActive(replica.id())) {
                holdings.add(new Decisions.Holding(
                        replica.id(),
                        replica.brokerEpoch(),
                        replica.log().end() == 0
                                ? -1
                                : TinyLog.epochOf(replica.log().at(replica.log().end() - 1)),
                        replica.log().end(),
                        replica.highWatermark()));
            }
        }
        return decisions.recover(metadata(), holdings).version();
    }

    void decided(Version version) {
        if (version != metadata()) {
            versions.add(version);
            newest++;
        }
    }

    /** Whether what is behind would not fall behind too far. */
    boolean mayDecide() {
        return versions.size() <= bounds.lag();
    }

    // ---- replicas

    void tellMetadata(int id) {
        TinyReplica replica = replica(id);
        int next = replica.applied() + 1;
        replica.apply(versions.get(versions.size() - 1 - (newest - next)), next);
        forgetOldVersions();
    }

    private void forgetOldVersions() {
        int oldest = newest;
        for (TinyReplica replica : replicas) {
            oldest = replica.isAlive() ? Math.min(oldest, replica.applied()) : oldest;
        }
        while (versions.size() > newest - oldest + 1) {
            versions.remove(0);
        }
    }

    void crash(int id, int recordsLeft, boolean highWatermarkKept) {
        crashes++;
        replica(id).crash(recordsLeft, highWatermarkKept);
        messages.removeIf(each -> isLostWith(id, each));
        forgetOldVersions();
    }

    /** It registers, and begins with the metadata in which it is registered. */
    void restart(int id) {
        decided(outcomeOfRegistration(id));
        long epoch = metadata().epoch(id);
        List<Long> epochs = new ArrayList<>(registrations.get(id - 1));
        epochs.add(epoch);
        registrations.set(id - 1, epochs);
        replica(id).restart(epoch);
        replica(id).apply(metadata(), newest);
        forgetOldVersions();
    }

    void arrive(int index) {
        Message message = messages.remove(index);
        if (message instanceof Message.FetchRequest request) {
            arrive(request);
        } else if (message instanceof Message.FetchAnswer answer) {
            arrive(answer);
        } else if (message instanceof Message.Proposal asked) {
            arrive(asked);
        } else if (message instanceof Message.ProposalAnswer answer) {
            arrive(answer);
        }
    }

    void loseAllMessages() {
        messages.clear();
    }

    /** From here on everything is counted anew. */
    void countFromHere() {
        fences = 0;
        waits = 0;
        losses = 0;
    }

    // ---- equality

    /** Equal for states from which the same can happen. */
    long digest() {
        return new StateDigest(this).value();
    }

    int newest() {
        return newest;
    }

    /** How much of what is bounded has happened. */
    int[] counts() {
        return new int[] {appended, crashes, fences, waits, losses};
    }

    // ---- for people

    List<List<Long>> registrations() {
        return registrations;
    }

    List<Version> versions() {
        return versions;
    }

    String words() {
        StringBuilder words = new StringBuilder();
        for (TinyReplica replica : replicas) {
            words.append(replica.words()).append("; ");
        }
        Version now = metadata();
        return words.append("leader ")
                .append(now.partition.leader())
                .append(" e")
                .append(now.partition.leaderEpoch())
                .append(" ISR ")
                .append(Arrays.toString(now.partition.isr()))
                .append(" ELR ")
                .append(Arrays.toString(now.partition.elr()))
                .append("; committed ")
                .append(truth.committed())
                .toString();
    }
}
