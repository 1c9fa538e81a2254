// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.BrokerImage;
import java.util.ArrayDeque;

/** What the active controller knows of one broker's life. Times are monotonic milliseconds. */
final class BrokerSession {
    private static final int MAX_HOLDS = 8;
    private static final int MAX_REMEMBERED_FENCINGS = 64;
    private static final long NEVER = Long.MIN_VALUE;
    /** Who lives connects to a new controller within milliseconds. */
    private static final int SILENT_PART_OF_GRACE = 2;

    final int brokerId;
    /** Epoch of the registration that the heartbeats below came from. */
    long epoch;
    /** The session lasts from here: the last heartbeat, or the beginning of this controller's duties. */
    long aliveAtMs;
    /** Whether a heartbeat of this epoch has come to this controller. */
    boolean heard;

    long appliedOffset;
    boolean wantsShutdown;
    boolean wantsFence;
    boolean degraded;
    /** Since when heartbeats have shown it behind; {@link #NEVER} when it keeps up. */
    private long behindSinceMs = NEVER;

    private long committedAtLastHeartbeat;
    /** When it last had what was committed at the heartbeat before; {@link #NEVER} before that. */
    private long caughtUpAtMs = NEVER;

    /** Offset at which it was seen to lead nothing any more; -1 before. */
    long drainedAtOffset = -1;

    /** When it was last asked whether its process is there at all; {@link #NEVER} before, and again after it came back. */
    private long questionedAtMs = NEVER;
    /** Its host says that nobody listens where it did. */
    private boolean refused;

    private int connections;
    private long lostAtMs = NEVER;
    /** The break of its connection is no reason to fence it. */
    boolean leaseOnly;

    private long commandedAtMs = NEVER;
    private long observedEpoch = -1;
    private boolean observedFenced;
    private boolean observedShutdown;
    private boolean observedDraining;
    /** It is being fenced because its connection broke. */
    boolean flapped;

    private final ArrayDeque<Long> fencings = new ArrayDeque<>();
    private long holdUntilMs = NEVER;

    BrokerSession(int brokerId, long epoch, long nowMs) {
        this.brokerId = brokerId;
        this.epoch = epoch;
        this.aliveAtMs = nowMs;
    }

    /** A new registration: nothing that the old incarnation said holds; its connections and its flapping do. */
    void restart(long newEpoch, long nowMs) {
        epoch = newEpoch;
        aliveAtMs = nowMs;
        heard = false;
        appliedOffset = 0;
        wantsShutdown = false;
        wantsFence = false;
        degraded = false;
        behindSinceMs = NEVER;
        committedAtLastHeartbeat = 0;
        drainedAtOffset = -1;
        commandedAtMs = NEVER;
    }

    void heartbeat(long applied, long committed, HeartbeatWishes wishes, long nowMs) {
        aliveAtMs = nowMs;
        wantsShutdown |= wishes.shutdown();
        wantsFence = wishes.fence();
        degraded = wishes.degraded();
        appliedOffset = Math.max(appliedOffset, applied);
        if (heard && appliedOffset >= committedAtLastHeartbeat) {
            caughtUpAtMs = nowMs;
        }
        if (!heard || appliedOffset >= committedAtLastHeartbeat) {
            behindSinceMs = NEVER;
        } else if (behindSinceMs == NEVER) {
            behindSinceMs = nowMs;
        }
        committedAtLastHeartbeat = committed;
        heard = true;
    }

    BrokerProgress progress() {
        return new BrokerProgress(brokerId, appliedOffset, heard ? aliveAtMs : NEVER, caughtUpAtMs);
    }

    boolean behindFor(long limitMs, long nowMs) {
        return behindSinceMs != NEVER && nowMs - behindSinceMs >= limitMs;
    }

    void connected() {
        connections++;
        lostAtMs = NEVER;
        leaseOnly = false;
        questionedAtMs = NEVER;
        refused = false;
    }

    void connectionLost(long nowMs) {
        connections = Math.max(0, connections - 1);
        if (connections == 0) {
            lostAtMs = nowMs;
        }
    }

    /**
     * Whether to ask if its process is there at all; if so, it counts as asked. Again and again while its connection is broken: a process that ends may still
     * listen for a moment; not when that is no reason to fence it. Once when this controller has not heard of it since it took over.
     */
    boolean isToBeQuestioned(LivenessSettings settings, long nowMs) {
        boolean due = isLost()
                ? !leaseOnly
                        && !refused
                        && (questionedAtMs == NEVER || nowMs - questionedAtMs >= settings.refusedGraceMs())
                : questionedAtMs == NEVER
                        && !heard
                        && connections == 0
                        && nowMs - aliveAtMs >= settings.connectionGraceMs() / SILENT_PART_OF_GRACE;
        if (due) {
            questionedAtMs = nowMs;
        }
        return due;
    }

    /** Nobody listens where it did, says its host to a question. */
    void refused(long nowMs) {
        if (questionedAtMs == NEVER || connections > 0 || (heard && !isLost())) {
            return;
        }
        refused = true;
        if (!isLost()) {
            lostAtMs = nowMs;
        }
    }

    /** When it counts as gone for good, unless it comes back before. Only while it {@link #isLost}. */
    long goneAtMs(LivenessSettings settings) {
        return lostAtMs + (refused ? settings.refusedGraceMs() : settings.connectionGraceMs());
    }

    /** Whether it had a connection to this controller and has none any more, or is known to be gone without one. */
    boolean isLost() {
        return lostAtMs != NEVER;
    }

    long lostAtMs() {
        return lostAtMs;
    }

    /** Whether a command for this broker may be given now; if so, it counts as given. */
    boolean mayCommand(long retryMs, long nowMs) {
        if (commandedAtMs != NEVER && nowMs - commandedAtMs < retryMs) {
            return false;
        }
        commandedAtMs = nowMs;
        return true;
    }

    /** Looks at the broker's state; whether it changed since the last look. */
    boolean observe(BrokerImage broker, LivenessSettings settings, long nowMs) {
        boolean changed = observedEpoch != broker.epoch()
                || observedFenced != broker.fenced()
                || observedShutdown != broker.inControlledShutdown()
                || observedDraining != broker.draining();
        if (changed) {
            observedEpoch = broker.epoch();
            observedFenced = broker.fenced();
            observedShutdown = broker.inControlledShutdown();
            observedDraining = broker.draining();
            commandedAtMs = NEVER;
            if (flapped && broker.fenced()) {
                countFencing(settings, nowMs);
                flapped = false;
            }
        }
        return changed;
    }

    /** It is fenced because its connection broke: too often within the window and it has to wait. */
    private void countFencing(LivenessSettings settings, long nowMs) {
        while (!fencings.isEmpty()
                && (nowMs - fencings.peekFirst() > settings.flapWindowMs()
                        || fencings.size() == MAX_REMEMBERED_FENCINGS)) {
            fencings.removeFirst();
        }
        fencings.addLast(nowMs);
        int above = Math.min(fencings.size() - settings.flapLimit(), MAX_HOLDS);
        if (above > 0) {
            holdUntilMs = nowMs + above * settings.flapHoldMs();
        }
    }

    boolean isHeld(long nowMs) {
        return holdUntilMs != NEVER && nowMs < holdUntilMs;
    }
}
