// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.common.message.AddRaftVoterRequestData;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.ConsumerProtocolAssignment;
import org.apache.kafka.common.message.ConsumerProtocolSubscription;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.protocol.Readable;

/**
 * Arrays that the generated classes put into hash tables of Kafka's own (ImplicitLinkedHashCollection). Such a table probes from slot to slot, and
 * for its last element it grows, which takes the cube of the number of elements that share a slot: 1,024 equal ones, three kilobytes of a
 * request, take half a second of the loop that everything else waits for, 4,000 a minute. So before a longer array is read that way, its elements
 * are read one by one, and one that crowds the slots of its table is refused. An honest one has other keys in other elements.
 */
final class KeyedArrays {
    /** So many elements are no harm, whatever they are. */
    static final int UNCHECKED = 32;

    /** The version of messages whose sender is trusted not to crowd tables. */
    static final short UNCHECKED_VERSION = -1;

    /** Slots that may be looked at for each element; names that are numbered stand close together, yet need fewer. */
    private static final int PROBES_PER_ELEMENT = 32;

    /** Slots that may be looked at beyond, in all tables of a message. */
    static final long PROBES_PER_MESSAGE = 65_536;

    /** Capacities that tables are checked for from here on; smaller ones take no time. */
    private static final int LEAST_SLOTS = 5;

    /** Reads an element as the generated classes do, and gives what its place in the table follows from. */
    @FunctionalInterface
    private interface Element {
        Object read(Readable in, short version);
    }

    /**
     * By the class that reads the array, what its elements may be; for those whose answers have such tables, the key that goes into them. Every request that is served
     * and has such arrays is named; a test looks.
     */
    private static final Map<Class<?>, List<Element>> BY_READER = Map.ofEntries(
            Map.entry(AddRaftVoterRequestData.class, List.of(AddRaftVoterRequestData.Listener::new)),
            Map.entry(AlterConfigsRequestData.class, List.of(AlterConfigsRequestData.AlterConfigsResource::new)),
            Map.entry(
                    AlterConfigsRequestData.AlterConfigsResource.class,
                    List.of(AlterConfigsRequestData.AlterableConfig::new)),
            Map.entry(ConsumerProtocolAssignment.class, List.of(ConsumerProtocolAssignment.TopicPartition::new)),
            Map.entry(ConsumerProtocolSubscription.class, List.of(ConsumerProtocolSubscription.TopicPartition::new)),
            Map.entry(
                    CreatePartitionsRequestData.class, List.of(CreatePartitionsRequestData.CreatePartitionsTopic::new)),
            Map.entry(CreateTopicsRequestData.class, List.of(CreateTopicsRequestData.CreatableTopic::new)),
            Map.entry(
                    CreateTopicsRequestData.CreatableTopic.class,
                    List.of(
                            CreateTopicsRequestData.CreatableReplicaAssignment::new,
                            CreateTopicsRequestData.CreatableTopicConfig::new)),
            Map.entry(DeleteGroupsRequestData.class, List.of((in, version) -> text(in, version >= 2))),
            Map.entry(
                    DeleteRecordsRequestData.class,
                    List.of((in, version) -> new DeleteRecordsRequestData.DeleteRecordsTopic(in, version).name())),
            Map.entry(
                    DeleteRecordsRequestData.DeleteRecordsTopic.class,
                    List.of((in, version) ->
                            new DeleteRecordsRequestData.DeleteRecordsPartition(in, version).partitionIndex())),
            Map.entry(DeleteTopicsRequestData.class, List.of((in, version) -> {
                if (version < 6) {
                    return text(in, version >= 4);
                }
                var topic = new DeleteTopicsRequestData.DeleteTopicState(in, version);
                return topic.name() == null ? topic.topicId() : topic.name();
            })),
            Map.entry(
                    DescribeTopicPartitionsRequestData.class,
                    List.of((in, version) -> new DescribeTopicPartitionsRequestData.TopicRequest(in, version).name())),
            Map.entry(MetadataRequestData.class, List.of((in, version) -> {
                var topic = new MetadataRequestData.MetadataRequestTopic(in, version);
                return topic.name() == null ? topic.topicId() : topic.name();
            })),
            Map.entry(
                    OffsetDeleteRequestData.OffsetDeleteRequestTopic.class,
                    List.of((in, version) ->
                            new OffsetDeleteRequestData.OffsetDeleteRequestPartition(in, version).partitionIndex())),
            Map.entry(
                    DescribeLogDirsRequestData.class, List.of(DescribeLogDirsRequestData.DescribableLogDirTopic::new)),
            Map.entry(ElectLeadersRequestData.class, List.of(ElectLeadersRequestData.TopicPartitions::new)),
            Map.entry(FetchResponseData.class, List.of(FetchResponseData.NodeEndpoint::new)),
            Map.entry(
                    IncrementalAlterConfigsRequestData.class,
                    List.of(IncrementalAlterConfigsRequestData.AlterConfigsResource::new)),
            Map.entry(
                    IncrementalAlterConfigsRequestData.AlterConfigsResource.class,
                    List.of(IncrementalAlterConfigsRequestData.AlterableConfig::new)),
            Map.entry(JoinGroupRequestData.class, List.of(JoinGroupRequestData.JoinGroupRequestProtocol::new)),
            Map.entry(OffsetDeleteRequestData.class, List.of(OffsetDeleteRequestData.OffsetDeleteRequestTopic::new)),
            Map.entry(
                    OffsetForLeaderEpochRequestData.class,
                    List.of(OffsetForLeaderEpochRequestData.OffsetForLeaderTopic::new)),
            Map.entry(ProduceRequestData.class, List.of(ProduceRequestData.TopicProduceData::new)),
            Map.entry(UpdateFeaturesRequestData.class, List.of(UpdateFeaturesRequestData.FeatureUpdateKey::new)));

