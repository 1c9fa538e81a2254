// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.client;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeReplicaLogDirsResult;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ReplicaInfo;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialDeletion;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.admin.UserScramCredentialsDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionReplica;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.quota.ClientQuotaFilterComponent;

/** Administration of the cluster itself: nodes, disks, features, quotas, users. */
final class ClusterAdminCases {
    private static final String AREA = "admin: cluster";
    private static final int KAFKA_3_3 = 3003;

    private ClusterAdminCases() {}

    static List<Case> all() {
        return List.of(
                Case.quick(AREA, "describeCluster", ClusterAdminCases::describeCluster),
                Case.of(AREA, "describeFeatures", ClusterAdminCases::describeFeatures),
                Case.of(AREA, "updateFeatures: what is refused", ClusterAdminCases::updateFeatures)
                        .since(KAFKA_3_3),
                Case.quick(AREA, "describeMetadataQuorum", ClusterAdminCases::describeQuorum)
                        .since(KAFKA_3_3),
                Case.of(AREA, "describeLogDirs, describeReplicaLogDirs", ClusterAdminCases::logDirs),
                Case.of(
                        AREA,
                        "alterReplicaLogDirs: to where it is, and what is refused",
                        ClusterAdminCases::alterLogDirs),
                Case.of(AREA, "unregisterBroker: what is refused", ClusterAdminCases::unregister),
                Case.of(AREA, "alterClientQuotas, describeClientQuotas", ClusterAdminCases::quotas),
                Case.of(AREA, "alterClientQuotas: what is refused", ClusterAdminCases::refusedQuotas),
                Case.of(AREA, "a produce quota throttles", ClusterAdminCases::produceQuota),
                Case.of(AREA, "alterUserScramCredentials, describeUserScramCredentials", ClusterAdminCases::scram),
                Case.of(AREA, "describeAcls without an authorizer is refused", ClusterAdminCases::acls));
    }

    private static void describeCluster(Session session) throws Exception {
        Collection<Node> nodes = session.get(session.admin().describeCluster().nodes());
        Set<Integer> ids = new HashSet<>();
        for (Node each : nodes) {
            ids.add(each.id());
            Expect.equal(each.rack(), "rack-" + each.id(), "the rack of node " + each.id());
        }
        Expect.equal(ids, Set.of(1, 2, 3), "the nodes");
        Expect.equal(
                session.get(session.admin().describeCluster().clusterId()).length(),
                22,
                "the length of the cluster id");
        Expect.that(
                ids.contains(session.get(session.admin().describeCluster().controller())
                        .id()),
                "no node is the controller");
    }

    private static void describeFeatures(Session session) throws Exception {
        Object metadata = session.get(session.admin().describeFeatures().featureMetadata());
        Map<?, ?> finalized = (Map<?, ?>) Newer.call(metadata, "finalizedFeatures");
        Expect.that(finalized.containsKey("metadata.version"), "metadata.version is not among " + finalized);
        Map<?, ?> supported = (Map<?, ?>) Newer.call(metadata, "supportedFeatures");
        Expect.that(supported.containsKey("metadata.version"), "metadata.version is not among " + supported);
    }

    private static void updateFeatures(Session session) throws Exception {
        String update = "org.apache.kafka.clients.admin.FeatureUpdate";
        Object upgrade = Newer.constant(update + "$UpgradeType", "UPGRADE");
        Object options = Newer.create("org.apache.kafka.clients.admin.UpdateFeaturesOptions");
        Object tooHigh = Newer.create(update, (short) 999, upgrade);
        Expect.refused(
                "InvalidUpdateVersionException",
                () -> session.outcome(Newer.call(
                        Newer.call(session.admin(), "updateFeatures", Map.of("group.version", tooHigh), options),
                        "all")));
    }

    private static void describeQuorum(Session session) throws Exception {
        Object info = session.outcome(Newer.call(Newer.call(session.admin(), "describeMetadataQuorum"), "quorumInfo"));
        Expect.equal(((List<?>) Newer.call(info, "voters")).size(), 3, "the number of voters");
        int leader = (int) Newer.call(info, "leaderId");
        Expect.that(leader >= 1 && leader <= 3, "the leader is " + leader);
        Expect.that((long) Newer.call(info, "highWatermark") > 0, "no high watermark");
    }

