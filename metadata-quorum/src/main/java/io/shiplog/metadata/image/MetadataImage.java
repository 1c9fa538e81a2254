// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import io.shiplog.metadata.model.InvariantViolation;
import io.shiplog.metadata.proto.MetadataEntry;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.SnapshotHeader;
import java.util.AbstractCollection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.pcollections.HashPMap;
import org.pcollections.HashTreePMap;
import org.pcollections.TreePMap;

/**
 * All cluster metadata at one metadata offset. Immutable, safe to share between threads; a new image shares all but what
 * changed with the one before, so applying an entry costs what it changes.
 */
public final class MetadataImage {
    private static final MetadataImage EMPTY = new MetadataImage(new State(), RecentProposals.NONE);

    /** The persistent collections of an image; also the scratch space of {@link ImageReplay}. */
    static final class State {
        long offset;
        String clusterId = "";
        long nextProducerId;
        long hash;
        TreePMap<Integer, BrokerImage> brokers = TreePMap.empty();
        HashPMap<Uuid, TopicImage> topics = HashTreePMap.empty();
        TreePMap<String, Uuid> topicIds = TreePMap.empty();
        /** Names with dots or underscores, by what metrics make of them; follows from the topics. */
        HashPMap<String, String> unifiedNames = HashTreePMap.empty();

        HashPMap<Uuid, TreePMap<String, String>> topicConfigs = HashTreePMap.empty();
        TreePMap<String, TreePMap<String, String>> brokerConfigs = TreePMap.empty();
        TreePMap<String, TreePMap<String, String>> groupConfigs = TreePMap.empty();
        PartitionIndex index = PartitionIndex.EMPTY;
        RegistryImage registry = RegistryImage.EMPTY;
        JobsImage jobs = JobsImage.EMPTY;
        TreePMap<Integer, QuorumVoter> quorumVoters = TreePMap.empty();
        long astrayAtOffset = -1;

        State copy() {
            State copy = new State();
            copy.offset = offset;
            copy.clusterId = clusterId;
            copy.nextProducerId = nextProducerId;
            copy.hash = hash;
            copy.brokers = brokers;
            copy.topics = topics;
            copy.topicIds = topicIds;
            copy.unifiedNames = unifiedNames;
            copy.topicConfigs = topicConfigs;
            copy.brokerConfigs = brokerConfigs;
            copy.groupConfigs = groupConfigs;
            copy.index = index;
            copy.registry = registry;
            copy.jobs = jobs;
            copy.quorumVoters = quorumVoters;
            copy.astrayAtOffset = astrayAtOffset;
            return copy;
        }
    }

    private final State state;
    private final RecentProposals proposals;

    MetadataImage(State state, RecentProposals proposals) {
        this.state = state;
        this.proposals = proposals;
    }

    public static MetadataImage empty() {
        return EMPTY;
    }

    /**
     * The image that a snapshot describes.
     *
     * @param records what {@link #toRecords()} gave
     * @throws InvariantViolation when the records contradict each other or are of a kind that this version does not know
     */
    public static MetadataImage fromSnapshot(SnapshotHeader header, Iterable<MetadataRecord> records) {
        return ImageSnapshot.read(header, records);
    }

    /**
     * The image after {@code entry}. The same instance when the entry was decided on another offset than this one, or its
     * proposal was applied before: such an entry changes nothing, on every node alike.
     *
     * @throws InvariantViolation when a record is of a kind that this version does not know or does not fit this image. A
     *     controller replays its decisions before proposing them, so no such record gets into the log of one version.
     */
    public MetadataImage apply(MetadataEntry entry) {
        if (entry.getDecidedOnOffset() != state.offset
                || proposals.get(entry.getProposer(), entry.getProposal()) != null) {
            return this;
        }
        State next = ImageReplay.replay(state, entry.getRecordsList());
        return new MetadataImage(
                next, proposals.plus(new ProposalOutcome(entry.getProposer(), entry.getProposal(), next.offset)));
    }

    /**
     * The image after {@code records}, which have not been agreed on: what the next command of a round is decided on.
     *
     * @throws InvariantViolation as {@link #apply}
     */
    public MetadataImage candidate(List<MetadataRecord> records) {
        return records.isEmpty() ? this : new MetadataImage(ImageReplay.replay(state, records), proposals);
    }

    /** What became of a proposal; empty when it was not applied, or so long ago that it has been forgotten. */
    public Optional<ProposalOutcome> outcome(long proposer, long proposal) {
        return Optional.ofNullable(proposals.get(proposer, proposal));
    }

    /** The proposals that are remembered, oldest first; for {@link SnapshotHeader}. */
    public List<ProposalOutcome> recentProposals() {
        return proposals.oldestFirst();
    }

    /** Metadata offset: how many records were applied, which is the offset of the next one. */
    public long offset() {
        return state.offset;
    }

    /** Empty before the cluster was formed. */
    public String clusterId() {
        return state.clusterId;
    }

    /** The topic of that name; null when unknown. */
    public TopicImage topic(String name) {
        Uuid id = state.topicIds.get(name);
        return id == null ? null : state.topics.get(id);
    }

    /** The name of a topic that metrics, where '.' and '_' are one, cannot tell from {@code name}; null when there is none. */
    public String collidingTopic(String name) {
        return Topic.hasCollisionChars(name) ? state.unifiedNames.get(Topic.unifyCollisionChars(name)) : null;
    }

    /** The topic of that id; null when unknown. */
    public TopicImage topic(Uuid id) {
        return state.topics.get(id);
    }

