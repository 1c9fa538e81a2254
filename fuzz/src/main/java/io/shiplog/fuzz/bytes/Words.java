// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.fuzz.bytes;

import java.util.List;
import org.apache.kafka.common.Uuid;

/** Words that mean something to a node, so that a made-up request is more than unknown names. */
public final class Words {
    public static final String TOPIC = "orders";
    public static final Uuid TOPIC_ID = new Uuid(11, 1);
    public static final String COMPACTED = "balances";
    public static final Uuid COMPACTED_ID = new Uuid(11, 2);

    private static final List<Uuid> IDS =
            List.of(TOPIC_ID, COMPACTED_ID, Uuid.ZERO_UUID, Uuid.ONE_UUID, new Uuid(7, 1));
    private static final List<String> WORDS = List.of(
            TOPIC,
            COMPACTED,
            "__consumer_offsets",
            "new-topic",
            "",
            ".",
            "..",
            "a/b",
            "1",
            "2",
            "-1",
            "group",
            "member-1",
            "consumer",
            "range",
            "uniform",
            "user",
            "client-id",
            "ip",
            "127.0.0.1",
            "producer_byte_rate",
            "request_percentage",
            "retention.ms",
            "compression.type",
            "cleanup.policy",
            "compact",
            "compact,delete",
            "zstd",
            "min.insync.replicas",
            "max.message.bytes",
            "flush.policy",
            "replicated",
            "leader.replication.throttled.replicas",
            "1:2,3:1",
            "consumer.session.timeout.ms",
            "log.cleaner.threads",
            "metadata.version",
            "group.version",
            "9223372036854775808",
            "NaN",
            "o.*(a|b)+$",
            "(a+)+",
            "client.id",
            "admin",
            "AAAAAAAAAAsAAAAAAAAAAQ");
    private static final int LONGEST = 400;

    private Words() {}

    static String word(Dice dice) {
        if (!dice.oneIn(16)) {
            return dice.oneOf(WORDS);
        }
        int length = dice.oneIn(8) ? dice.below(LONGEST) : dice.below(12);
        StringBuilder word = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            word.append(dice.oneIn(16) ? (char) dice.below(0xd800) : (char) ('a' + dice.below(26)));
        }
        return word.toString();
    }

    static Uuid id(Dice dice) {
        return dice.oneOf(IDS);
    }
}
