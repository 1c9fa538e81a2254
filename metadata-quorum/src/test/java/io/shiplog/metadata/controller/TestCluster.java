// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.AlterPartitionCommand;
import io.shiplog.metadata.proto.ChangeBrokerStateCommand;
import io.shiplog.metadata.proto.CreateTopicsCommand;
import io.shiplog.metadata.proto.DrainBrokerCommand;
import io.shiplog.metadata.proto.Endpoint;
import io.shiplog.metadata.proto.FormClusterCommand;
import io.shiplog.metadata.proto.IsrMember;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.MetadataEntry;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.NewTopic;
import io.shiplog.metadata.proto.PartitionAlteration;
import io.shiplog.metadata.proto.PartitionAlterationResult;
import io.shiplog.metadata.proto.PartitionLogInfo;
import io.shiplog.metadata.proto.PartitionRef;
import io.shiplog.metadata.proto.RegisterBrokerCommand;
import io.shiplog.metadata.proto.ReplicaLogInfo;
import io.shiplog.metadata.proto.SweepCommand;
import io.shiplog.metadata.proto.TopicPartitionName;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/** A controller with its image: commands go through decide and apply, as in the real node but without a log. */
final class TestCluster {
    static final String CLUSTER_ID = "test-cluster";

    final List<MetadataEntry> log = new ArrayList<>();
    private final Controller controller;
    private MetadataImage image = MetadataImage.empty();
    private int incarnations;
    private int topics;

    TestCluster() {
        this(ControllerSettings.defaults());
    }

    TestCluster(ControllerSettings settings) {
        controller = new Controller(settings);
    }

    /** Formed, with brokers 1 to {@code brokers} registered and unfenced. */
    static TestCluster of(int brokers) {
        return new TestCluster().formed().withBrokers(brokers);
    }

    TestCluster formed() {
        ok(own().setFormCluster(FormClusterCommand.newBuilder().setClusterId(CLUSTER_ID)));
        return this;
    }

    TestCluster withBrokers(int brokers) {
        for (int id = 1; id <= brokers; id++) {
            start(id);
        }
        return this;
    }

    MetadataImage image() {
        return image;
    }

    Decision decide(MetadataCommand.Builder command) {
        return controller.decide(image, command.build(), 0);
    }

    /** Decides and applies. */
    MetadataResult run(MetadataCommand.Builder command) {
        Decision decision = decide(command);
        if (decision.result().getError() != Errors.NONE.code()) {
            assertThat(decision.records()).isEmpty();
        }
        apply(decision, decision.records().size());
        assertThat(decision.result().getMetadataOffset()).isEqualTo(image.offset());
        return decision.result();
    }

    /** Applies the first records of a decision only, as when the controller is deposed in between. */
    void apply(Decision decision, int records) {
        MetadataEntry entry = MetadataEntry.newBuilder()
                .setFormat(1)
                .setDecidedOnOffset(image.offset())
                .setProposer(7)
                .setProposal(log.size())
                .addAllRecords(decision.records().subList(0, records))
                .build();
        log.add(entry);
        image = image.apply(entry);
    }

    /** Runs a command that must not be refused. */
    MetadataResult ok(MetadataCommand.Builder command) {
        MetadataResult result = run(command);
        assertThat(Errors.forCode((short) result.getError()))
                .as(result.getMessage())
                .isEqualTo(Errors.NONE);
        return result;
    }

    static MetadataCommand.Builder own() {
        return MetadataCommand.newBuilder().setBrokerId(Controller.NO_BROKER);
    }

    MetadataCommand.Builder from(int brokerId) {
        return MetadataCommand.newBuilder().setBrokerId(brokerId).setBrokerEpoch(epoch(brokerId));
    }

    long epoch(int brokerId) {
        return image.broker(brokerId).epoch();
    }

    // ---- brokers

    static Uuid directory(int brokerId) {
        return new Uuid(0xD1, brokerId);
    }

    RegisterBrokerCommand.Builder registration(int brokerId) {
        return RegisterBrokerCommand.newBuilder()
                .setIncarnationId(Uuids.toBytes(new Uuid(0x1C, ++incarnations)))
                .addEndpoints(Endpoint.newBuilder()
                        .setName("PLAINTEXT")
                        .setHost("127.0.0.1")
                        .setPort(9000 + brokerId))
                .addDirectoryIds(Uuids.toBytes(directory(brokerId)))
                .setCleanShutdownEpoch(-1);
    }

    MetadataResult register(int brokerId, RegisterBrokerCommand.Builder registration) {
        return run(MetadataCommand.newBuilder().setBrokerId(brokerId).setRegisterBroker(registration));
    }

    /** Registers a new incarnation that stopped uncleanly, and unfences it. */
    void start(int brokerId) {
        assertThat(register(brokerId, registration(brokerId)).getError()).isZero();
        unfence(brokerId);
    }

    void startInRack(int brokerId, String rack) {
        assertThat(register(brokerId, registration(brokerId).setRack(rack)).getError())
                .isZero();
        unfence(brokerId);
    }

