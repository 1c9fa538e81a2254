// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import com.google.protobuf.ByteString;
import io.shiplog.metadata.image.MetadataImage.State;
import io.shiplog.metadata.model.InvariantViolation;
import io.shiplog.metadata.proto.BrokerRegistrationRecord;
import io.shiplog.metadata.proto.BrokerStateRecord;
import io.shiplog.metadata.proto.ConfigRecord;
import io.shiplog.metadata.proto.ConfigResource;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.PartitionChangeRecord;
import io.shiplog.metadata.proto.PartitionRecord;
import io.shiplog.metadata.proto.QuorumVoterRecord;
import io.shiplog.metadata.proto.RemoveTopicRecord;
import io.shiplog.metadata.proto.StateHashRecord;
import io.shiplog.metadata.proto.TopicRecord;
import io.shiplog.metadata.proto.UnregisterBrokerRecord;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.pcollections.TreePMap;

/** Replays records: no decision is taken here, so a node of another version arrives at the same state. */
final class ImageReplay {
    /** Version of the records that this code writes and understands. */
    static final int RECORD_VERSION = 1;

    private final State state;
    private final boolean snapshot;
    /** The topic whose partitions are being changed, as it was; null when none is. */
    private TopicImage open;
    /** Its id as records carry it: those that follow mostly name the same topic. */
    private ByteString openId;

    private PartitionTable.Edit edit;
    private SlotRanges slots;
    private PartitionIndex.Editor index;

    private ImageReplay(State state, boolean snapshot) {
        this.state = state;
        this.snapshot = snapshot;
    }

    /** {@code from}, which does not change, with {@code records} from its offset on. */
    static State replay(State from, List<MetadataRecord> records) {
        State next = from.copy();
        ImageReplay replay = new ImageReplay(next, false);
        for (MetadataRecord record : records) {
            replay.apply(record);
            next.offset++;
        }
        replay.closeTopic();
        replay.finishIndex();
        return next;
    }

    /** The state that a snapshot's records describe; its offset is to be set. */
    static State replaySnapshot(Iterable<MetadataRecord> records) {
        State next = new State();
        ImageReplay replay = new ImageReplay(next, true);
        for (MetadataRecord record : records) {
            replay.apply(record);
        }
        replay.closeTopic();
        replay.finishIndex();
        return next;
    }

    private PartitionIndex.Editor index() {
        if (index == null) {
            index = state.index.edit();
        }
        return index;
    }

    private void finishIndex() {
        if (index != null) {
            state.index = index.done();
        }
    }

    private void apply(MetadataRecord record) {
        require(record.getVersion() == RECORD_VERSION, "record of an unknown version", record.getVersion());
        switch (record.getBodyCase()) {
            case CLUSTER -> setClusterId(record.getCluster().getClusterId());
            case BROKER_REGISTRATION -> register(record.getBrokerRegistration());
            case BROKER_STATE -> changeBroker(record.getBrokerState());
            case UNREGISTER_BROKER -> unregister(record.getUnregisterBroker());
            case TOPIC -> createTopic(record.getTopic());
            case REMOVE_TOPIC -> removeTopic(record.getRemoveTopic());
            case PARTITION -> createPartition(record.getPartition());
            case PARTITION_CHANGE -> changePartition(record.getPartitionChange());
            case CONFIG -> configure(record.getConfig());
            case PRODUCER_IDS -> setNextProducerId(record.getProducerIds().getNextProducerId());
            case FEATURE_LEVEL,
                    CLIENT_QUOTA,
                    SCRAM_CREDENTIAL,
                    REMOVE_SCRAM_CREDENTIAL,
                    ACCESS_CONTROL_ENTRY,
                    REMOVE_ACCESS_CONTROL_ENTRY -> state.registry = state.registry.apply(record);
            case JOB, JOB_MOVES, JOB_MOVE_STATE, REMOVE_JOB -> state.jobs = state.jobs.apply(record, snapshot);
            case STATE_HASH -> compareHash(record.getStateHash());
            case QUORUM_VOTER -> putVoter(record.getQuorumVoter());
            case REMOVE_QUORUM_VOTER ->
                removeVoter(record.getRemoveQuorumVoter().getNodeId());
            case BODY_NOT_SET ->
                throw new InvariantViolation(
                        "metadata record " + state.offset + " is of a kind that this version does not know");
        }
    }

    private void setClusterId(String clusterId) {
        require(state.clusterId.isEmpty() && !clusterId.isEmpty(), "second cluster id", clusterId);
        state.clusterId = clusterId;
        state.hash += StateHash.cluster(clusterId);
    }

    private void setNextProducerId(long next) {
        require(next > state.nextProducerId, "producer ids given out twice before", next);
        if (state.nextProducerId != 0) {
            state.hash -= StateHash.producerIds(state.nextProducerId);
        }
        state.nextProducerId = next;
        state.hash += StateHash.producerIds(next);
    }