    private static void logDirs(Session session) throws Exception {
        String topic = session.topic(new NewTopic(session.fresh("topic"), Map.of(0, List.of(2, 1))));
        session.write(topic, 0, 10);
        TopicPartition partition = new TopicPartition(topic, 0);
        Map<String, LogDirDescription> dirs = session.get(
                        session.admin().describeLogDirs(List.of(2)).allDescriptions())
                .get(2);
        Expect.equal(dirs.size(), 1, "the number of directories");
        LogDirDescription dir = dirs.values().iterator().next();
        Expect.equal(dir.error(), null, "the error of the directory");
        ReplicaInfo replica = dir.replicaInfos().get(partition);
        Expect.that(replica != null && replica.size() > 0, "the replica is " + replica);
        Expect.that(!replica.isFuture(), "the replica is a future one");
        TopicPartitionReplica of = new TopicPartitionReplica(topic, 0, 2);
        Expect.equal(
                session.get(session.admin().describeReplicaLogDirs(List.of(of)).all())
                        .get(of)
                        .getCurrentReplicaLogDir(),
                dirs.keySet().iterator().next(),
                "the directory of the replica");
    }

    private static void alterLogDirs(Session session) throws Exception {
        String topic = session.topic(new NewTopic(session.fresh("topic"), Map.of(0, List.of(2, 1))));
        session.write(topic, 0, 10);
        TopicPartitionReplica replica = new TopicPartitionReplica(topic, 0, 2);
        String home = session.get(
                        session.admin().describeReplicaLogDirs(List.of(replica)).all())
                .get(replica)
                .getCurrentReplicaLogDir();
        session.get(session.admin().alterReplicaLogDirs(Map.of(replica, home)).all());
        DescribeReplicaLogDirsResult.ReplicaLogDirInfo info = session.get(
                        session.admin().describeReplicaLogDirs(List.of(replica)).all())
                .get(replica);
        Expect.equal(info.getCurrentReplicaLogDir(), home, "the directory of the replica");
        Expect.equal(info.getFutureReplicaLogDir(), null, "the directory that it goes to");
        refuseMove(session, "LogDirNotFoundException", replica, "/nowhere");
        refuseMove(session, "ReplicaNotAvailableException", new TopicPartitionReplica(topic, 0, 3), otherHome(session));
        refuseMove(session, "UnknownTopicOrPartitionException", new TopicPartitionReplica(topic, 9, 2), home);
    }

    private static String otherHome(Session session) throws Exception {
        return session.get(session.admin().describeLogDirs(List.of(3)).allDescriptions())
                .get(3)
                .keySet()
                .iterator()
                .next();
    }

    private static void refuseMove(Session session, String error, TopicPartitionReplica replica, String path)
            throws Exception {
        Expect.refused(
                error,
                () -> session.get(session.admin()
                        .alterReplicaLogDirs(Map.of(replica, path))
                        .all()));
    }

    private static void unregister(Session session) throws Exception {
        Expect.refused(
                "BrokerIdNotRegisteredException",
                () -> session.get(session.admin().unregisterBroker(77).all()));
    }

    private static void alterQuotas(Session session, ClientQuotaEntity entity, ClientQuotaAlteration.Op... ops)
            throws Exception {
        session.get(session.admin()
                .alterClientQuotas(List.of(new ClientQuotaAlteration(entity, List.of(ops))))
                .all());
    }

