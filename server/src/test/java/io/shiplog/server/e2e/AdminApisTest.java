// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.metadata.client.MetadataClientSettings;
import io.shiplog.metadata.client.MetadataListener;
import io.shiplog.metadata.endpoint.RemoteMetadataClient;
import io.shiplog.metadata.image.MetadataDelta;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.DescribeHistoryRequest;
import io.shiplog.metadata.proto.HistoryLine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.ListConfigResourcesOptions;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.admin.RaftVoterEndpoint;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.DuplicateVoterException;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.InvalidUpdateVersionException;
import org.apache.kafka.common.errors.NoReassignmentInProgressException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.errors.VoterNotFoundException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka's Java admin client against a cluster: what every API of administration promises, through all that lies between. */
class AdminApisTest {
    private static final long TIMEOUT_S = 30;
    /** The node that one test takes away for good; no other test uses it. */
    private static final int DOOMED = 104;

    @TempDir
    static Path directory;

    private static TestCluster cluster;
    private static Admin admin;

    @BeforeAll
    static void start() throws Exception {
        cluster = new TestCluster(directory, 1, 4).start();
        admin = cluster.clients().admin();
    }

    @AfterAll
    static void stop() throws Exception {
        admin.close();
        cluster.close();
    }

    @Test
    void partitionsAreAdded() throws Exception {
        create("grows", Map.of(0, List.of(101, 102)));
        get(admin.createPartitions(Map.of(
                        "grows", NewPartitions.increaseTo(3, List.of(List.of(102, 103), List.of(103, 101)))))
                .all());
        assertThat(cluster.image().topic("grows").partition(2).replicas()).containsExactly(103, 101);
        refused(
                InvalidPartitionsException.class,
                admin.createPartitions(Map.of("grows", NewPartitions.increaseTo(3)))
                        .all());
        refused(
                InvalidReplicaAssignmentException.class,
                admin.createPartitions(Map.of("grows", NewPartitions.increaseTo(4, List.of(List.of(101, 999)))))
                        .all());
    }