    /** Remembers a difference; what comes of it is for whoever holds the image. Hashes of another algorithm are not compared. */
    private void compareHash(StateHashRecord record) {
        long hash = state.hash + state.registry.hash() + state.jobs.hash();
        if (record.getAlgorithm() == StateHash.ALGORITHM && record.getHash() != hash) {
            state.astrayAtOffset = state.offset;
        }
    }

    private void putVoter(QuorumVoterRecord record) {
        QuorumVoter voter = ImageRecords.voter(record);
        QuorumVoter before = state.quorumVoters.get(voter.nodeId());
        if (before != null) {
            state.hash -= StateHash.voter(before);
        }
        state.quorumVoters = state.quorumVoters.plus(voter.nodeId(), voter);
        state.hash += StateHash.voter(voter);
    }

    private void removeVoter(int nodeId) {
        QuorumVoter before = state.quorumVoters.get(nodeId);
        require(before != null, "removal of an unknown quorum voter", nodeId);
        state.quorumVoters = state.quorumVoters.minus(nodeId);
        state.hash -= StateHash.voter(before);
    }

    private void register(BrokerRegistrationRecord record) {
        put(new BrokerImage(
                record.getBrokerId(),
                snapshot ? record.getBrokerEpoch() : state.offset,
                Uuids.fromBytes(record.getIncarnationId()),
                ImageRecords.endpoints(record.getEndpointsList()),
                record.getRack(),
                record.getFenced(),
                record.getInControlledShutdown(),
                Uuids.fromBytes(record.getDirectoryIdsList()),
                record.getDraining(),
                record.getUncleanStart(),
                RegistryRecords.features(record.getFeaturesList()),
                record.hasAdminEndpoint() ? ImageRecords.endpoint(record.getAdminEndpoint()) : null,
                record.getCordoned()));
    }

    private void changeBroker(BrokerStateRecord record) {
        BrokerImage broker = registered(record.getBrokerId(), record.getBrokerEpoch());
        put(broker.withState(
                record.getFenced(), record.getInControlledShutdown(), record.getDraining(), record.getCordoned()));
    }

    private void unregister(UnregisterBrokerRecord record) {
        BrokerImage broker = registered(record.getBrokerId(), record.getBrokerEpoch());
        state.hash -= StateHash.broker(broker);
        state.brokers = state.brokers.minus(broker.id());
    }

    private BrokerImage registered(int brokerId, long brokerEpoch) {
        BrokerImage broker = state.brokers.get(brokerId);
        require(broker != null && broker.epoch() == brokerEpoch, "change of an unknown broker registration", brokerId);
        return broker;
    }

    private void put(BrokerImage broker) {
        BrokerImage before = state.brokers.get(broker.id());
        if (before != null) {
            state.hash -= StateHash.broker(before);
        }
        state.brokers = state.brokers.plus(broker.id(), broker);
        state.hash += StateHash.broker(broker);
    }

    private void createTopic(TopicRecord record) {
        Uuid id = Uuids.fromBytes(record.getTopicId());
        String name = record.getName();
        require(!id.equals(Uuid.ZERO_UUID), "topic without an id", name);
        require(!state.topics.containsKey(id) && !state.topicIds.containsKey(name), "second topic", name);
        state.topics = state.topics.plus(id, TopicImage.created(id, name));
        state.topicIds = state.topicIds.plus(name, id);
        if (Topic.hasCollisionChars(name)) {
            state.unifiedNames = state.unifiedNames.plus(Topic.unifyCollisionChars(name), name);
        }
        state.hash += StateHash.topic(id, name);
    }

    private void removeTopic(RemoveTopicRecord record) {
        closeTopic();
        TopicImage topic = topic(Uuids.fromBytes(record.getTopicId()));
        int partition = 0;
        for (PartitionImage each : topic.partitions()) {
            index().remove(topic.slots().slot(partition), each);
            state.hash -= StateHash.partition(topic.id(), partition++, each);
        }
        TreePMap<String, String> configs = state.topicConfigs.get(topic.id());
        if (configs != null) {
            for (Map.Entry<String, String> config : configs.entrySet()) {
                state.hash -= StateHash.topicConfig(topic.id(), config.getKey(), config.getValue());
            }
            state.topicConfigs = state.topicConfigs.minus(topic.id());
        }
        state.topics = state.topics.minus(topic.id());
        state.topicIds = state.topicIds.minus(topic.name());
        if (Topic.hasCollisionChars(topic.name())) {
            state.unifiedNames = state.unifiedNames.minus(Topic.unifyCollisionChars(topic.name()));
        }
        state.hash -= StateHash.topic(topic.id(), topic.name());
    }

