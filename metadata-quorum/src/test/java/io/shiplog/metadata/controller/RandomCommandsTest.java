// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.PartitionIndex;
import io.shiplog.metadata.image.ProposalOutcome;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.AccessControlEntry;
import io.shiplog.metadata.proto.AclFilter;
import io.shiplog.metadata.proto.AlterPartitionCommand;
import io.shiplog.metadata.proto.AlterReassignmentsCommand;
import io.shiplog.metadata.proto.BalanceLeadersCommand;
import io.shiplog.metadata.proto.ConfigAlteration;
import io.shiplog.metadata.proto.ConfigResource;
import io.shiplog.metadata.proto.CreatePartitionsCommand;
import io.shiplog.metadata.proto.DeleteTopicsCommand;
import io.shiplog.metadata.proto.ElectLeadersCommand;
import io.shiplog.metadata.proto.IncrementalAlterConfigsCommand;
import io.shiplog.metadata.proto.IsrMember;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.MetadataEntry;
import io.shiplog.metadata.proto.NewTopic;
import io.shiplog.metadata.proto.PartitionAlteration;
import io.shiplog.metadata.proto.PartitionLogInfo;
import io.shiplog.metadata.proto.QuotaAlteration;
import io.shiplog.metadata.proto.QuotaEntityPart;
import io.shiplog.metadata.proto.QuotaOp;
import io.shiplog.metadata.proto.Reassignment;
import io.shiplog.metadata.proto.RecentProposal;
import io.shiplog.metadata.proto.RecoverPartitionsCommand;
import io.shiplog.metadata.proto.RegisterBrokerCommand;
import io.shiplog.metadata.proto.ReplicaLogInfo;
import io.shiplog.metadata.proto.ScramCredentialRecord;
import io.shiplog.metadata.proto.SnapshotHeader;
import io.shiplog.metadata.proto.SweepCommand;
import io.shiplog.metadata.proto.TopicGrowth;
import io.shiplog.metadata.proto.TopicPartitionName;
import io.shiplog.metadata.proto.TopicRef;
import io.shiplog.metadata.proto.UnregisterBrokerCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random streams of commands, some of them nonsense, some decisions cut off in the middle. After every one the invariants hold;
 * at the end, replay and snapshot give the same state. One seed is one stream.
 */
class RandomCommandsTest {
    private static final int BROKERS = 5;
    private static final int COMMANDS = 300;

    private Random random;
    private TestCluster cluster;