    /** All topics, by name. */
    public Collection<TopicImage> topics() {
        return new AbstractCollection<>() {
            @Override
            public Iterator<TopicImage> iterator() {
                Iterator<Uuid> ids = state.topicIds.values().iterator();
                return new Iterator<>() {
                    @Override
                    public boolean hasNext() {
                        return ids.hasNext();
                    }

                    @Override
                    public TopicImage next() {
                        return state.topics.get(ids.next());
                    }
                };
            }

            @Override
            public int size() {
                return state.topicIds.size();
            }
        };
    }

    /** The partition's state; null when unknown. */
    public PartitionImage partition(Uuid topicId, int partition) {
        TopicImage topic = state.topics.get(topicId);
        return topic == null ? null : topic.partition(partition);
    }

    /** How many partitions concern whom. */
    public PartitionIndex index() {
        return state.index;
    }

    /**
     * Shows the partitions of a group, at the cost of these, in an order that is fixed for this image.
     *
     * @param brokerId whose group; of no meaning for the groups that are nobody's own
     */
    public void visit(PartitionIndex.Group group, int brokerId, PartitionVisitor visitor) {
        PartitionIndex index = state.index;
        int slot = index.next(group, brokerId, 0);
        Uuid topicId = null;
        TopicImage topic = null;
        while (slot >= 0) {
            if (!index.topic(slot).equals(topicId)) {
                topicId = index.topic(slot);
                topic = state.topics.get(topicId);
            }
            int partition = index.partition(slot);
            if (!visitor.visit(topic, partition, topic.partition(partition))) {
                return;
            }
            slot = index.next(group, brokerId, slot + 1);
        }
    }

    /** The registered broker; null when unknown. */
    public BrokerImage broker(int id) {
        return state.brokers.get(id);
    }

    /** All registered brokers, fenced ones too, by id. */
    public Collection<BrokerImage> brokers() {
        return state.brokers.values();
    }

    /** The settings that differ from the defaults, by name; empty when there are none or the topic is unknown. */
    public Map<String, String> topicConfigs(Uuid topicId) {
        TreePMap<String, String> configs = state.topicConfigs.get(topicId);
        return configs == null ? TreePMap.empty() : configs;
    }

    /**
     * The settings of a broker that differ from the cluster's.
     *
     * @param name the broker's id, or empty for the cluster-wide ones
     */
    public Map<String, String> brokerConfigs(String name) {
        TreePMap<String, String> configs = state.brokerConfigs.get(name);
        return configs == null ? TreePMap.empty() : configs;
    }

    boolean sameBrokerConfigs(MetadataImage other) {
        return state.brokerConfigs.equals(other.state.brokerConfigs);
    }

    /** The settings of a group that differ from those of the node that coordinates it. */
    public Map<String, String> groupConfigs(String group) {
        TreePMap<String, String> configs = state.groupConfigs.get(group);
        return configs == null ? TreePMap.empty() : configs;
    }

    /** The groups that have settings of their own, by name. Whether there are such groups nobody knows here. */
    public Set<String> configuredGroups() {
        return state.groupConfigs.keySet();
    }

    /** Feature levels, client quotas, SCRAM credentials and access control entries. */
    public RegistryImage registry() {
        return state.registry;
    }

    /** Changes of assignments that are under way, or were lately. */
    public JobsImage jobs() {
        return state.jobs;
    }

    /** How many partitions all topics have together. */
    public int partitionCount() {
        return state.index.partitions();
    }

    /** What the assignments give a broker to do, whether it is registered or not. */
    public BrokerLoad brokerLoad(int brokerId) {
        return new BrokerLoad(
                state.index.size(PartitionIndex.Group.REPLICA, brokerId), state.index.preferred(brokerId));
    }

    /** The members of the quorum, by node id; empty until the first controller has told them. */
    public Collection<QuorumVoter> quorumVoters() {
        return state.quorumVoters.values();
    }

    boolean sameQuorumVoters(MetadataImage other) {
        return state.quorumVoters.equals(other.state.quorumVoters);
    }

    /** How many partitions there are, and of which kinds; kept up to date by what changes. */
    public PartitionCounts partitionCounts() {
        int offline = state.index.size(PartitionIndex.Group.LEADERLESS, PartitionImage.NO_LEADER);
        int elsewhere = state.index.size(PartitionIndex.Group.NOT_PREFERRED, PartitionImage.NO_LEADER);
        return new PartitionCounts(state.index.partitions(), offline, offline + elsewhere);
    }

    /** The first producer id that has not been given out. */
    public long nextProducerId() {
        return state.nextProducerId;
    }

    /** The records that rebuild this image (but for its offset and proposals, which are in the header) on an empty one. */
    public List<MetadataRecord> toRecords() {
        List<MetadataRecord> records = new ArrayList<>();
        forEachRecord(records::add);
        return records;
    }

    /** Gives {@link #toRecords()} one by one. */
    public void forEachRecord(Consumer<MetadataRecord> sink) {
        ImageSnapshot.forEachRecord(state, sink);
    }

    /** Hash of all but offset and proposals; equal states have equal hashes, whatever led to them. */
    public long stateHash() {
        return state.hash + state.registry.hash() + state.jobs.hash();
    }

    /** The last offset at which the agreed hash was another one than that of this state; -1: never, as far as it was replayed here. */
    public long astrayAtOffset() {
        return state.astrayAtOffset;
    }

    /** How {@link #stateHash()} is computed; hashes of different algorithms cannot be compared. */
    public static int stateHashAlgorithm() {
        return StateHash.ALGORITHM;
    }
}
