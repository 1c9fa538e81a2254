// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitions;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.utils.ImplicitLinkedHashCollection;
import org.junit.jupiter.api.Test;

/** What fuzzing found in Kafka's generated readers, and what honest clients send all the same. */
class KeyedArraysTest {
    private static final int MAX_ELEMENTS = 200_000;

    /** Requests with such arrays that nobody serves here. */
    private static final Set<ApiKeys> NOT_SERVED = EnumSet.of(
            ApiKeys.ADD_PARTITIONS_TO_TXN,
            ApiKeys.ALTER_REPLICA_LOG_DIRS,
            ApiKeys.ALTER_SHARE_GROUP_OFFSETS,
            ApiKeys.BEGIN_QUORUM_EPOCH,
            ApiKeys.BROKER_REGISTRATION,
            ApiKeys.CONTROLLER_REGISTRATION,
            ApiKeys.END_QUORUM_EPOCH,
            ApiKeys.SHARE_ACKNOWLEDGE,
            ApiKeys.SHARE_FETCH,
            ApiKeys.UPDATE_RAFT_VOTER);

    @Test
    void equalKeysAreRefusedBeforeTheyCrowdATable() {
        List<String> topics = new ArrayList<>();
        for (int i = 0; i < 4_000; i++) {
            topics.add("a topic of some length, so that memory is not the reason");
        }

        assertThatThrownBy(() -> readElections(topics)).isInstanceOf(CrowdedKeys.class);
    }

    @Test
    void keysWithTheSameHashAreRefused() {
        List<String> topics = new ArrayList<>();
        for (int i = 0; i < 1 << 10; i++) {
            StringBuilder name = new StringBuilder("a-topic-with-a-long-name-");
            for (int bit = 0; bit < 10; bit++) {
                name.append((i >> bit & 1) == 0 ? "Aa" : "BB");
            }
            topics.add(name.toString());
        }

        assertThatThrownBy(() -> readElections(topics)).isInstanceOf(CrowdedKeys.class);
    }

    @Test
    void arraysWithinArraysAreLookedAtToo() {
        CreatableTopic topic = new CreatableTopic().setName("orders").setNumPartitions(1);
        for (int i = 0; i < 1_000; i++) {
            topic.configs().mustAdd(config("retention.ms", "1000"));
        }
        CreateTopicsRequestData request = new CreateTopicsRequestData();
        request.topics().add(topic);

        assertThatThrownBy(() -> new CreateTopicsRequestData(reader(request, (short) 7), (short) 7))
                .isInstanceOf(CrowdedKeys.class);
    }

    @Test
    void manyTopicsWithSettingsAreCreatedInOneRequest() {
        CreateTopicsRequestData request = new CreateTopicsRequestData();
        for (int i = 0; i < 5_000; i++) {
            CreatableTopic topic = new CreatableTopic().setName("topic-" + i).setNumPartitions(3);
            topic.configs().add(config("retention.ms", "1000"));
            topic.configs().add(config("cleanup.policy", "delete"));
            request.topics().add(topic);
        }

        assertThat(new CreateTopicsRequestData(reader(request, (short) 7), (short) 7))
                .isEqualTo(request);
    }

    @Test
    void tensOfThousandsOfPartitionsAreAskedFor() {
        List<Integer> partitions = new ArrayList<>();
        for (int i = 0; i < 50_000; i++) {
            partitions.add(i);
        }
        OffsetFetchRequestData request = new OffsetFetchRequestData()
                .setGroups(List.of(new OffsetFetchRequestGroup()
                        .setGroupId("g")
                        .setTopics(List.of(
                                new OffsetFetchRequestTopics().setName("t").setPartitionIndexes(partitions)))));

        assertThat(new OffsetFetchRequestData(reader(request, (short) 9), (short) 9))
                .isEqualTo(request);
    }

    @Test
    void elementsOfNothingAreRefused() {
        MetadataRequestData request = new MetadataRequestData();
        for (int i = 0; i < 10_000; i++) {
            request.topics().add(new MetadataRequestTopic().setName(""));
        }

        assertThatThrownBy(() -> new MetadataRequestData(reader(request, (short) 9), (short) 9))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("more elements than its bytes can hold");
    }

    /** Only the first few elements of a message are charged without a look at what they are. */
    @Test
    void elementsOfHardlyAnythingAreRefusedInShortArraysToo() {
        CreateTopicsRequestData request = new CreateTopicsRequestData();
        for (int t = 0; t < 500; t++) {
            CreatableTopic topic = new CreatableTopic().setName("t" + t);
            for (char name = 'a'; name < 'a' + 20; name++) {
                topic.configs().mustAdd(config("" + name, null));
            }
            request.topics().mustAdd(topic);
        }

        assertThatThrownBy(() -> new CreateTopicsRequestData(reader(request, (short) 7), (short) 7))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("more elements than its bytes can hold");
    }

    /** Each of these bytes is three when the name is written again, into the answer. */
    @Test
    void aNameThatCannotBeWrittenAgainIsRefused() {
        byte[] noText = new byte[20_000];
        Arrays.fill(noText, (byte) 0x80);
        BoundedReadable reader = new BoundedReadable(ByteBuffer.wrap(noText), true, 0);
        assertThatThrownBy(() -> reader.readString(20_000)).isInstanceOf(InvalidRequestException.class);
        assertThat(new BoundedReadable(ByteBuffer.wrap(noText), true, 0).readString(10_000))
                .hasSize(10_000);
    }

    @Test
    void everyRequestWithSuchArraysIsNamed() {
        for (ApiKeys api : ApiKeys.values()) {
            if (api.hasValidVersion() && !NOT_SERVED.contains(api)) {
                Class<?> message = api.messageType.newRequest().getClass();
                assertNamed(message);
                for (Class<?> part : message.getDeclaredClasses()) {
                    assertNamed(part);
                }
            }
        }
    }

    private static void assertNamed(Class<?> reader) {
        for (Field field : reader.getDeclaredFields()) {
            if (ImplicitLinkedHashCollection.class.isAssignableFrom(field.getType())) {
                assertThat(KeyedArrays.isReadBy(reader)).as(reader.getName()).isTrue();
            }
        }
    }

    private static void readElections(List<String> topics) {
        ElectLeadersRequestData request = new ElectLeadersRequestData();
        topics.forEach(name -> request.topicPartitions()
                .mustAdd(new TopicPartitions().setTopic(name).setPartitions(List.of(0))));
        ElectLeadersRequestData unused = new ElectLeadersRequestData(reader(request, (short) 2), (short) 2);
    }

    private static CreatableTopicConfig config(String name, String value) {
        return new CreatableTopicConfig().setName(name).setValue(value);
    }

    /** Of an encoded request of a flexible version. */
    private static BoundedReadable reader(ApiMessage request, short version) {
        var cache = new ObjectSerializationCache();
        ByteBuffer bytes = ByteBuffer.allocate(request.size(cache, version));
        request.write(new ByteBufferAccessor(bytes), cache, version);
        return new BoundedReadable(bytes.flip(), true, MAX_ELEMENTS, version);
    }
}
