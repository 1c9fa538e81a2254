// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.ChangeBrokerStateCommand;
import io.shiplog.metadata.proto.MetadataCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/**
 * Which brokers are alive: soft state of the active controller, from connections and heartbeats. Pure: events and time in,
 * commands out. Not thread-safe; the controller's thread owns it.
 *
 * <p>A broker is fenced when its session ends, and much earlier when its connection breaks and stays broken, at once nearly when its host says that its process is gone. The second is a
 * guess, so it is not made when the fault may be this controller's own: several brokers broke away together, or the controller
 * stalled. Fencing too early costs availability only, never acknowledged records.
 */
public final class BrokerLiveness {
    private static final int POLLS_PER_GAP = 3;
    private static final int SILENT_PART = 4;

    private final LivenessSettings settings;
    private final TreeMap<Integer, BrokerSession> sessions = new TreeMap<>();
    private final SweepSchedule sweeps;
    private final BalanceSchedule balances;
    private final EvacuationSchedule evacuations;
    private long polledAtMs;
    private boolean polled;
    private boolean eventSincePoll;
    private long lastEventMs;

    public BrokerLiveness(LivenessSettings settings, BalanceSettings balancing) {
        this.settings = settings;
        this.sweeps = new SweepSchedule(settings);
        this.balances = new BalanceSchedule(balancing);
        this.evacuations = new EvacuationSchedule(balancing);
    }

    /**
     * This node became the active controller: every unfenced broker gets a full session, and a sweep comes first. Connections
     * that are open already are to be told again by {@link #onConnected}.
     */
    public void onControllerReady(MetadataImage image, long nowMs) {
        sessions.clear();
        for (BrokerImage broker : image.brokers()) {
            sessions.put(broker.id(), new BrokerSession(broker.id(), broker.epoch(), nowMs));
        }
        sweeps.want();
        balances.onControllerReady(nowMs);
        polled = false;
        event(nowMs);
    }

    /** A broker has a (further) connection on which its heartbeats come; told once per connection. */
    public void onConnected(int brokerId, long nowMs) {
        BrokerSession session = sessions.get(brokerId);
        if (session != null) {
            session.connected();
            event(nowMs);
        }
    }

    /** A connection of which {@link #onConnected} was told broke. */
    public void onConnectionLost(int brokerId, long nowMs) {
        BrokerSession session = sessions.get(brokerId);
        if (session != null) {
            session.connectionLost(nowMs);
            event(nowMs);
        }
    }

    /**
     * Brokers whose process may be gone: whether anybody listens where they did is worth a question. Those whose connection broke, until they are back or fenced; and once, those of which
     * nothing was heard since this controller took over, though the others had the time to come: a broker that died together with the controller before, as in one process,
     * has no connection here that could break.
     */
    public List<BrokerImage> questionable(MetadataImage image, long nowMs) {
        List<BrokerImage> questionable = new ArrayList<>();
        for (BrokerSession session : sessions.values()) {
            BrokerImage broker = image.broker(session.brokerId);
            if (broker != null && !broker.fenced() && session.isToBeQuestioned(settings, nowMs)) {
                questionable.add(broker);
            }
        }
        return questionable;
    }

    /**
     * The host of a broker that {@link #questionable} named says that nobody listens there. Unless it was heard of meanwhile, it is gone, whether its connection broke or it never had one.
     */
    public void onRefused(int brokerId, long brokerEpoch, long nowMs) {
        BrokerSession session = sessions.get(brokerId);
        if (session != null && session.epoch == brokerEpoch) {
            session.refused(nowMs);
            event(nowMs);
        }
    }

    /**
     * A broker is alive and has applied the metadata below {@code appliedOffset}.
     */
    public HeartbeatReply onHeartbeat(
            MetadataImage image,
            int brokerId,
            long brokerEpoch,
            long appliedOffset,
            HeartbeatWishes wishes,
            long nowMs) {
        BrokerImage broker = image.broker(brokerId);
        if (broker == null || broker.epoch() != brokerEpoch) {
            return HeartbeatReply.stale(image.offset());
        }
        BrokerSession session = session(broker, nowMs);
        session.heartbeat(appliedOffset, image.offset(), wishes, nowMs);
        event(nowMs);
        return new HeartbeatReply(
                Errors.NONE,
                image.offset(),
                broker.fenced(),
                caughtUp(image, broker, session),
                session.wantsShutdown ? waitsFor(image, broker, session) : null,
                List.of());
    }

    private String waitsFor(MetadataImage image, BrokerImage broker, BrokerSession session) {
        return broker.fenced() ? "" : Handover.waitsFor(image, broker, session, sessions.values());
    }