    static IntStream seeds() {
        return IntStream.range(0, 200);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void invariantsHold(int seed) {
        random = new Random(seed);
        int limit = random.nextBoolean() ? 2 : 5_000;
        cluster = new TestCluster(new ControllerSettings(1, 3, 50, 900_000, limit)).formed();
        for (int id = 1; id <= 3; id++) {
            cluster.start(id);
        }
        for (int i = 0; i < COMMANDS; i++) {
            MetadataImage before = cluster.image();
            boolean byLeader = step();
            checkStep(before, cluster.image(), byLeader);
        }
        sweepUp();
        checkSettled(cluster.image());
        checkReplay();
        checkSnapshot();
    }

    /** Whether it was a leader's own proposal. */
    private boolean step() {
        MetadataCommand.Builder command = command();
        Decision decision = cluster.decide(command);
        assertThat(cluster.decide(command)).as("deciding twice").isEqualTo(decision);
        int records = decision.records().size();
        boolean deposed = decision.divisible() && records > 1 && random.nextInt(10) == 0;
        long hash = cluster.image().stateHash();
        cluster.apply(decision, deposed ? 1 + random.nextInt(records - 1) : records);
        if (decision.result().getError() != 0) {
            assertThat(cluster.image().stateHash())
                    .as("a refusal changes nothing")
                    .isEqualTo(hash);
        }
        return command.hasAlterPartition();
    }

    private MetadataCommand.Builder command() {
        return switch (random.nextInt(21)) {
            case 0 -> createTopic();
            case 1 -> random.nextInt(3) == 0 ? deleteTopicOrBroker() : createPartitions();
            case 2, 3 -> register();
            case 4, 5, 6 -> changeBroker(random.nextBoolean(), random.nextInt(8) == 0);
            case 7, 8 -> changeBroker(false, false);
            case 9 -> random.nextInt(4) == 0 ? registry() : configure();
            case 10 -> TestCluster.own().setSweep(SweepCommand.newBuilder().setMaxPartitions(random.nextInt(5)));
            case 11 -> allocate();
            case 12 -> electLeaders();
            case 13, 14 -> reassign();
            case 15 -> drainOrBalance();
            case 16 -> recover();
            default -> alterPartition();
        };
    }

    private int anyBroker() {
        return 1 + random.nextInt(BROKERS);
    }

    private TopicImage anyTopic() {
        List<TopicImage> topics = new ArrayList<>(cluster.image().topics());
        return topics.isEmpty() ? null : topics.get(random.nextInt(topics.size()));
    }

    private MetadataCommand.Builder createTopic() {
        NewTopic.Builder topic = cluster.newTopic("t" + random.nextInt(8), random.nextInt(5), random.nextInt(5) - 1);
        if (random.nextBoolean()) {
            topic.putConfigs("flush.policy", random.nextBoolean() ? "replicated" : "commit");
        }
        if (random.nextInt(3) == 0) {
            topic.putConfigs("min.insync.replicas", Integer.toString(random.nextInt(4)));
        }
        MetadataCommand.Builder command = TestCluster.own();
        command.getCreateTopicsBuilder().addTopics(topic);
        return command;
    }

    private MetadataCommand.Builder deleteTopicOrBroker() {
        return random.nextInt(3) == 0
                ? TestCluster.own()
                        .setUnregisterBroker(
                                UnregisterBrokerCommand.newBuilder().setTargetBrokerId(anyBroker()))
                : deleteTopic();
    }

    /** Of what is agreed on beside topics. */
    private MetadataCommand.Builder registry() {
        String user = "u" + random.nextInt(3);
        MetadataCommand.Builder command = TestCluster.own();
        switch (random.nextInt(4)) {
            case 0 ->
                command.getAlterClientQuotasBuilder()
                        .addAlterations(QuotaAlteration.newBuilder()
                                .addEntity(QuotaEntityPart.newBuilder()
                                        .setType("user")
                                        .setName(user))
                                .addOps(QuotaOp.newBuilder()
                                        .setKey("producer_byte_rate")
                                        .setValue(random.nextInt(3))
                                        .setRemoved(random.nextBoolean())));
            case 1 ->
                command.getAlterScramCredentialsBuilder()
                        .addUpsertions(ScramCredentialRecord.newBuilder()
                                .setUser(user)
                                .setMechanism(random.nextInt(3))
                                .setSalt(ByteString.copyFrom(new byte[8]))
                                .setStoredKey(ByteString.copyFrom(new byte[32]))
                                .setServerKey(ByteString.copyFrom(new byte[32]))
                                .setIterations(4_096 + random.nextInt(3)));
            case 2 ->
                command.getCreateAclsBuilder()
                        .addEntries(AccessControlEntry.newBuilder()
                                .setId(Uuids.toBytes(new Uuid(0xAC, 1 + random.nextInt(1_000))))
                                .setResourceType(2)
                                .setResourceName("t" + random.nextInt(3))
                                .setPatternType(3)
                                .setPrincipal("User:" + user)
                                .setHost("*")
                                .setOperation(3)
                                .setPermission(2 + random.nextInt(2)));
            default ->
                command.getDeleteAclsBuilder()
                        .addFilters(AclFilter.newBuilder()
                                .setResourceType(1)
                                .setPatternType(1)
                                .setPrincipal("User:" + user)
                                .setOperation(1)
                                .setPermission(1));
        }
        return command;
    }

    private MetadataCommand.Builder deleteTopic() {
        return TestCluster.own()
                .setDeleteTopics(DeleteTopicsCommand.newBuilder()
                        .addTopics(TopicRef.newBuilder().setName("t" + random.nextInt(8))));
    }

    private MetadataCommand.Builder createPartitions() {
        return TestCluster.own()
                .setCreatePartitions(
                        CreatePartitionsCommand.newBuilder().addTopics(growth()).addTopics(growth()));
    }

    private TopicGrowth.Builder growth() {
        return TopicGrowth.newBuilder().setTopic("t" + random.nextInt(8)).setCount(random.nextInt(8));
    }

    private MetadataCommand.Builder register() {
        int id = anyBroker();
        RegisterBrokerCommand.Builder registration = cluster.registration(id);
        BrokerImage existing = cluster.broker(id);
        if (existing != null && random.nextBoolean()) {
            registration.setCleanShutdownEpoch(existing.epoch() - random.nextInt(2));
        }
        if (random.nextInt(8) == 0) {
            registration.setDirectoryIds(0, Uuids.toBytes(new Uuid(0xD2, 1 + random.nextInt(1_000_000))));
        }
        TopicImage topic = anyTopic();
        if (topic != null && random.nextInt(4) == 0) {
            registration.addDamagedPartitions(TestCluster.ref(topic, random.nextInt(3)));
        }
        return MetadataCommand.newBuilder().setBrokerId(id).setRegisterBroker(registration);
    }

    private MetadataCommand.Builder changeBroker(boolean fenced, boolean shutdown) {
        int id = anyBroker();
        if (cluster.broker(id) == null) {
            return register();
        }
        boolean inShutdown = fenced ? cluster.broker(id).inControlledShutdown() : shutdown;
        return cluster.change(id, fenced, inShutdown);
    }

    private MetadataCommand.Builder configure() {
        String[][] settings = {
            {"flush.policy", "commit"},
            {"flush.policy", "replicated"},
            {"min.insync.replicas", "1"},
            {"min.insync.replicas", "3"},
            {"unclean.leader.election.enable", "true"},
            {"unclean.leader.election.enable", "false"},
            {"unclean.recovery.strategy", "balanced"},
            {"unclean.recovery.strategy", "none"},
            {"retention.ms", "nonsense"},
        };
        String[] setting = settings[random.nextInt(settings.length)];
        return TestCluster.own()
                .setAlterConfigs(IncrementalAlterConfigsCommand.newBuilder()
                        .addAlterations(ConfigAlteration.newBuilder()
                                .setResource(anyResource())
                                .setKey(setting[0])
                                .setValue(setting[1])
                                .setOp(random.nextInt(3) == 0 ? ConfigAlteration.Op.DELETE : ConfigAlteration.Op.SET)));
    }

    /** Mostly a topic, sometimes what holds for all brokers. */
    private ConfigResource.Builder anyResource() {
        return random.nextInt(5) == 0
                ? ConfigResource.newBuilder().setType(ConfigResource.Type.BROKER)
                : ConfigResource.newBuilder().setType(ConfigResource.Type.TOPIC).setName("t" + random.nextInt(8));
    }

    private MetadataCommand.Builder allocate() {
        int id = anyBroker();
        MetadataCommand.Builder command = cluster.broker(id) == null ? TestCluster.own() : cluster.from(id);
        command.getAllocateProducerIdsBuilder();
        return command;
    }

    /** What a leader would ask for, sometimes with a wrong epoch or a member that it must not have. */
    private MetadataCommand.Builder alterPartition() {
        TopicImage topic = anyTopic();
        if (topic == null) {
            return createTopic();
        }
        int number = random.nextInt(topic.partitionCount());
        PartitionImage state = topic.partition(number);
        if (!state.hasLeader()) {
            return changeBroker(false, false);
        }
        PartitionAlteration.Builder alteration = PartitionAlteration.newBuilder()
                .setTopicId(Uuids.toBytes(topic.id()))
                .setPartition(number)
                .setLeaderEpoch(state.leaderEpoch() + wrong())
                .setPartitionEpoch(state.partitionEpoch() + wrong())
                .setDurable(random.nextBoolean())
                .setClearUnclean(random.nextInt(4) == 0);
        for (int replica : state.replicas()) {
            BrokerImage broker = cluster.broker(replica);
            if (broker != null && (replica == state.leader() || random.nextInt(3) > 0)) {
                alteration.addNewIsr(
                        IsrMember.newBuilder().setBrokerId(replica).setBrokerEpoch(broker.epoch() + wrong()));
            }
        }
        return cluster.from(state.leader())
                .setAlterPartition(AlterPartitionCommand.newBuilder().addPartitions(alteration));
    }

    private TopicPartitionName.Builder anyPartition() {
        TopicImage topic = anyTopic();
        return TopicPartitionName.newBuilder()
                .setTopic(topic == null || random.nextInt(20) == 0 ? "nobody" : topic.name())
                .setPartition(topic == null ? 0 : random.nextInt(topic.partitionCount() + 1));
    }

    private MetadataCommand.Builder electLeaders() {
        ElectLeadersCommand.Builder command =
                ElectLeadersCommand.newBuilder().setTypeValue(random.nextInt(2)).setAll(random.nextInt(4) == 0);
        for (int i = 0; !command.getAll() && i < 3; i++) {
            command.addPartitions(anyPartition());
        }
        return TestCluster.own().setElectLeaders(command);
    }

    private MetadataCommand.Builder reassign() {
        AlterReassignmentsCommand.Builder command =
                AlterReassignmentsCommand.newBuilder().setAllowReplicationFactorChange(random.nextBoolean());
        for (int i = 0; i < 2; i++) {
            TopicPartitionName.Builder name = anyPartition();
            Reassignment.Builder reassignment = Reassignment.newBuilder()
                    .setTopic(name.getTopic())
                    .setPartition(name.getPartition())
                    .setCancel(random.nextInt(4) == 0);
            for (int broker = 0; !reassignment.getCancel() && broker < random.nextInt(5); broker++) {
                reassignment.addReplicas(anyBroker());
            }
            command.addPartitions(reassignment);
        }
        return TestCluster.own().setAlterReassignments(command);
    }

    private MetadataCommand.Builder drainOrBalance() {
        return random.nextBoolean()
                ? cluster.drain(anyBroker(), random.nextBoolean())
                : TestCluster.own()
                        .setBalanceLeaders(BalanceLeadersCommand.newBuilder()
                                .setMaxPartitions(random.nextInt(4))
                                .setPercentage(random.nextInt(40))
                                .addExcluded(anyBroker()));
    }

    private MetadataCommand.Builder recover() {
        TopicPartitionName.Builder name = anyPartition();
        RecoverPartitionsCommand.Builder command = RecoverPartitionsCommand.newBuilder()
                .setStrategyValue(random.nextInt(4))
                .setDryRun(random.nextInt(4) == 0)
                .addPartitions(name);
        TopicImage topic = cluster.image().topic(name.getTopic());
        for (int broker = 1; topic != null && broker <= BROKERS; broker++) {
            if (cluster.broker(broker) != null && random.nextBoolean()) {
                command.addInfos(PartitionLogInfo.newBuilder()
                        .setTopicId(Uuids.toBytes(topic.id()))
                        .setPartition(name.getPartition())
                        .setReplica(ReplicaLogInfo.newBuilder()
                                .setBrokerId(broker)
                                .setBrokerEpoch(cluster.epoch(broker) + wrong())
                                .setLastEpoch(random.nextInt(4))
                                .setLogEndOffset(random.nextInt(100))
                                .setFailed(random.nextInt(10) == 0)));
            }
        }
        return TestCluster.own().setRecoverPartitions(command);
    }

    private int wrong() {
        return random.nextInt(20) == 0 ? random.nextInt(3) - 1 : 0;
    }

    // ---- invariants

    private static void checkStep(MetadataImage before, MetadataImage after, boolean byLeader) {
        assertThat(after.offset()).isGreaterThanOrEqualTo(before.offset());
        assertThat(after.nextProducerId()).isGreaterThanOrEqualTo(before.nextProducerId());
        for (BrokerImage broker : after.brokers()) {
            BrokerImage was = before.broker(broker.id());
            assertThat(broker.epoch()).isLessThan(after.offset());
            if (was != null) {
                assertThat(broker.epoch()).isGreaterThanOrEqualTo(was.epoch());
            }
        }
        for (TopicImage topic : after.topics()) {
            for (int number = 0; number < topic.partitionCount(); number++) {
                PartitionImage state = topic.partition(number);
                checkPartition(state);
                PartitionImage was = before.partition(topic.id(), number);
                if (was != null) {
                    checkChange(after, topic, was, state, byLeader);
                }
            }
        }
    }

    private static void checkPartition(PartitionImage state) {
        assertThat(Replicas.hasDuplicates(state.replicas())).isFalse();
        assertThat(Replicas.hasDuplicates(state.isr())).isFalse();
        assertThat(Replicas.hasDuplicates(state.elr())).isFalse();
        for (int id : state.isr()) {
            assertThat(state.isReplica(id)).isTrue();
            assertThat(state.inElr(id)).isFalse();
        }
        for (int id : state.elr()) {
            assertThat(state.isReplica(id)).isTrue();
        }
        for (int id : state.lastKnownElr()) {
            assertThat(state.isReplica(id)).isTrue();
        }
        checkReassignment(state);
        if (state.hasLeader()) {
            assertThat(state.inIsr(state.leader())).isTrue();
            assertThat(state.lastKnownElr()).isEmpty();
        } else {
            assertThat(state.isrSize()).as("an ISR without a leader").isZero();
        }
    }

    private static void checkReassignment(PartitionImage state) {
        int[] target = Replicas.without(state.replicas(), state.removing());
        assertThat(target).isNotEmpty();
        assertThat(state.replicationFactor()).isPositive();
        assertThat(state.replicas()).startsWith(target);
        assertThat(Replicas.without(state.adding(), target)).isEmpty();
        assertThat(Replicas.without(state.removing(), state.replicas())).isEmpty();
        if (state.reassigning() && !state.unclean()) {
            assertThat(Replicas.without(target, state.isr()))
                    .as("complete and not ended: %s", state)
                    .isNotEmpty();
        }
    }

    private static void checkChange(
            MetadataImage image, TopicImage topic, PartitionImage was, PartitionImage state, boolean byLeader) {
        assertThat(state.leaderEpoch()).isGreaterThanOrEqualTo(was.leaderEpoch());
        assertThat(state.partitionEpoch()).isGreaterThanOrEqualTo(was.partitionEpoch());
        if (!state.equals(was)) {
            assertThat(state.partitionEpoch()).isGreaterThan(was.partitionEpoch());
        }
        boolean removed = Replicas.without(was.replicas(), state.replicas()).length > 0;
        if (state.leader() != was.leader() || removed) {
            assertThat(state.leaderEpoch()).isGreaterThan(was.leaderEpoch());
        }
        boolean becameUnclean = state.unclean() && !was.unclean();
        if (state.hasLeader() && state.leader() != was.leader() && !becameUnclean && !was.unclean()) {
            assertThat(was.inIsr(state.leader()) || was.inElr(state.leader()) || (byLeader && was.hasLeader()))
                    .as("elected without having been vouched for: %s -> %s", was, state)
                    .isTrue();
        }
        TopicPolicy policy = TopicPolicy.of(image, topic.id());
        if (state.elr().length > 0 && !state.equals(was)) {
            assertThat(state.isrSize())
                    .as("eligible beside an ISR that commits: %s -> %s", was, state)
                    .isLessThan(policy.minIsr(state.replicationFactor()));
        }
        if (becameUnclean) {
            assertThat(state.durable()).isFalse();
        }
        if (state.durable()) {
            assertThat(was.durable() || policy.commit()).isTrue();
        }
    }

    private void sweepUp() {
        while (BrokerStateDecider.needsSweep(cluster.image())) {
            assertThat(cluster.sweep(3).getSweep().getChanged()).isPositive();
        }
    }

    private static void checkSettled(MetadataImage image) {
        for (TopicImage topic : image.topics()) {
            for (PartitionImage state : topic.partitions()) {
                for (int id : state.isr()) {
                    boolean last = state.isrSize() == 1 && image.broker(id).leaving();
                    assertThat(image.broker(id).active() || last)
                            .as("in sync: %s", state)
                            .isTrue();
                }
                for (int id : state.replicas()) {
                    BrokerImage broker = image.broker(id);
                    boolean alive = broker != null && broker.active();
                    boolean compare = alive && broker.uncleanStart() && state.elrSize() > 1;
                    boolean couldLead = state.inElr(id) && alive && !compare;
                    assertThat(state.hasLeader() || !couldLead)
                            .as("left without a leader: %s", state)
                            .isTrue();
                }
            }
        }
    }

    private void checkReplay() {
        MetadataImage replayed = MetadataImage.empty();
        for (MetadataEntry entry : cluster.log) {
            replayed = replayed.apply(entry);
            assertThat(replayed.apply(entry)).as("the same entry twice").isSameAs(replayed);
        }
        assertThat(replayed.stateHash()).isEqualTo(cluster.image().stateHash());
        assertThat(replayed.offset()).isEqualTo(cluster.image().offset());
        assertThat(replayed.toRecords()).isEqualTo(cluster.image().toRecords());
    }

    private void checkSnapshot() {
        MetadataImage image = cluster.image();
        SnapshotHeader.Builder header = SnapshotHeader.newBuilder().setMetadataOffset(image.offset());
        for (ProposalOutcome outcome : image.recentProposals()) {
            header.addRecent(RecentProposal.newBuilder()
                    .setProposer(outcome.proposer())
                    .setProposal(outcome.proposal())
                    .setOffsetAfter(outcome.offsetAfter()));
        }
        MetadataImage read = MetadataImage.fromSnapshot(header.build(), image.toRecords());
        assertThat(read.stateHash()).as("hash kept up to date").isEqualTo(image.stateHash());
        for (int broker = 1; broker <= BROKERS; broker++) {
            for (PartitionIndex.Group group : PartitionIndex.Group.values()) {
                assertThat(members(image, group, broker)).isEqualTo(members(read, group, broker));
            }
            assertThat(image.index().leaderships(broker)).isEqualTo(read.index().leaderships(broker));
            assertThat(image.index().preferred(broker)).isEqualTo(read.index().preferred(broker));
            assertThat(image.index().preferredElsewhere(broker))
                    .isEqualTo(read.index().preferredElsewhere(broker));
        }
        assertThat(read.partitionCounts()).as("counts kept up to date").isEqualTo(image.partitionCounts());
        assertThat(read.toRecords()).isEqualTo(image.toRecords());
        assertThat(read.offset()).isEqualTo(image.offset());
        assertThat(read.recentProposals()).isEqualTo(image.recentProposals());
    }

    /** Slots may differ between images of one state, what they say may not. */
    private static Set<PartitionId> members(MetadataImage image, PartitionIndex.Group group, int broker) {
        Set<PartitionId> members = new TreeSet<>();
        image.visit(group, broker, (topic, partition, state) -> {
            assertThat(state).isSameAs(image.partition(topic.id(), partition));
            return members.add(new PartitionId(topic.id(), partition));
        });
        assertThat(image.index().size(group, broker)).isEqualTo(members.size());
        return members;
    }
}
