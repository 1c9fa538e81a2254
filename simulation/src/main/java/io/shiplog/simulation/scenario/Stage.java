// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.scenario;

import java.util.List;

/**
 * The cluster that a story is told on: one topic with one partition. Nothing happens here but what the story says, and time passes only
 * in {@link #pass}.
 */
public interface Stage {
    /** What one broker knows of the partition; −1 and empty when it is not running or has no replica. */
    record Sight(boolean leads, int leaderEpoch, long logEnd, long highWatermark, List<Written> log) {
        public Sight {
            log = List.copyOf(log);
        }
    }

    /** One record in a log. */
    record Written(long offset, int epoch, long value) {
        @Override
        public String toString() {
            return "(" + offset + "," + epoch + ")";
        }
    }

    /** What the metadata say of the partition; leader −1 for nobody. */
    record Agreed(int leader, int leaderEpoch, List<Integer> isr, List<Integer> elr, boolean unclean) {
        public Agreed {
            isr = List.copyOf(isr);
            elr = List.copyOf(elr);
        }
    }

    /** Starts these brokers. */
    void begin(List<Integer> brokers);

    /** Creates the topic, replicas in the order of assignment. */
    void createTopic(String name, List<Integer> replicas, int minIsr);

    /** One batch of one record each, sent at once; retried by the rules of an idempotent producer until it is known what became of it. */
    void produce(int records, short acks);

    /** Records for which a producer heard that all is well. */
    int acknowledged();

    /** Values that were acknowledged with acks=all. */
    List<Long> acknowledgedByAll();

    /** The errors that the producer was told, by their Kafka names, the newest last. */
    List<String> producerErrors();

    /** Whether messages between two brokers get through. */
    void link(int one, int other, boolean up);

    /** The process ends at once; its disk stays as it is, page cache included. */
    void crash(int broker);

    void start(int broker);

    /** Elects the preferred leader, or anybody who is alive. */
    void elect(boolean uncleanly);

    /** Lets virtual time pass. */
    void pass(long ms);

    Sight sight(int broker);

    Agreed agreed();

    /** The answer to a look-up of the latest offset; negative: not available or not leader. */
    long latestOffset(int broker);

    /** How many records a consumer gets that reads from the beginning, at most to the high watermark. */
    int readable(int broker);
}