    /** The session of this registration, begun when there is none. */
    private BrokerSession session(BrokerImage broker, long nowMs) {
        BrokerSession session = sessions.get(broker.id());
        if (session == null) {
            session = new BrokerSession(broker.id(), broker.epoch(), nowMs);
            sessions.put(broker.id(), session);
        } else if (session.epoch != broker.epoch()) {
            session.restart(broker.epoch(), nowMs);
        }
        return session;
    }

    private void event(long nowMs) {
        eventSincePoll = true;
        lastEventMs = nowMs;
    }

    /**
     * The command to decide before a registration: fences the incarnation before when its connection is broken, or when it has
     * not been heard since this controller took over while a fair part of a session passed. So a node that was restarted need
     * not wait for its old session to end, and still the twin of a live node cannot take its place.
     */
    public Optional<MetadataCommand> beforeRegistration(MetadataImage image, int brokerId, Uuid incarnationId) {
        BrokerImage broker = image.broker(brokerId);
        BrokerSession session = sessions.get(brokerId);
        boolean replaces = broker != null
                && !broker.fenced()
                && !broker.incarnationId().equals(incarnationId)
                && session != null
                && (session.isLost() || silentTooLong(session));
        return replaces
                ? Optional.of(change(broker, true, broker.inControlledShutdown(), "replaced by a new incarnation"))
                : Optional.empty();
    }

    private boolean silentTooLong(BrokerSession session) {
        return !session.heard && polled && polledAtMs - session.aliveAtMs >= settings.sessionTimeoutMs() / SILENT_PART;
    }

    /**
     * The commands that are due, fencing first. A command is given again after a while when the image does not show its
     * effect; all of them may be decided more than once.
     *
     * @param image with all that was committed so far
     */
    public List<MetadataCommand> poll(MetadataImage image, long nowMs) {
        if (polled && nowMs - polledAtMs > settings.maxPollGapMs()) {
            onStall(nowMs);
        }
        polled = true;
        polledAtMs = nowMs;
        eventSincePoll = false;
        sessions.keySet().removeIf(id -> image.broker(id) == null);
        markBreakaways(image);
        List<MetadataCommand> commands = new ArrayList<>();
        List<MetadataCommand> others = new ArrayList<>();
        for (BrokerImage broker : image.brokers()) {
            BrokerSession session = session(broker, nowMs);
            if (session.observe(broker, settings, nowMs)) {
                sweeps.want();
            }
            if (broker.fenced()) {
                pollFenced(image, broker, session, others, nowMs);
            } else {
                pollUnfenced(image, broker, session, commands, others, nowMs);
            }
        }
        sweeps.next(image, nowMs).ifPresent(commands::add);
        commands.addAll(others);
        List<Integer> degraded = degraded();
        evacuations.next(image, degraded, nowMs).ifPresent(commands::add);
        balances.next(image, degraded, nowMs).ifPresent(commands::add);
        return commands;
    }

    private List<Integer> degraded() {
        List<Integer> ids = new ArrayList<>();
        for (BrokerSession session : sessions.values()) {
            if (session.degraded) {
                ids.add(session.brokerId);
            }
        }
        return ids;
    }

    /** Heartbeats and reconnects may wait unread: nobody is fenced before they have had the time to be read. */
    private void onStall(long nowMs) {
        long graceEndsMs = nowMs + settings.connectionGraceMs();
        for (BrokerSession session : sessions.values()) {
            session.aliveAtMs = Math.max(session.aliveAtMs, graceEndsMs - settings.sessionTimeoutMs());
            session.leaseOnly |= session.isLost();
        }
    }

    /** Marks brokers that broke away together with too many others. */
    private void markBreakaways(MetadataImage image) {
        int unfenced = 0;
        for (BrokerImage broker : image.brokers()) {
            unfenced += broker.fenced() ? 0 : 1;
        }
        int tolerated = Math.max(1, unfenced / 3);
        for (BrokerImage broker : image.brokers()) {
            BrokerSession session = sessions.get(broker.id());
            if (!broker.fenced() && session != null && session.isLost() && together(image, session) > tolerated) {
                session.leaseOnly = true;
            }
        }
    }

    private int together(MetadataImage image, BrokerSession session) {
        int count = 0;
        for (BrokerSession other : sessions.values()) {
            BrokerImage broker = image.broker(other.brokerId);
            if (broker != null
                    && !broker.fenced()
                    && other.isLost()
                    && Math.abs(other.lostAtMs() - session.lostAtMs()) <= settings.connectionGraceMs()) {
                count++;
            }
        }
        return count;
    }

