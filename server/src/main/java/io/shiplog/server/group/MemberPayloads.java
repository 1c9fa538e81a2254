// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.group;

import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.replication.fetch.CrowdedKeys;
import java.nio.ByteBuffer;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.ConsumerProtocolAssignment;
import org.apache.kafka.common.message.ConsumerProtocolSubscription;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * What members of a classic group tell each other through the coordinator, looked at before it is handed to it: the coordinator reads subscriptions
 * and assignments without bounds, and a crowded table would keep the thread that all groups of this node wait for.
 *
 * <pre>
 * int16 version | subscription or assignment of that version
 * </pre>
 */
public final class MemberPayloads {
    private static final int VERSION_BYTES = 2;
    private static final int MAX_ELEMENTS = 200_000;

    private MemberPayloads() {}

    /**
     * Looks at what a member brings. What makes no sense is the coordinator's to judge.
     *
     * @throws InvalidRequestException when reading it would cost far more than its bytes
     */
    public static void check(JoinGroupRequestData request) {
        boolean bounded = isConsumer(request.protocolType());
        for (JoinGroupRequestProtocol protocol : request.protocols()) {
            check(new ConsumerProtocolSubscription(), protocol.metadata(), bounded);
        }
    }

    /** As {@link #check(JoinGroupRequestData)}; the first versions do not name the type. */
    public static void check(SyncGroupRequestData request) {
        boolean bounded = isConsumer(request.protocolType());
        for (SyncGroupRequestAssignment member : request.assignments()) {
            check(new ConsumerProtocolAssignment(), member.assignment(), bounded);
        }
    }

    /** Payloads of others, such as Connect's, only happen to be readable as a consumer's. */
    private static boolean isConsumer(String protocolType) {
        return ConsumerProtocol.PROTOCOL_TYPE.equals(protocolType);
    }

    private static void check(ApiMessage message, byte[] payload, boolean bounded) {
        if (payload == null || payload.length < VERSION_BYTES) {
            return;
        }
        ByteBuffer bytes = ByteBuffer.wrap(payload);
        // a version from the future is read as the newest
        short version = (short) Math.min(bytes.getShort(), message.highestSupportedVersion());
        if (version < message.lowestSupportedVersion()) {
            return;
        }
        try {
            message.read(new BoundedReadable(bytes, false, MAX_ELEMENTS, version), version);
        } catch (CrowdedKeys e) {
            throw e;
        } catch (InvalidRequestException e) {
            if (bounded) {
                throw e;
            }
        } catch (RuntimeException notReadable) {
            return; // Kafka's coordinator answers that
        }
    }
}
