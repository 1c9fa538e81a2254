// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.fuzz.bytes;

import org.apache.kafka.common.message.ConsumerProtocolAssignment;
import org.apache.kafka.common.message.ConsumerProtocolSubscription;
import org.apache.kafka.common.protocol.types.Schema;

/** What members of a classic group send each other through the coordinator: subscriptions and assignments, behind an int16 version. */
public final class GroupBytes {
    private GroupBytes() {}

    public static byte[] of(Dice dice) {
        if (dice.oneIn(8)) {
            return dice.bytes(dice.below(64));
        }
        Schema[] schemas = dice.oneIn(2) ? ConsumerProtocolSubscription.SCHEMAS : ConsumerProtocolAssignment.SCHEMAS;
        int version = dice.below(schemas.length);
        byte[] payload = new Bytes()
                .int16(dice.oneIn(16) ? dice.number() : version)
                .raw(SchemaBytes.write(schemas[version], dice))
                .toArray();
        return dice.oneIn(4) ? Mutation.of(payload, dice) : payload;
    }
}