    private void pollFenced(
            MetadataImage image, BrokerImage broker, BrokerSession session, List<MetadataCommand> others, long nowMs) {
        if (mayBeUnfenced(image, broker, session, nowMs) && session.mayCommand(settings.retryMs(), nowMs)) {
            others.add(change(broker, false, false, "caught up"));
        }
    }

    private void pollUnfenced(
            MetadataImage image,
            BrokerImage broker,
            BrokerSession session,
            List<MetadataCommand> fencings,
            List<MetadataCommand> others,
            long nowMs) {
        boolean flapped = connectionGone(session, nowMs);
        String cause = flapped ? "connection lost" : otherCauseToFence(image, broker, session, nowMs);
        boolean beginsShutdown = cause == null
                && session.wantsShutdown
                && !broker.inControlledShutdown()
                && Handover.inDoubt(image, session, sessions.values()) == null;
        if ((cause == null && !beginsShutdown) || !session.mayCommand(settings.retryMs(), nowMs)) {
            return;
        }
        if (beginsShutdown) {
            others.add(change(broker, false, true, "controlled shutdown"));
        } else {
            session.flapped = flapped;
            fencings.add(change(broker, true, broker.inControlledShutdown(), cause));
        }
    }

    private boolean connectionGone(BrokerSession session, long nowMs) {
        return session.isLost() && !session.leaseOnly && nowMs >= session.goneAtMs(settings);
    }

    private String otherCauseToFence(MetadataImage image, BrokerImage broker, BrokerSession session, long nowMs) {
        if (nowMs - session.aliveAtMs >= settings.sessionTimeoutMs()) {
            return "session timeout";
        }
        if (session.wantsFence) {
            return "asked for by the broker";
        }
        if (session.behindFor(settings.metadataLagLimitMs(), nowMs)) {
            return "behind with the metadata";
        }
        return Handover.waitsFor(image, broker, session, sessions.values()).isEmpty() ? "controlled shutdown" : null;
    }

    private boolean mayBeUnfenced(MetadataImage image, BrokerImage broker, BrokerSession session, long nowMs) {
        return session.heard
                && !session.isLost()
                && !session.wantsFence
                && !session.wantsShutdown
                && !broker.inControlledShutdown()
                && nowMs - session.aliveAtMs < settings.sessionTimeoutMs()
                && caughtUp(image, broker, session)
                && !session.isHeld(nowMs);
    }

    /** Whether it has applied its own registration, and nearly all there is. */
    private boolean caughtUp(MetadataImage image, BrokerImage broker, BrokerSession session) {
        return session.appliedOffset > broker.epoch()
                && session.appliedOffset >= image.offset() - settings.maxLagOffsets();
    }

    /** How far each broker follows the metadata, by id. */
    public List<BrokerProgress> progress() {
        List<BrokerProgress> result = new ArrayList<>();
        for (BrokerSession session : sessions.values()) {
            result.add(session.progress());
        }
        return result;
    }

    /**
     * When {@link #poll} is to be called at the latest, in the time of the events; {@link Long#MAX_VALUE} before duties began.
     * Later than that by {@link LivenessSettings#maxPollGapMs} counts as a stall.
     */
    public long nextDeadlineMs() {
        if (eventSincePoll) {
            return lastEventMs;
        }
        if (!polled) {
            return Long.MAX_VALUE;
        }
        long deadlineMs = polledAtMs + Math.max(1, settings.maxPollGapMs() / POLLS_PER_GAP);
        for (BrokerSession session : sessions.values()) {
            if (session.isLost() && !session.leaseOnly) {
                deadlineMs = earlier(deadlineMs, session.goneAtMs(settings));
                deadlineMs = earlier(deadlineMs, polledAtMs + Math.max(1, settings.refusedGraceMs()));
            }
            deadlineMs = earlier(deadlineMs, session.aliveAtMs + settings.sessionTimeoutMs());
        }
        return deadlineMs;
    }

    /** What is past already was dealt with by the last poll. */
    private long earlier(long deadlineMs, long dueAtMs) {
        return dueAtMs > polledAtMs ? Math.min(deadlineMs, dueAtMs) : deadlineMs;
    }

    private static MetadataCommand change(BrokerImage broker, boolean fenced, boolean inShutdown, String cause) {
        return MetadataCommand.newBuilder()
                .setBrokerId(Controller.NO_BROKER)
                .setChangeBrokerState(ChangeBrokerStateCommand.newBuilder()
                        .setTargetBrokerId(broker.id())
                        .setTargetBrokerEpoch(broker.epoch())
                        .setFenced(fenced)
                        .setInControlledShutdown(inShutdown)
                        .setCause(cause))
                .build();
    }
}
