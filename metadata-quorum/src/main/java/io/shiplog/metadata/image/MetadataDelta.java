// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import io.shiplog.metadata.proto.ConfigRecord;
import io.shiplog.metadata.proto.ConfigResource;
import io.shiplog.metadata.proto.MetadataEntry;
import io.shiplog.metadata.proto.MetadataRecord;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.Uuid;

/**
 * What differs between two images: where they end, not the way there (a topic that was created and deleted in between is in
 * no set). All sets are sorted and unmodifiable.
 */
public final class MetadataDelta {
    private final MetadataImage from;
    private final MetadataImage to;
    private final Set<Uuid> createdTopics = new TreeSet<>();
    private final Set<Uuid> deletedTopics = new TreeSet<>();
    private final Set<PartitionId> changedPartitions = new TreeSet<>();
    private final Set<Integer> changedBrokers = new TreeSet<>();
    private final Set<Uuid> changedTopicConfigs = new TreeSet<>();
    private final Set<String> changedGroupConfigs = new TreeSet<>();
    private boolean brokerConfigsChanged;
    private boolean quorumVotersChanged;

    private MetadataDelta(MetadataImage from, MetadataImage to) {
        this.from = from;
        this.to = to;
    }

    /**
     * The delta that {@code entries} made, at the cost of what they touch.
     *
     * @param to {@code from} after all of {@code entries}
     */
    public static MetadataDelta between(MetadataImage from, List<MetadataEntry> entries, MetadataImage to) {
        MetadataDelta delta = new MetadataDelta(from, to);
        if (from != to) {
            for (MetadataEntry entry : entries) {
                for (MetadataRecord record : entry.getRecordsList()) {
                    delta.compare(record);
                }
            }
        }
        return delta;
    }

    /** The delta between any two images, for instance before and after a snapshot, at the cost of walking both. */
    public static MetadataDelta full(MetadataImage from, MetadataImage to) {
        MetadataDelta delta = new MetadataDelta(from, to);
        for (TopicImage topic : from.topics()) {
            delta.compareTopic(topic.id());
        }
        for (TopicImage topic : to.topics()) {
            delta.compareTopic(topic.id());
        }
        for (BrokerImage broker : from.brokers()) {
            delta.compareBroker(broker.id());
        }
        for (BrokerImage broker : to.brokers()) {
            delta.compareBroker(broker.id());
        }
        from.configuredGroups().forEach(delta::compareGroupConfigs);
        to.configuredGroups().forEach(delta::compareGroupConfigs);
        delta.brokerConfigsChanged = !from.sameBrokerConfigs(to);
        delta.quorumVotersChanged = !from.sameQuorumVoters(to);
        return delta;
    }

    private void compare(MetadataRecord record) {
        switch (record.getBodyCase()) {
            case BROKER_REGISTRATION ->
                compareBroker(record.getBrokerRegistration().getBrokerId());
            case BROKER_STATE -> compareBroker(record.getBrokerState().getBrokerId());
            case UNREGISTER_BROKER -> compareBroker(record.getUnregisterBroker().getBrokerId());
            case TOPIC -> compareTopic(Uuids.fromBytes(record.getTopic().getTopicId()));
            case REMOVE_TOPIC ->
                compareTopic(Uuids.fromBytes(record.getRemoveTopic().getTopicId()));
            case PARTITION ->
                comparePartition(
                        Uuids.fromBytes(record.getPartition().getTopicId()),
                        record.getPartition().getPartition());
            case PARTITION_CHANGE ->
                comparePartition(
                        Uuids.fromBytes(record.getPartitionChange().getTopicId()),
                        record.getPartitionChange().getPartition());
            case CONFIG -> compareConfig(record.getConfig());
            case CLUSTER,
                    PRODUCER_IDS,
                    STATE_HASH,
                    FEATURE_LEVEL,
                    CLIENT_QUOTA,
                    SCRAM_CREDENTIAL,
                    REMOVE_SCRAM_CREDENTIAL,
                    ACCESS_CONTROL_ENTRY,
                    REMOVE_ACCESS_CONTROL_ENTRY,
                    JOB,
                    JOB_MOVES,
                    JOB_MOVE_STATE,
                    REMOVE_JOB,
                    BODY_NOT_SET -> {}
            case QUORUM_VOTER, REMOVE_QUORUM_VOTER -> quorumVotersChanged = !from.sameQuorumVoters(to);
        }
    }