    /** A registration after a clean stop. */
    RegisterBrokerCommand.Builder cleanRegistration(int brokerId) {
        return registration(brokerId).setCleanShutdownEpoch(epoch(brokerId));
    }

    static PartitionRef ref(TopicImage topic, int partition) {
        return PartitionRef.newBuilder()
                .setTopicId(Uuids.toBytes(topic.id()))
                .setPartition(partition)
                .build();
    }

    MetadataCommand.Builder change(int brokerId, boolean fenced, boolean shutdown) {
        return own().setChangeBrokerState(ChangeBrokerStateCommand.newBuilder()
                .setTargetBrokerId(brokerId)
                .setTargetBrokerEpoch(epoch(brokerId))
                .setFenced(fenced)
                .setInControlledShutdown(shutdown)
                .setCause("test"));
    }

    MetadataCommand.Builder drain(int brokerId, boolean draining) {
        return own().setDrainBroker(DrainBrokerCommand.newBuilder()
                .setTargetBrokerId(brokerId)
                .setDraining(draining));
    }

    void fence(int... brokerIds) {
        for (int id : brokerIds) {
            ok(change(id, true, image.broker(id).inControlledShutdown()));
        }
    }

    void unfence(int brokerId) {
        ok(change(brokerId, false, false));
    }

    BrokerImage broker(int id) {
        return image.broker(id);
    }

    MetadataResult sweep(int maxPartitions) {
        return run(own().setSweep(SweepCommand.newBuilder().setMaxPartitions(maxPartitions)));
    }

    // ---- topics

    NewTopic.Builder newTopic(String name, int partitions, int replication) {
        return NewTopic.newBuilder()
                .setName(name)
                .setPartitions(partitions)
                .setReplicationFactor(replication)
                .setTopicId(Uuids.toBytes(new Uuid(0x70, ++topics)));
    }

    MetadataResult create(NewTopic.Builder... topics) {
        CreateTopicsCommand.Builder command = CreateTopicsCommand.newBuilder();
        for (NewTopic.Builder topic : topics) {
            command.addTopics(topic);
        }
        return run(own().setCreateTopics(command));
    }

    /** A topic of one partition on these brokers, in this order of preference; config as key, value, key, value. */
    TopicImage topicOn(String name, int[] replicas, String... config) {
        NewTopic.Builder topic = newTopic(name, -1, -1);
        var assignment = io.shiplog.metadata.proto.Assignment.newBuilder().setPartition(0);
        for (int replica : replicas) {
            assignment.addReplicas(replica);
        }
        for (int i = 0; i < config.length; i += 2) {
            topic.putConfigs(config[i], config[i + 1]);
        }
        MetadataResult result = create(topic.addAssignments(assignment));
        assertThat(result.getCreateTopics().getTopics(0).getMessage()).isEmpty();
        return image.topic(name);
    }

    PartitionImage partition(String topic) {
        return image.topic(topic).partition(0);
    }

    static int[] ids(int... ids) {
        return ids;
    }

    // ---- AlterPartition

    /** What the leader of partition 0 would ask for, with all epochs as they are. */
    PartitionAlteration.Builder alteration(String topic, int... newIsr) {
        PartitionImage state = partition(topic);
        PartitionAlteration.Builder alteration = PartitionAlteration.newBuilder()
                .setTopicId(Uuids.toBytes(image.topic(topic).id()))
                .setPartition(0)
                .setLeaderEpoch(state.leaderEpoch())
                .setPartitionEpoch(state.partitionEpoch());
        for (int id : newIsr) {
            BrokerImage broker = image.broker(id);
            alteration.addNewIsr(
                    IsrMember.newBuilder().setBrokerId(id).setBrokerEpoch(broker == null ? 0 : broker.epoch()));
        }
        return alteration;
    }

    PartitionAlterationResult alter(int leader, PartitionAlteration.Builder alteration) {
        MetadataResult result = ok(from(leader)
                .setAlterPartition(AlterPartitionCommand.newBuilder().addPartitions(alteration)));
        return result.getAlterPartition().getPartitions(0);
    }

    /** The leader changes the ISR of partition 0, which must be accepted. */
    void alterIsr(String topic, int... newIsr) {
        PartitionAlterationResult result = alter(partition(topic).leader(), alteration(topic, newIsr));
        assertThat(result.getError()).isZero();
    }

    // ---- logs

    /** Partition 0 of a topic. */
    static TopicPartitionName.Builder name(String topic) {
        return TopicPartitionName.newBuilder().setTopic(topic);
    }

    /** What a broker says that it holds of partition 0, under its registration as it is. */
    PartitionLogInfo info(String topic, int brokerId, int lastEpoch, long logEnd, long highWatermark) {
        return PartitionLogInfo.newBuilder()
                .setTopicId(Uuids.toBytes(image.topic(topic).id()))
                .setReplica(ReplicaLogInfo.newBuilder()
                        .setBrokerId(brokerId)
                        .setBrokerEpoch(epoch(brokerId))
                        .setLastEpoch(lastEpoch)
                        .setLogEndOffset(logEnd)
                        .setHighWatermark(highWatermark))
                .build();
    }
}