    private static void quotas(Session session) throws Exception {
        String client = session.fresh("client");
        ClientQuotaEntity entity = new ClientQuotaEntity(Map.of(ClientQuotaEntity.CLIENT_ID, client));
        alterQuotas(
                session,
                entity,
                new ClientQuotaAlteration.Op("producer_byte_rate", 1_000_000.0),
                new ClientQuotaAlteration.Op("request_percentage", 50.0));
        ClientQuotaFilter filter = ClientQuotaFilter.containsOnly(
                List.of(ClientQuotaFilterComponent.ofEntity(ClientQuotaEntity.CLIENT_ID, client)));
        Map<String, Double> expected = Map.of("producer_byte_rate", 1_000_000.0, "request_percentage", 50.0);
        Expect.eventually(
                "both are told",
                () -> Map.of(entity, expected)
                        .equals(session.get(
                                session.admin().describeClientQuotas(filter).entities())));
        alterQuotas(
                session,
                entity,
                new ClientQuotaAlteration.Op("producer_byte_rate", null),
                new ClientQuotaAlteration.Op("request_percentage", null));
        Expect.eventually(
                "both are gone",
                () -> session.get(session.admin().describeClientQuotas(filter).entities())
                        .isEmpty());
    }

    private static void refusedQuotas(Session session) throws Exception {
        ClientQuotaEntity entity = new ClientQuotaEntity(Map.of(ClientQuotaEntity.CLIENT_ID, session.fresh("client")));
        Expect.refused(
                "InvalidRequestException",
                () -> alterQuotas(session, entity, new ClientQuotaAlteration.Op("producer_byte_rat", 1.0)));
        Expect.refused(
                "InvalidRequestException",
                () -> alterQuotas(session, entity, new ClientQuotaAlteration.Op("producer_byte_rate", -1.0)));
        ClientQuotaEntity unknown = new ClientQuotaEntity(Map.of("planet", "mars"));
        Expect.refused(
                "InvalidRequestException",
                () -> alterQuotas(session, unknown, new ClientQuotaAlteration.Op("producer_byte_rate", 1.0)));
    }

    /** The producer hears of the time that its answers are held back. */
    private static void produceQuota(Session session) throws Exception {
        String topic = session.topic(1);
        String client = session.fresh("client");
        ClientQuotaEntity entity = new ClientQuotaEntity(Map.of(ClientQuotaEntity.CLIENT_ID, client));
        alterQuotas(session, entity, new ClientQuotaAlteration.Op("producer_byte_rate", 20_000.0));
        org.apache.kafka.clients.producer.KafkaProducer<String, String> producer =
                session.producer(Map.of("client.id", client));
        Expect.eventually("the producer is throttled", () -> {
            for (int i = 0; i < 5; i++) {
                session.get(producer.send(
                        new org.apache.kafka.clients.producer.ProducerRecord<>(topic, "key", "x".repeat(10_000))));
            }
            return producer.metrics().entrySet().stream()
                    .filter(each -> each.getKey().name().equals("produce-throttle-time-max"))
                    .anyMatch(each -> ((Number) each.getValue().metricValue()).doubleValue() > 0);
        });
        alterQuotas(session, entity, new ClientQuotaAlteration.Op("producer_byte_rate", null));
    }

    private static void scram(Session session) throws Exception {
        String user = session.fresh("user");
        Admin admin = session.admin();
        ScramCredentialInfo info = new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, 8192);
        session.get(admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(user, info, "secret")))
                .all());
        Expect.eventually(
                "the user is told",
                () -> session.get(admin.describeUserScramCredentials().users()).contains(user));
        UserScramCredentialsDescription description =
                session.get(admin.describeUserScramCredentials(List.of(user)).description(user));
        Expect.equal(description.credentialInfos(), List.of(info), "the credentials");
        session.get(admin.alterUserScramCredentials(
                        List.of(new UserScramCredentialDeletion(user, ScramMechanism.SCRAM_SHA_256)))
                .all());
        Expect.refused(
                "ResourceNotFoundException",
                () -> session.get(admin.alterUserScramCredentials(
                                List.of(new UserScramCredentialDeletion(user, ScramMechanism.SCRAM_SHA_256)))
                        .all()));
    }

    private static void acls(Session session) throws Exception {
        Expect.refused(
                "SecurityDisabledException",
                () -> session.get(
                        session.admin().describeAcls(AclBindingFilter.ANY).values()));
    }
}