    private void compareTopic(Uuid id) {
        TopicImage before = from.topic(id);
        TopicImage after = to.topic(id);
        if (before == null && after != null) {
            createdTopics.add(id);
        } else if (before != null && after == null) {
            deletedTopics.add(id);
        }
        compareTopicConfigs(id);
        if (after != null) {
            for (int partition = 0; partition < after.partitionCount(); partition++) {
                comparePartition(id, partition);
            }
        }
    }

    private void comparePartition(Uuid topicId, int partition) {
        PartitionImage after = to.partition(topicId, partition);
        if (after != null && !after.equals(from.partition(topicId, partition))) {
            changedPartitions.add(new PartitionId(topicId, partition));
        }
    }

    private void compareBroker(int id) {
        if (!Objects.equals(from.broker(id), to.broker(id))) {
            changedBrokers.add(id);
        }
    }

    private void compareConfig(ConfigRecord record) {
        ConfigResource resource = record.getResource();
        if (resource.getType() == ConfigResource.Type.TOPIC) {
            compareTopicConfigs(ImageRecords.topicId(resource.getName()));
        } else if (resource.getType() == ConfigResource.Type.GROUP) {
            compareGroupConfigs(resource.getName());
        } else {
            brokerConfigsChanged = !from.sameBrokerConfigs(to);
        }
    }

    private void compareTopicConfigs(Uuid id) {
        if (to.topic(id) != null && !from.topicConfigs(id).equals(to.topicConfigs(id))) {
            changedTopicConfigs.add(id);
        }
    }

    private void compareGroupConfigs(String group) {
        if (!from.groupConfigs(group).equals(to.groupConfigs(group))) {
            changedGroupConfigs.add(group);
        }
    }

    public MetadataImage from() {
        return from;
    }

    public MetadataImage to() {
        return to;
    }

    public Set<Uuid> createdTopics() {
        return Collections.unmodifiableSet(createdTopics);
    }

    public Set<Uuid> deletedTopics() {
        return Collections.unmodifiableSet(deletedTopics);
    }

    /** Partitions that are new or in another state; those of created topics too, those of deleted topics not. */
    public Set<PartitionId> changedPartitions() {
        return Collections.unmodifiableSet(changedPartitions);
    }

    /** Brokers that registered, unregistered, were fenced or unfenced, or began to shut down. */
    public Set<Integer> changedBrokers() {
        return Collections.unmodifiableSet(changedBrokers);
    }

    /** Topics whose settings changed; those of created topics too when they have any, those of deleted topics not. */
    public Set<Uuid> changedTopicConfigs() {
        return Collections.unmodifiableSet(changedTopicConfigs);
    }

    /** Groups whose settings changed. */
    public Set<String> changedGroupConfigs() {
        return Collections.unmodifiableSet(changedGroupConfigs);
    }

    /** Whether any broker's or the cluster-wide settings changed. */
    public boolean brokerConfigsChanged() {
        return brokerConfigsChanged;
    }

    /** Whether a feature came into use, changed its level or went out of use. */
    public boolean featuresChanged() {
        return !from.registry().sameFeatures(to.registry());
    }

    public boolean quotasChanged() {
        return !from.registry().sameQuotas(to.registry());
    }

    public boolean credentialsChanged() {
        return !from.registry().sameCredentials(to.registry());
    }

    public boolean aclsChanged() {
        return !from.registry().sameAcls(to.registry());
    }

    /** Whether a job began, ended or changed, or one of its moves did: throttles of jobs may be others. */
    public boolean jobsChanged() {
        return !from.jobs().same(to.jobs());
    }

    /** Whether a member of the quorum came, went, or is reached elsewhere. */
    public boolean quorumVotersChanged() {
        return quorumVotersChanged;
    }

    public boolean isEmpty() {
        return createdTopics.isEmpty()
                && deletedTopics.isEmpty()
                && changedPartitions.isEmpty()
                && changedBrokers.isEmpty()
                && changedTopicConfigs.isEmpty()
                && changedGroupConfigs.isEmpty()
                && !brokerConfigsChanged
                && !featuresChanged()
                && !quotasChanged()
                && !credentialsChanged()
                && !aclsChanged()
                && !jobsChanged()
                && !quorumVotersChanged;
    }
}