    private KeyedArrays() {}

    /** Whether a class reads arrays into hash tables. */
    static boolean isReadBy(Class<?> reader) {
        return BY_READER.containsKey(reader);
    }

    /**
     * Looks at the elements that begin at the buffer's position, and leaves it there.
     *
     * @param maxElements that they in turn may declare
     * @param probesLeft of {@link #PROBES_PER_MESSAGE}
     * @return the same afterwards
     * @throws CrowdedKeys when they crowd their table
     */
    static long check(
            Class<?> reader,
            ByteBuffer buffer,
            boolean flexible,
            int count,
            int maxElements,
            short version,
            long probesLeft) {
        long left = probesLeft;
        for (Element element : BY_READER.get(reader)) {
            ByteBuffer ahead = buffer.duplicate();
            int[] hashes = hashes(element, new BoundedReadable(ahead, flexible, maxElements, version), count, version);
            if (hashes != null) {
                left = Math.min(left, probesLeft - excess(hashes, probesLeft));
            }
        }
        if (left < 0) {
            throw new CrowdedKeys(count);
        }
        return left;
    }

    /** Null when the elements are not of that kind, or not what they should be: then reading them fails as well. */
    private static int[] hashes(Element element, Readable in, int count, short version) {
        int[] hashes = new int[count];
        try {
            for (int i = 0; i < count; i++) {
                hashes[i] = Objects.hashCode(element.read(in, version));
            }
        } catch (CrowdedKeys e) {
            throw e;
        } catch (RuntimeException e) {
            return null;
        }
        return hashes;
    }

    /** Of the tables that there will be the most crowded: those of a request are made for its elements and grow once, an answer's from the smallest on. */
    private static long excess(int[] hashes, long probesLeft) {
        int count = hashes.length;
        long most = Math.max(
                excess(hashes, count, 2 * count + 1, probesLeft), excess(hashes, count, 4 * count + 3, probesLeft));
        for (int slots = LEAST_SLOTS; slots < 4 * count && most <= probesLeft; slots = 2 * slots + 1) {
            most = Math.max(most, excess(hashes, Math.min(count, slots / 2), slots, probesLeft));
        }
        return most;
    }

    private static String text(Readable in, boolean compact) {
        int length = compact ? in.readUnsignedVarint() - 1 : in.readShort();
        return length < 0 ? null : in.readString(length);
    }

    /** Probes beyond what so many elements may need; counted no further than there is harm. */
    private static long excess(int[] hashes, int count, int slots, long probesLeft) {
        boolean[] taken = new boolean[slots];
        long excess = -(long) PROBES_PER_ELEMENT * count;
        for (int i = 0; i < count; i++) {
            int slot = (hashes[i] & Integer.MAX_VALUE) % slots;
            while (taken[slot]) {
                slot = slot + 1 == slots ? 0 : slot + 1;
                if (++excess > probesLeft) {
                    return excess;
                }
            }
            taken[slot] = true;
        }
        return Math.max(0, excess);
    }
}