    /** From the connection of a client to the files of a quorum node. */
    @Test
    void historyTellsOnWhoseBehalfAndFromWhere() throws Exception {
        MetadataClientSettings settings = cluster.config(101).metadataClientSettings();
        try (Admin named = cluster.clients().admin(Map.of("client.id", "the-operators-desk"));
                RemoteMetadataClient tool =
                        new RemoteMetadataClient(MetadataClientSettings.of(settings.endpoints(), -1, 3_000))) {
            tool.start(new Unmoved());
            get(named.createTopics(List.of(new NewTopic("traced", Map.of(0, List.of(101)))))
                    .all());
            get(named.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.TOPIC, "traced"), List.of(set("retention.ms", "7"))))
                    .all());
            DescribeHistoryRequest question =
                    DescribeHistoryRequest.newBuilder().setName("traced").build();
            List<HistoryLine> lines = new ArrayList<>();
            Await.until("the lines are written", 30_000, () -> {
                lines.clear();
                lines.addAll(tool.describeHistory(question)
                        .get(TIMEOUT_S, TimeUnit.SECONDS)
                        .getLinesList());
                return lines.size() == 3;
            });
            assertThat(lines)
                    .extracting(HistoryLine::getCause)
                    .containsExactly("ALTER_CONFIGS", "CREATE_TOPICS", "CREATE_TOPICS");
            assertThat(lines).extracting(HistoryLine::getPrincipal).containsOnly("User:ANONYMOUS");
            assertThat(lines).extracting(HistoryLine::getClient).containsOnly("the-operators-desk@127.0.0.1");
        }
    }

    /** Of the metadata, nothing is wanted but answers. */
    private static final class Unmoved implements MetadataListener {
        @Override
        public void onMetadata(MetadataImage previous, MetadataImage current, MetadataDelta delta) {}

        @Override
        public void onRegistrationLost(Errors error, String message) {}
    }

    @Test
    void settingsOfATopicAreActedOn() throws Exception {
        create("settings", Map.of(0, List.of(101, 102)));
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "settings");
        produce("settings", 10_000);
        alter(topic, set("max.message.bytes", "5000"));
        assertThat(config(topic).get("max.message.bytes").value()).isEqualTo("5000");
        assertThat(config(topic).get("max.message.bytes").source())
                .isEqualTo(ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG);
        awaitRefusedRecord("settings", 10_000);
        alter(topic, new AlterConfigOp(new ConfigEntry("max.message.bytes", ""), OpType.DELETE));
        Await.until("large records are taken again", 10_000, () -> taken("settings", 10_000));
        refused(InvalidConfigurationException.class, alteration(topic, set("max.message.bytes", "many")));
        refused(InvalidConfigurationException.class, alteration(topic, set("no.such.setting", "1")));
    }

    @Test
    void settingsOfAllBrokersAreDefaultsOfTopics() throws Exception {
        create("defaults", Map.of(0, List.of(102, 103)));
        ConfigResource all = new ConfigResource(ConfigResource.Type.BROKER, "");
        ConfigResource one = new ConfigResource(ConfigResource.Type.BROKER, "102");
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "defaults");
        alter(all, set("log.retention.ms", "7654321"));
        alter(one, set("log.segment.bytes", "2097152"));
        assertThat(config(all)).containsOnlyKeys("log.retention.ms");
        assertThat(config(topic).get("retention.ms").value()).isEqualTo("7654321");
        assertThat(config(one).get("log.segment.bytes").value()).isEqualTo("2097152");
        assertThat(config(one).get("log.retention.ms").source())
                .isEqualTo(ConfigEntry.ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
        assertThat(config(one).get("node.id").isReadOnly()).isTrue();
        refused(InvalidRequestException.class, alteration(one, set("node.id", "7")));
        alter(all, new AlterConfigOp(new ConfigEntry("log.retention.ms", ""), OpType.DELETE));
        alter(one, new AlterConfigOp(new ConfigEntry("log.segment.bytes", ""), OpType.DELETE));
        assertThat(config(topic).get("retention.ms").source())
                .isNotEqualTo(ConfigEntry.ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
        assertThat(config(all)).isEmpty();
    }

    @Test
    void levelsOfANodesLoggersAreChanged() throws Exception {
        ConfigResource loggers = new ConfigResource(ConfigResource.Type.BROKER_LOGGER, "102");
        String logger = "io.shiplog.server.logging.LogbackLoggers";
        alter(loggers, set(logger, "ERROR"));
        assertThat(config(loggers).get(logger).value()).isEqualTo("ERROR");
        alter(loggers, new AlterConfigOp(new ConfigEntry(logger, ""), OpType.DELETE));
        assertThat(config(loggers).get(logger).value())
                .isEqualTo(config(loggers).get("io.shiplog.server.logging").value());
        refused(InvalidConfigurationException.class, alteration(loggers, set("no.such.logger", "INFO")));
        refused(InvalidConfigurationException.class, alteration(loggers, set(logger, "LOUD")));
    }

    @Test
    void preferredLeaderIsElectedByHand() throws Exception {
        create("elects", Map.of(0, List.of(103, 101, 102)));
        TopicPartition partition = new TopicPartition("elects", 0);
        refused(ElectionNotNeededException.class, elect(partition));
        cluster.crashStorage(103);
        Await.until("another leader", 30_000, () -> cluster.leader("elects", 0) != 103);
        cluster.startStorage(103);
        cluster.awaitIsr("elects", 0, 3);
        get(elect(partition));
        assertThat(cluster.leader("elects", 0)).isEqualTo(103);
    }

    @Test
    void partitionIsMoved() throws Exception {
        create("moves", Map.of(0, List.of(101, 102)));
        produce("moves", 100);
        TopicPartition partition = new TopicPartition("moves", 0);
        Path old = cluster.logDirectory(101, "moves", 0);
        refused(NoReassignmentInProgressException.class, reassign(partition, null));
        refused(InvalidReplicaAssignmentException.class, reassign(partition, List.of(101, 999)));
        get(reassign(partition, List.of(103, 102)));
        Await.until(
                "the reassignment's end",
                30_000,
                () -> get(admin.listPartitionReassignments().reassignments()).isEmpty());
        assertThat(cluster.partition("moves", 0).replicas()).containsExactly(103, 102);
        cluster.awaitIdenticalLogs("moves", 0);
        Await.until("the old log's end", 30_000, () -> !Files.exists(old));
        assertThat(cluster.clients().readAll("moves", 0)).hasSize(1);
    }

    @Test
    void quorumIsDescribed() throws Exception {
        QuorumInfo quorum = get(admin.describeMetadataQuorum().quorumInfo());
        assertThat(quorum.leaderId()).isEqualTo(1);
        assertThat(quorum.voters()).extracting(v -> v.replicaId()).containsExactly(1);
        assertThat(quorum.nodes()).containsOnlyKeys(1);
        assertThat(quorum.observers())
                .anySatisfy(node -> assertThat(node.replicaId()).isEqualTo(101));
        Uuid directory = quorum.voters().get(0).replicaDirectoryId();
        assertThat(directory).isNotEqualTo(Uuid.ZERO_UUID);
        RaftVoterEndpoint anywhere = new RaftVoterEndpoint("CONTROLLER", "127.0.0.1", 1);
        refused(
                DuplicateVoterException.class,
                admin.addRaftVoter(1, directory, Set.of(anywhere)).all());
        refused(
                VoterNotFoundException.class,
                admin.removeRaftVoter(9, directory).all());
    }

    @Test
    void logDirectoriesAreDescribed() throws Exception {
        create("weighed", Map.of(0, List.of(101)));
        produce("weighed", 10_000);
        LogDirDescription described = get(admin.describeLogDirs(List.of(101)).allDescriptions())
                .get(101)
                .get(cluster.data(101).toAbsolutePath().toString());
        assertThat(described
                        .replicaInfos()
                        .get(new TopicPartition("weighed", 0))
                        .size())
                .isGreaterThan(10_000);
        assertThat(described.usableBytes()).isPresent();
    }

    @Test
    void featuresAreDescribedAndKeptFromUnknownLevels() throws Exception {
        var features = get(admin.describeFeatures().featureMetadata());
        assertThat(features.supportedFeatures()).containsKey("eligible.leader.replicas.version");
        assertThat(features.finalizedFeatures()).containsKey("eligible.leader.replicas.version");
        FeatureUpdate far = new FeatureUpdate((short) 99, FeatureUpdate.UpgradeType.UPGRADE);
        refused(
                InvalidUpdateVersionException.class,
                admin.updateFeatures(Map.of("metadata.version", far), new UpdateFeaturesOptions())
                        .all());
    }

    @Test
    void quotasAreKept() throws Exception {
        ClientQuotaEntity alice = new ClientQuotaEntity(Map.of(ClientQuotaEntity.USER, "alice"));
        quota(alice, 1000.0);
        awaitQuotas(Map.of(alice, Map.of("producer_byte_rate", 1000.0)));
        quota(alice, null);
        awaitQuotas(Map.of());
    }

    /** Each node describes what it has heard so far, and another one may be asked than the one that changed it. */
    private static void awaitQuotas(Map<ClientQuotaEntity, Map<String, Double>> expected) {
        Await.until(
                "quotas " + expected,
                10_000,
                () -> get(admin.describeClientQuotas(ClientQuotaFilter.all()).entities())
                        .equals(expected));
    }

    @Test
    void scramCredentialsAreKept() throws Exception {
        ScramCredentialInfo info = new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 5000);
        get(admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion("alice", info, "secret")))
                .all());
        Await.until(
                "alice's credentials",
                10_000,
                () -> get(admin.describeUserScramCredentials().users()).contains("alice"));
        assertThat(get(admin.describeUserScramCredentials().all()).get("alice").credentialInfos())
                .containsExactly(info);
    }

    @Test
    void accessControlIsSaidToBeOff() {
        refused(
                SecurityDisabledException.class,
                admin.describeAcls(AclBindingFilter.ANY).values());
    }

    @Test
    void nodeThatDoesNotComeBackIsForgotten() throws Exception {
        cluster.stopStorage(DOOMED);
        Await.until(
                "the node to be fenced",
                30_000,
                () -> cluster.image().broker(DOOMED).fenced());
        get(admin.unregisterBroker(DOOMED).all());
        Collection<Node> nodes = get(admin.describeCluster(new DescribeClusterOptions().includeFencedBrokers(true))
                .nodes());
        assertThat(nodes).extracting(Node::id).doesNotContain(DOOMED).contains(101);
    }

    @Test
    void whatCanHaveSettingsIsListed() throws Exception {
        create("listed", Map.of(0, List.of(101)));
        assertThat(get(admin.listConfigResources(
                                Set.of(ConfigResource.Type.TOPIC, ConfigResource.Type.BROKER),
                                new ListConfigResourcesOptions())
                        .all()))
                .contains(
                        new ConfigResource(ConfigResource.Type.TOPIC, "listed"),
                        new ConfigResource(ConfigResource.Type.BROKER, "101"));
    }

    private static void create(String topic, Map<Integer, List<Integer>> assignments) throws Exception {
        get(admin.createTopics(List.of(new NewTopic(topic, assignments))).all());
    }

    private static void produce(String topic, int bytes) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = cluster.clients().producer("all")) {
            producer.send(new ProducerRecord<>(topic, 0, null, new byte[bytes])).get(TIMEOUT_S, TimeUnit.SECONDS);
        }
    }

    private static boolean taken(String topic, int bytes) throws Exception {
        try {
            produce(topic, bytes);
            return true;
        } catch (ExecutionException e) {
            assertThat(e).hasCauseInstanceOf(RecordTooLargeException.class);
            return false;
        }
    }

    private static void awaitRefusedRecord(String topic, int bytes) {
        Await.until("a large record to be refused", 10_000, () -> !taken(topic, bytes));
    }

    private static AlterConfigOp set(String key, String value) {
        return new AlterConfigOp(new ConfigEntry(key, value), OpType.SET);
    }

    private static KafkaFuture<Void> alteration(ConfigResource resource, AlterConfigOp op) {
        return admin.incrementalAlterConfigs(Map.of(resource, List.of(op))).all();
    }

    private static void alter(ConfigResource resource, AlterConfigOp op) throws Exception {
        get(alteration(resource, op));
    }

    private static Map<String, ConfigEntry> config(ConfigResource resource) throws Exception {
        Config config = get(admin.describeConfigs(List.of(resource)).all()).get(resource);
        return config.entries().stream().collect(Collectors.toMap(ConfigEntry::name, entry -> entry));
    }

    private static KafkaFuture<Void> elect(TopicPartition partition) {
        return admin.electLeaders(ElectionType.PREFERRED, Set.of(partition)).all();
    }

    private static KafkaFuture<Void> reassign(TopicPartition partition, List<Integer> replicas) {
        Optional<NewPartitionReassignment> target =
                Optional.ofNullable(replicas).map(NewPartitionReassignment::new);
        return admin.alterPartitionReassignments(Map.of(partition, target)).all();
    }

    private static void quota(ClientQuotaEntity entity, Double rate) throws Exception {
        var op = new ClientQuotaAlteration.Op("producer_byte_rate", rate);
        get(admin.alterClientQuotas(List.of(new ClientQuotaAlteration(entity, List.of(op))))
                .all());
    }

    private static <T> T get(KafkaFuture<T> future) throws Exception {
        return future.get(TIMEOUT_S, TimeUnit.SECONDS);
    }

    private static void refused(Class<? extends Exception> error, KafkaFuture<?> future) {
        assertThatThrownBy(() -> get(future)).hasCauseInstanceOf(error);
    }
}
