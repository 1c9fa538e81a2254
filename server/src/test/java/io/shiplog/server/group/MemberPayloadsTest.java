// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.group;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.replication.fetch.CrowdedKeys;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.junit.jupiter.api.Test;

class MemberPayloadsTest {
    private static final int MANY = 4_000;

    @Test
    void aSubscriptionThatOwnsOneTopicThousandsOfTimesIsRefused() {
        // version 1, no topics, no user data, owned partitions: an empty name and no partition each
        ByteBuffer payload = ByteBuffer.allocate(14 + 6 * MANY);
        payload.putShort((short) 1).putInt(0).putInt(-1).putInt(MANY);

        assertThatThrownBy(() -> MemberPayloads.check(join("consumer", payload.array())))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void anAssignmentThatCrowdsATableIsRefusedThoughItsTypeIsNotNamed() {
        byte[] name = "a-topic-with-a-name-of-some-length".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        ByteBuffer payload = ByteBuffer.allocate(10 + (10 + name.length) * MANY);
        payload.putShort((short) 1).putInt(MANY);
        for (int i = 0; i < MANY; i++) {
            payload.putShort((short) name.length).put(name).putInt(1).putInt(i);
        }

        assertThatThrownBy(() -> MemberPayloads.check(sync(null, payload.array())))
                .isInstanceOf(CrowdedKeys.class);
    }

    @Test
    void whatIsNoConsumersIsNotJudged() {
        ByteBuffer payload = ByteBuffer.allocate(20).putShort((short) 0).putInt(Integer.MAX_VALUE);

        assertThatCode(() -> MemberPayloads.check(join("connect", payload.array())))
                .doesNotThrowAnyException();
        assertThatCode(() -> MemberPayloads.check(join("consumer", new byte[0])))
                .doesNotThrowAnyException();
        assertThatCode(() -> MemberPayloads.check(sync(null, new byte[] {0}))).doesNotThrowAnyException();
    }

    @Test
    void anHonestAssignmentOfManyPartitionsPasses() {
        List<TopicPartition> partitions = new java.util.ArrayList<>();
        for (int topic = 0; topic < 500; topic++) {
            for (int p = 0; p < 20; p++) {
                partitions.add(new TopicPartition("topic-" + topic, p));
            }
        }
        ByteBuffer payload = ConsumerProtocol.serializeAssignment(new Assignment(partitions));
        byte[] bytes = new byte[payload.remaining()];
        payload.get(bytes);

        assertThatCode(() -> MemberPayloads.check(sync("consumer", bytes))).doesNotThrowAnyException();
    }

    private static JoinGroupRequestData join(String type, byte[] metadata) {
        JoinGroupRequestData request = new JoinGroupRequestData().setProtocolType(type);
        request.protocols().add(new JoinGroupRequestProtocol().setName("range").setMetadata(metadata));
        return request;
    }

    private static SyncGroupRequestData sync(String type, byte[] assignment) {
        return new SyncGroupRequestData()
                .setProtocolType(type)
                .setAssignments(List.of(new SyncGroupRequestAssignment().setAssignment(assignment)));
    }
}
