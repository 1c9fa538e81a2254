// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import io.shiplog.replication.port.AssignedReplica;
import java.util.List;
import org.apache.kafka.common.Uuid;

/** What a client did or heard; times are those of the simulation, in microseconds. */
public sealed interface Observation {
    Uuid topicId();

    int partition();

    /** When it was heard; {@link #NEVER} while it was not. */
    long endedAt();

    /** Not, as long as the run lasted. */
    long NEVER = Long.MAX_VALUE;

    /** What became of a produce, as its producer knows. */
    enum Outcome {
        OK,
        /** Certain not to have been appended. */
        FAILED,
        /** Nobody knows. */
        UNKNOWN
    }

    /**
     * One record that a producer sent, with all its retries.
     *
     * @param producer a number that is the producer's own; its records have rising orders
     * @param idempotent whether a retry may not be appended a second time
     * @param triedAt when the attempt was sent that was answered
     * @param broker who answered; −1 when nobody did
     * @param offset as acknowledged; −1 when it was not
     */
    record Sent(
            Uuid topicId,
            int partition,
            long value,
            int producer,
            long order,
            boolean idempotent,
            short acks,
            long beganAt,
            long triedAt,
            long endedAt,
            Outcome outcome,
            int broker,
            long offset)
            implements Observation {
        /** Whether it was promised to stay. */
        public boolean isPromised() {
            return acks == -1 && outcome == Outcome.OK;
        }
    }

    /** A record was promised to stay, as one that had been appended long before; nobody told where. */
    record Kept(Uuid topicId, int partition, long value, long endedAt) implements Observation {}

    /**
     * One answer to a consumer that had records in it, or told a high watermark.
     *
     * @param consumer a number that is the consumer's own
     * @param wanted first offset that it asked for
     * @param beganAt when it asked
     */
    record Read(
            Uuid topicId,
            int partition,
            int consumer,
            int broker,
            long wanted,
            long beganAt,
            long endedAt,
            long highWatermark,
            List<Entry> entries)
            implements Observation {
        public Read {
            entries = List.copyOf(entries);
        }
    }

    /** A look-up of the latest offset that was answered with one. */
    record LookedUp(Uuid topicId, int partition, int broker, long beganAt, long endedAt, long latest)
            implements Observation {}

    /**
     * A leader sends a consumer to a follower, see KIP-392.
     *
     * @param follower what the leader acts on; null when it knows no such follower
     */
    record SentAway(Uuid topicId, int partition, int leader, AssignedReplica follower, long endedAt)
            implements Observation {}

    /** DeleteRecords that was acknowledged. */
    record Deleted(Uuid topicId, int partition, long below, long beganAt, long endedAt) implements Observation {}

    /** A producer uses an id that it was given, which it does for one partition. */
    record IdGiven(Uuid topicId, int partition, int producer, long producerId, long endedAt) implements Observation {}
}
