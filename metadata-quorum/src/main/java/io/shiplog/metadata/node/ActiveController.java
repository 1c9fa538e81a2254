// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import io.shiplog.metadata.FatalHandler;
import io.shiplog.metadata.controller.BalanceSettings;
import io.shiplog.metadata.controller.BrokerLiveness;
import io.shiplog.metadata.controller.BrokerProgress;
import io.shiplog.metadata.controller.Controller;
import io.shiplog.metadata.controller.GatheringSettings;
import io.shiplog.metadata.controller.HeartbeatReply;
import io.shiplog.metadata.controller.HeartbeatWishes;
import io.shiplog.metadata.controller.JobSchedule;
import io.shiplog.metadata.controller.LivenessSettings;
import io.shiplog.metadata.controller.LogInfoGathering;
import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.metrics.ControllerEvents;
import io.shiplog.metadata.proto.ElectLeadersCommand;
import io.shiplog.metadata.proto.FormClusterCommand;
import io.shiplog.metadata.proto.HeartbeatRequest;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.MetadataEntry;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.RecoverPartitionsCommand;
import io.shiplog.metadata.proto.RegisterBrokerCommand;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shell around the pure controller, on the quorum node that leads. Takes all commands that wait, decides them one after the other on a
 * candidate image, and has their records agreed on in one entry, one entry in flight at a time. An answer, a refusal too, leaves when its
 * round is applied, so a deposed controller answers nothing. Fencing goes before all else.
 *
 * <p>One thread owns everything here; the public methods hand over to it. It does not begin before this node has applied what earlier leaders
 * agreed on, and ends when it leads no more. One that is {@link #turned} has no thread: the simulator turns it.
 */
public final class ActiveController implements AutoCloseable {
    /** Far below what Ratis takes; a larger one would make the leader step down. */
    static final int MAX_ENTRY_BYTES = 1 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(ActiveController.class);
    private static final int MAX_COMMANDS_PER_ROUND = 1_000;
    private static final int MAX_WAITING = 10_000;
    private static final long RETRY_MS = 20;
    private static final long MIN_POLL_MS = 10;
    /** While it leads, it looks at the clock at least so often: a longer gap means that it was stalled. */
    private static final long MAX_POLL_MS = 50;

    private static final long UPKEEP_EVERY_MS = 100;
    private static final long IDLE_MS = 1_000;

    private final AgreedLog log;
    private final Controller controller;
    private final LivenessSettings livenessSettings;
    private final BalanceSettings balanceSettings;
    private final long jobRepairWaitMs;
    private final String clusterId;
    private final Clock clock;
    private final ControllerEvents metrics;
    private final BrokerProbe probe;
    private final FatalHandler fatal;
    /** Random numbers of controller incarnations. */
    private final LongSupplier proposers;

    private final Runnable wake;
    private final LinkedBlockingQueue<Runnable> events = new LinkedBlockingQueue<>();
    private final ArrayDeque<PendingCommand> waiting = new ArrayDeque<>();
    /** What liveness has become due for, and goes before everything that waits. */
    private final ArrayDeque<PendingCommand> own = new ArrayDeque<>();

    /** The brokers whose heartbeats came on a connection, since this controller became active. */
    private final Map<Object, Set<Integer>> heartbeatConnections = new HashMap<>();

    private final Thread thread = new Thread(this::run, "metadata-controller");

    private volatile boolean closed;
    private volatile boolean active;
    private long activeTerm;
    private long proposer;
    private long proposals;
    private BrokerLiveness liveness;
    private QuorumUpkeep upkeep;
    private long upkeepAtMs;
    private LogInfoGathering gathering;
    /** Who waits for what replicas say, by the number of the ask. */
    private final Map<Long, Consumer<MetadataResult>> gatheringFor = new HashMap<>();

    private Round inFlight;
    private MetadataEntry inFlightEntry;
    private long retryAtMs = Long.MAX_VALUE;

    ActiveController(
            AgreedLog log,
            Controller controller,
            LivenessSettings livenessSettings,
            BalanceSettings balanceSettings,
            long jobRepairWaitMs,
            String clusterId,
            Clock clock,
            ControllerEvents metrics,
            BrokerProbe probe,
            FatalHandler fatal) {
        this(
                log,
                controller,
                livenessSettings,
                balanceSettings,
                jobRepairWaitMs,
                clusterId,
                clock,
                metrics,
                probe,
                fatal,
                new SecureRandom()::nextLong,
                () -> {});
    }

    private ActiveController(
            AgreedLog log,
            Controller controller,
            LivenessSettings livenessSettings,
            BalanceSettings balanceSettings,
            long jobRepairWaitMs,
            String clusterId,
            Clock clock,
            ControllerEvents metrics,
            BrokerProbe probe,
            FatalHandler fatal,
            LongSupplier proposers,
            Runnable wake) {
        this.log = log;
        this.controller = controller;
        this.livenessSettings = livenessSettings;
        this.balanceSettings = balanceSettings;
        this.jobRepairWaitMs = jobRepairWaitMs;
        this.clusterId = clusterId;
        this.clock = clock;
        this.metrics = metrics;
        this.probe = probe;
        this.fatal = fatal;
        this.proposers = proposers;
        this.wake = wake;
        thread.setDaemon(true);
    }

    /**
     * One without a thread, for the simulator: {@link #turn} is to be called first, then whenever it is woken or its time has come.
     *
     * @param proposers random numbers of incarnations
     * @param wake told that something waits for the next turn
     */
    public static ActiveController turned(
            AgreedLog log,
            Controller controller,
            LivenessSettings livenessSettings,
            BalanceSettings balanceSettings,
            String clusterId,
            Clock clock,
            BrokerProbe probe,
            LongSupplier proposers,
            Runnable wake) {
        return new ActiveController(
                log,
                controller,
                livenessSettings,
                balanceSettings,
                JobSchedule.DEFAULT_REPAIR_WAIT_MS,
                clusterId,
                clock,
                new ControllerEvents(),
                probe,
                (reason, cause) -> {
                    throw new IllegalStateException(reason, cause);
                },
                proposers,
                wake);
    }

    /** Everything that has come, then what time brings. Returns after how many ms the next turn is due, if nothing wakes it before. */
    public long turn() {
        for (Runnable event = events.poll(); event != null; event = events.poll()) {
            event.run();
        }
        step();
        return waitMs();
    }

    void start() {
        thread.start();
    }

    private void post(Runnable event) {
        long postedAtNs = System.nanoTime();
        events.add(() -> {
            long begunAtNs = System.nanoTime();
            event.run();
            metrics.onEvent(begunAtNs - postedAtNs, System.nanoTime() - begunAtNs);
        });
        wake.run();
    }

    /** Whether this node is the active controller; it may have been deposed without knowing yet. */
    public boolean isActive() {
        return active;
    }

    /** Leadership may have changed: looks again. */
    public void onLeadershipChanged() {
        post(() -> {});
    }

    /**
     * Decides a command and has it agreed on. Answers {@code NOT_CONTROLLER} when it was surely not carried out for want of leadership, and
     * {@code REQUEST_TIMED_OUT} when that is not known.
     */
    public void submit(MetadataCommand command, Consumer<MetadataResult> reply) {
        post(() -> {
            if (!active) {
                reply.accept(failure(Errors.NOT_CONTROLLER, ""));
            } else if (waiting.size() >= MAX_WAITING) {
                reply.accept(failure(Errors.THROTTLING_QUOTA_EXCEEDED, "too many metadata commands wait"));
            } else if (command.hasReportLogInfo()) {
                reply.accept(report(command));
            } else if (command.hasRecoverPartitions() || isUncleanElection(command)) {
                gather(command, reply);
            } else {
                waiting.add(new PendingCommand(CommandStamps.stamped(command, clock.wallClockMs()), reply));
            }
        });
    }

    /** Nothing is agreed on, so nothing waits. */
    private MetadataResult report(MetadataCommand command) {
        MetadataResult checked =
                controller.decide(log.image(), command, clock.nowMs()).result();
        if (checked.getError() == Errors.NONE.code()) {
            gathering.onReport(command.getBrokerId(), command.getBrokerEpoch(), command.getReportLogInfo());
        }
        return checked;
    }

    private static boolean isUncleanElection(MetadataCommand command) {
        return command.hasElectLeaders() && command.getElectLeaders().getType() == ElectLeadersCommand.Type.UNCLEAN;
    }

    private void gather(MetadataCommand command, Consumer<MetadataResult> reply) {
        if (command.getRecoverPartitions().getStrategy() == RecoverPartitionsCommand.Strategy.ELIGIBLE) {
            reply.accept(failure(Errors.INVALID_REQUEST, "a strategy of the controller itself"));
            return;
        }
        long ask = gathering.begin(log.image(), command, clock.nowMs());
        if (ask < 0) {
            reply.accept(failure(Errors.THROTTLING_QUOTA_EXCEEDED, "too many recoveries wait"));
        } else {
            gatheringFor.put(ask, reply);
        }
    }

    /**
     * A heartbeat came on {@code connection}.
     *
     * @param reply null when this node is not the active controller
     */
    public void heartbeat(Object connection, HeartbeatRequest request, Consumer<HeartbeatReply> reply) {
        post(() -> {
            if (!active) {
                reply.accept(null);
                return;
            }
            long nowMs = clock.nowMs();
            int brokerId = request.getBrokerId();
            HeartbeatReply answer = liveness.onHeartbeat(
                    log.image(),
                    brokerId,
                    request.getBrokerEpoch(),
                    request.getAppliedOffset(),
                    new HeartbeatWishes(request.getWantShutdown(), request.getWantFence(), request.getDegraded()),
                    nowMs);
            // Only registered brokers are remembered, whatever ids somebody sends.
            boolean first = answer.error() == Errors.NONE
                    && heartbeatConnections
                            .computeIfAbsent(connection, unknown -> new HashSet<>())
                            .add(brokerId);
            if (first) {
                liveness.onConnected(brokerId, nowMs);
            }
            reply.accept(
                    answer.error() == Errors.NONE
                            ? answer.asking(gathering.wantedFrom(log.image(), brokerId))
                            : answer);
        });
    }

    /** How far storage nodes follow the metadata; told nothing when this node is not the active controller. */
    void observers(Consumer<List<BrokerProgress>> reply) {
        post(() -> reply.accept(active ? liveness.progress() : List.of()));
    }

    /** A connection ended; concerns the brokers whose heartbeats came on it. */
    public void onConnectionClosed(Object connection) {
        post(() -> {
            Set<Integer> brokers = heartbeatConnections.remove(connection);
            if (active && brokers != null) {
                long nowMs = clock.nowMs();
                brokers.forEach(brokerId -> liveness.onConnectionLost(brokerId, nowMs));
            }
        });
    }

    private void run() {
        try {
            // This node may lead already, and nobody tells a second time.
            step();
            while (!closed) {
                Runnable event = events.poll(waitMs(), TimeUnit.MILLISECONDS);
                // Everything that has come goes before what time brings: a reconnect is served before an expiry.
                while (event != null) {
                    event.run();
                    event = events.poll();
                }
                step();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            fatal.fatal("the active controller failed", e);
        } finally {
            deactivate();
        }
    }

    private long waitMs() {
        if (!active) {
            return IDLE_MS;
        }
        long untilMs = Math.min(liveness.nextDeadlineMs(), retryAtMs);
        long nowMs = clock.nowMs();
        return untilMs <= nowMs ? MIN_POLL_MS : Math.min(MAX_POLL_MS, Math.max(MIN_POLL_MS, untilMs - nowMs));
    }

    private void step() {
        boolean leads = log.isLeaderReady();
        long term = log.term();
        if (active && (!leads || term != activeTerm)) {
            deactivate();
        }
        if (!active && leads && !closed) {
            activate(term);
        }
        if (active) {
            pollLiveness();
            pollUpkeep();
            if (inFlight == null) {
                beginRound();
            } else if (retryAtMs <= clock.nowMs()) {
                propose();
            }
        }
    }

    private void activate(long term) {
        MetadataImage image = log.image();
        activeTerm = term;
        proposer = proposers.getAsLong();
        proposals = 0;
        liveness = new BrokerLiveness(livenessSettings, balanceSettings);
        liveness.onControllerReady(image, clock.nowMs());
        upkeep = new QuorumUpkeep(image.offset(), clock.nowMs(), jobRepairWaitMs);
        upkeepAtMs = clock.nowMs();
        gathering = new LogInfoGathering(GatheringSettings.defaults());
        active = true;
        if (image.clusterId().isEmpty()) {
            waiting.add(PendingCommand.own(MetadataCommand.newBuilder()
                    .setBrokerId(-1)
                    .setFormCluster(FormClusterCommand.newBuilder().setClusterId(clusterId))
                    .build()));
        }
        LOG.info("this node is the active controller now: term {}, metadata offset {}", term, image.offset());
    }

    private void deactivate() {
        if (!active) {
            return;
        }
        active = false;
        LOG.info("this node is not the active controller any more: term {}", activeTerm);
        if (inFlight != null) {
            for (PendingCommand command : inFlight.pending()) {
                command.answer(failure(Errors.REQUEST_TIMED_OUT, "the active controller changed"));
            }
        }
        for (PendingCommand command : waiting) {
            command.answer(failure(Errors.NOT_CONTROLLER, ""));
        }
        inFlight = null;
        inFlightEntry = null;
        retryAtMs = Long.MAX_VALUE;
        for (Consumer<MetadataResult> reply : gatheringFor.values()) {
            reply.accept(failure(Errors.NOT_CONTROLLER, ""));
        }
        gatheringFor.clear();
        waiting.clear();
        own.clear();
        heartbeatConnections.clear();
        liveness = null;
        gathering = null;
    }

    /** Asked in time even while an entry is in flight: a gap would look like a stall of this controller. */
    private void pollLiveness() {
        long nowMs = clock.nowMs();
        if (liveness.nextDeadlineMs() <= nowMs || inFlight == null) {
            for (MetadataCommand command : liveness.poll(log.image(), nowMs)) {
                own.add(PendingCommand.own(command));
            }
        }
        for (BrokerImage broker : liveness.questionable(log.image(), nowMs)) {
            long askedInTerm = activeTerm;
            probe.ask(broker, () -> post(() -> onRefused(broker, askedInTerm)));
        }
        for (LogInfoGathering.Ready ready : gathering.poll(log.image(), nowMs)) {
            Consumer<MetadataResult> reply = gatheringFor.remove(ready.ask());
            (reply == null ? own : waiting).add(new PendingCommand(ready.command(), reply));
        }
    }

    private void onRefused(BrokerImage broker, long askedInTerm) {
        if (active && activeTerm == askedInTerm) {
            liveness.onRefused(broker.id(), broker.epoch(), clock.nowMs());
        }
    }

    private void pollUpkeep() {
        long nowMs = clock.nowMs();
        if (inFlight == null && upkeepAtMs <= nowMs) {
            upkeepAtMs = nowMs + UPKEEP_EVERY_MS;
            for (MetadataCommand command : upkeep.poll(log.image(), log.voters(), nowMs, clock.wallClockMs())) {
                own.add(PendingCommand.own(command));
            }
        }
    }

    private void beginRound() {
        long nowMs = clock.nowMs();
        Round round = new Round(log.image(), MAX_ENTRY_BYTES);
        while (!own.isEmpty() && round.hasRoom(MAX_COMMANDS_PER_ROUND)) {
            decide(round, own.poll(), nowMs);
        }
        while (!waiting.isEmpty() && round.hasRoom(MAX_COMMANDS_PER_ROUND)) {
            PendingCommand command = waiting.poll();
            if (command.command().hasRegisterBroker()) {
                fencePredecessor(round, command.command(), nowMs);
            }
            decide(round, command, nowMs);
        }
        if (round.isWorthAgreeing()) {
            inFlight = round;
            proposeNextEntry();
        }
    }

    private void fencePredecessor(Round round, MetadataCommand command, long nowMs) {
        RegisterBrokerCommand registration = command.getRegisterBroker();
        Optional<MetadataCommand> before = liveness.beforeRegistration(
                round.candidate(), command.getBrokerId(), Uuids.fromBytes(registration.getIncarnationId()));
        before.ifPresent(fence -> decide(round, PendingCommand.own(fence), nowMs));
    }

    private void decide(Round round, PendingCommand command, long nowMs) {
        round.add(command, controller.decide(round.candidate(), command.command(), nowMs));
    }

    private void proposeNextEntry() {
        inFlightEntry = MetadataEntry.newBuilder()
                .setFormat(1)
                .setDecidedOnOffset(log.image().offset())
                .setProposer(proposer)
                .setProposal(++proposals)
                .setDecidedAtMs(clock.wallClockMs())
                .addAllRecords(inFlight.nextEntry())
                .addAllOrigins(inFlight.origins())
                .build();
        propose();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // outcome and failure both become an event
    private void propose() {
        retryAtMs = Long.MAX_VALUE;
        long incarnation = proposer;
        long proposal = proposals;
        long begunAtNs = System.nanoTime();
        log.submit(inFlightEntry)
                .whenComplete((outcome, failure) -> post(() -> {
                    if (failure == null) {
                        metrics.onCommitted(System.nanoTime() - begunAtNs);
                    }
                    if (inFlight != null && incarnation == proposer && proposal == proposals) {
                        onOutcome(outcome, failure);
                    }
                }));
    }

    private void onOutcome(AgreedLog.Outcome outcome, Throwable failure) {
        if (failure != null) {
            // Not known whether it is agreed on. The same proposal again is answered as the first time; a lost
            // leadership ends it.
            LOG.debug("metadata proposal {} is uncertain", proposals, failure);
            retryAtMs = clock.nowMs() + RETRY_MS;
        } else if (!outcome.applied()) {
            decideAgain();
        } else if (inFlight.isWhollyProposed()) {
            Round done = inFlight;
            inFlight = null;
            inFlightEntry = null;
            done.answerAll();
        } else {
            proposeNextEntry();
        }
    }

    /** An entry of an earlier leader came in between. */
    private void decideAgain() {
        List<PendingCommand> again = inFlight.pending();
        for (int i = again.size() - 1; i >= 0; i--) {
            if (again.get(i).isFromOutside() || again.get(i).command().hasFormCluster()) {
                waiting.addFirst(again.get(i));
            }
        }
        inFlight = null;
        inFlightEntry = null;
    }

    private static MetadataResult failure(Errors error, String message) {
        return MetadataResult.newBuilder()
                .setError(error.code())
                .setMessage(message)
                .build();
    }

    /** Stops the thread; what waits is told that the controller is gone. */
    @Override
    public void close() {
        closed = true;
        post(() -> {});
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
