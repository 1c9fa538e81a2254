// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.fuzz.targets;

import io.shiplog.fuzz.Finding;
import io.shiplog.fuzz.Meter;
import io.shiplog.fuzz.Target;
import io.shiplog.fuzz.bytes.Dice;
import io.shiplog.fuzz.bytes.GroupBytes;
import io.shiplog.server.group.MemberPayloads;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.message.ConsumerProtocolAssignment;
import org.apache.kafka.common.message.ConsumerProtocolSubscription;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;

/**
 * What members of a classic group put into JoinGroup and SyncGroup: looked at as the handlers do, and what passes read as Kafka's coordinator does.
 * What Kafka's readers throw the coordinator answers, so only memory, time and errors of the machine count there.
 */
public final class GroupsTarget implements Target {
    /** Read once for its tables, once to look at it and once more for the coordinator. */
    private static final int THRICE_PER_BYTE = 48;

    @Override
    public String name() {
        return "groups";
    }

    @Override
    public byte[] generate(Dice dice) {
        return GroupBytes.of(dice);
    }

    @Override
    public void execute(byte[] input) throws Finding {
        long more = (long) THRICE_PER_BYTE * input.length;
        Meter.bounded("a subscription", input.length, more, () -> subscription(input));
        Meter.bounded("an assignment", input.length, more, () -> assignment(input));
    }

    private static void subscription(byte[] input) throws Finding {
        try {
            JoinGroupRequestData request = new JoinGroupRequestData().setProtocolType(ConsumerProtocol.PROTOCOL_TYPE);
            request.protocols()
                    .add(new JoinGroupRequestProtocol().setName("range").setMetadata(input));
            MemberPayloads.check(request);
            ByteBuffer bytes = ByteBuffer.wrap(input);
            short version = ConsumerProtocol.deserializeVersion(bytes);
            ConsumerProtocolSubscription unused =
                    ConsumerProtocol.deserializeConsumerProtocolSubscription(bytes, version);
        } catch (RuntimeException refused) {
            return;
        } catch (Error e) {
            throw Finding.escaped("the reader of subscriptions", e);
        }
    }

    private static void assignment(byte[] input) throws Finding {
        try {
            MemberPayloads.check(new SyncGroupRequestData()
                    .setProtocolType(ConsumerProtocol.PROTOCOL_TYPE)
                    .setAssignments(List.of(new SyncGroupRequestAssignment().setAssignment(input))));
            ByteBuffer bytes = ByteBuffer.wrap(input);
            short version = ConsumerProtocol.deserializeVersion(bytes);
            ConsumerProtocolAssignment unused = ConsumerProtocol.deserializeConsumerProtocolAssignment(bytes, version);
        } catch (RuntimeException refused) {
            return;
        } catch (Error e) {
            throw Finding.escaped("the reader of assignments", e);
        }
    }
}