    private void createPartition(PartitionRecord record) {
        openTopic(record.getTopicId());
        require(record.getPartition() == edit.size(), "partition out of turn", record.getPartition());
        PartitionImage created = ImageRecords.partition(ImageRecords.ids(record.getReplicasList()), record.getState());
        edit.add(created);
        slots = slots.plus(index().add(open.id(), record.getPartition(), created));
        state.hash += StateHash.partition(open.id(), record.getPartition(), created);
    }

    private void changePartition(PartitionChangeRecord record) {
        openTopic(record.getTopicId());
        PartitionImage before = edit.get(record.getPartition());
        require(before != null, "change of an unknown partition", record.getPartition());
        int[] replicas =
                record.getReplicasCount() == 0 ? before.replicas() : ImageRecords.ids(record.getReplicasList());
        PartitionImage after = ImageRecords.partition(replicas, record.getState());
        require(
                after.partitionEpoch() == before.partitionEpoch() + 1 && after.leaderEpoch() >= before.leaderEpoch(),
                "partition change out of turn",
                record.getPartition());
        edit.set(record.getPartition(), after);
        index().change(slots.slot(record.getPartition()), before, after);
        state.hash -= StateHash.partition(open.id(), record.getPartition(), before);
        state.hash += StateHash.partition(open.id(), record.getPartition(), after);
    }

    /** Its partitions are changed in place until another topic's turn comes, so that many changes cost one copy. */
    private void openTopic(ByteString id) {
        if (!id.equals(openId)) {
            closeTopic();
            open = topic(Uuids.fromBytes(id));
            openId = id;
            edit = open.partitions().edit();
            slots = open.slots();
        }
    }

    private void closeTopic() {
        if (open != null) {
            state.topics = state.topics.plus(open.id(), open.with(edit.done(), slots));
            open = null;
            openId = null;
            edit = null;
            slots = null;
        }
    }

    private TopicImage topic(Uuid id) {
        TopicImage topic = state.topics.get(id);
        require(topic != null, "record of an unknown topic", id);
        return topic;
    }

    private void configure(ConfigRecord record) {
        ConfigResource resource = record.getResource();
        switch (resource.getType()) {
            case TOPIC -> configureTopic(ImageRecords.topicId(resource.getName()), record);
            case BROKER -> configureBroker(resource.getName(), record);
            case GROUP -> configureGroup(resource.getName(), record);
            case UNKNOWN, UNRECOGNIZED ->
                throw new InvariantViolation("metadata record " + state.offset
                        + " configures a kind of resource that this version does not know");
        }
    }

    private void configureTopic(Uuid topicId, ConfigRecord record) {
        topic(topicId);
        TreePMap<String, String> before = state.topicConfigs.get(topicId);
        TreePMap<String, String> after = configured(before, record);
        String key = record.getKey();
        if (before != null && before.containsKey(key)) {
            state.hash -= StateHash.topicConfig(topicId, key, before.get(key));
        }
        if (after.containsKey(key)) {
            state.hash += StateHash.topicConfig(topicId, key, after.get(key));
        }
        state.topicConfigs =
                after.isEmpty() ? state.topicConfigs.minus(topicId) : state.topicConfigs.plus(topicId, after);
    }

    private void configureBroker(String name, ConfigRecord record) {
        TreePMap<String, String> before = state.brokerConfigs.get(name);
        TreePMap<String, String> after = configured(before, record);
        String key = record.getKey();
        if (before != null && before.containsKey(key)) {
            state.hash -= StateHash.brokerConfig(name, key, before.get(key));
        }
        if (after.containsKey(key)) {
            state.hash += StateHash.brokerConfig(name, key, after.get(key));
        }
        state.brokerConfigs = after.isEmpty() ? state.brokerConfigs.minus(name) : state.brokerConfigs.plus(name, after);
    }

    private void configureGroup(String name, ConfigRecord record) {
        TreePMap<String, String> before = state.groupConfigs.get(name);
        TreePMap<String, String> after = configured(before, record);
        String key = record.getKey();
        if (before != null && before.containsKey(key)) {
            state.hash -= StateHash.groupConfig(name, key, before.get(key));
        }
        if (after.containsKey(key)) {
            state.hash += StateHash.groupConfig(name, key, after.get(key));
        }
        state.groupConfigs = after.isEmpty() ? state.groupConfigs.minus(name) : state.groupConfigs.plus(name, after);
    }

    private static TreePMap<String, String> configured(TreePMap<String, String> before, ConfigRecord record) {
        TreePMap<String, String> configs = before == null ? TreePMap.empty() : before;
        return record.getRemoved() ? configs.minus(record.getKey()) : configs.plus(record.getKey(), record.getValue());
    }

    private void require(boolean condition, String what, Object value) {
        if (!condition) {
            throw new InvariantViolation("metadata record " + state.offset + ": " + what + " (" + value + ")");
        }
    }
}
