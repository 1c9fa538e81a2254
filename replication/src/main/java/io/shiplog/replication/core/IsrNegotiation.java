// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import org.apache.kafka.common.protocol.Errors;

/**
 * The one open ISR proposal of a leader: sent, answered, sent again. While its outcome is not known the pending
 * {@link IsrState} stays, and with it the maximal ISR (KAFKA-14144: an answer that got lost says nothing).
 */
final class IsrNegotiation {
    /** What an outcome means for the leader. */
    enum Verdict {
        /** Belongs to an attempt that is no longer of interest. */
        IGNORED,
        /** The controller did it and told the new state. */
        DONE,
        /** The controller did not and will not: the ISR is as it was. */
        REFUSED,
        /** Not settled: wait for metadata or for the next attempt. */
        OPEN
    }

    private final LeaderEffects effects;
    private final CoreSettings settings;

    private IsrState state = IsrState.SETTLED;
    private long attempt;
    private boolean inFlight;
    private long retryAtMs;

    /** An attempt without outcome may still reach the controller; until then a refusal of a later attempt settles nothing. */
    private long doubtfulUntilMs = Long.MIN_VALUE;

    private long pauseUntilMs = Long.MIN_VALUE;

    IsrNegotiation(LeaderEffects effects, CoreSettings settings) {
        this.effects = effects;
        this.settings = settings;
    }

    IsrState state() {
        return state;
    }

    boolean mayPropose(long nowMs) {
        return state == IsrState.SETTLED && nowMs >= pauseUntilMs;
    }

    void propose(IsrState pending) {
        state = pending;
        doubtfulUntilMs = Long.MIN_VALUE;
        send();
    }

    /** Sends the open proposal again when its time has come. */
    void onTick(long nowMs) {
        if (state != IsrState.SETTLED && !inFlight && nowMs >= retryAtMs) {
            send();
        }
    }

    /** Newer metadata decided: whatever was open is history, and its outcome will be ignored. */
    void settle() {
        state = IsrState.SETTLED;
        inFlight = false;
        attempt++;
        pauseUntilMs = Long.MIN_VALUE;
    }

    /** The controller agreed and changed nothing; asking the same at once would go round in circles. */
    void settleWithoutEffect(long nowMs) {
        settle();
        pauseUntilMs = nowMs + settings.replicaLagTimeMaxMs();
    }

    Verdict onOutcome(long outcomeOf, Errors error, long nowMs) {
        if (!inFlight || outcomeOf != attempt) {
            return Verdict.IGNORED;
        }
        inFlight = false;
        return switch (error) {
            case NONE -> {
                retryAtMs = nowMs + settings.replicaLagTimeMaxMs();
                yield Verdict.DONE;
            }
            case REQUEST_TIMED_OUT, NETWORK_EXCEPTION, NOT_CONTROLLER, UNKNOWN_SERVER_ERROR -> {
                doubtfulUntilMs = nowMs + settings.replicaLagTimeMaxMs();
                retryAtMs = nowMs + settings.proposalRetryMs();
                yield Verdict.OPEN;
            }
            case INELIGIBLE_REPLICA -> onIneligible(nowMs);
            default -> {
                // Version or epoch is stale, or the controller knows better: metadata will tell. The late retry is only
                // for a controller that contradicts itself.
                retryAtMs = nowMs + settings.replicaLagTimeMaxMs();
                yield Verdict.OPEN;
            }
        };
    }

    private Verdict onIneligible(long nowMs) {
        if (nowMs < doubtfulUntilMs) {
            retryAtMs = doubtfulUntilMs;
            return Verdict.OPEN;
        }
        settle();
        pauseUntilMs = nowMs + settings.proposalRetryMs();
        return Verdict.REFUSED;
    }

    private void send() {
        attempt++;
        inFlight = true;
        effects.proposeIsr(attempt, state.proposal());
    }
}
