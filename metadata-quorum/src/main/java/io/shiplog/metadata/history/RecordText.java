// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.history;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.ListenerEndpoint;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.QuotaEntity;
import io.shiplog.metadata.image.RegistryRecords;
import io.shiplog.metadata.image.ScramCredential;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.AccessControlEntry;
import io.shiplog.metadata.proto.BrokerStateRecord;
import io.shiplog.metadata.proto.ClientQuotaRecord;
import io.shiplog.metadata.proto.ConfigRecord;
import io.shiplog.metadata.proto.ConfigResource;
import io.shiplog.metadata.proto.HistoryLine;
import io.shiplog.metadata.proto.HistoryLine.Kind;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.QuorumVoterRecord;
import io.shiplog.metadata.proto.ScramCredentialRecord;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclBinding;

/** Records and what they change in words: what it is, what was there, what is there now. */
final class RecordText {
    /** What is longer is cut. */
    static final int MAX_LENGTH = 500;

    private static final String HIDDEN = "[hidden]";

    private RecordText() {}

    /**
     * Fills in what a record changes.
     *
     * @param image before the record
     * @param record any but those of partitions
     */
    static void describe(HistoryLine.Builder line, MetadataImage image, MetadataRecord record) {
        switch (record.getBodyCase()) {
            case CLUSTER ->
                line.setKind(Kind.CLUSTER).setNewValue(record.getCluster().getClusterId());
            case BROKER_REGISTRATION -> {
                int id = record.getBrokerRegistration().getBrokerId();
                line.setKind(Kind.BROKER)
                        .setName(Integer.toString(id))
                        .setOldValue(of(image.broker(id)))
                        .setNewValue(of(image.candidate(List.of(record)).broker(id)));
            }
            case BROKER_STATE -> describeState(line, image, record);
            case UNREGISTER_BROKER -> {
                int id = record.getUnregisterBroker().getBrokerId();
                line.setKind(Kind.BROKER).setName(Integer.toString(id)).setOldValue(of(image.broker(id)));
            }
            case TOPIC ->
                line.setKind(Kind.TOPIC)
                        .setName(record.getTopic().getName())
                        .setNewValue("id " + Uuids.fromBytes(record.getTopic().getTopicId()));
            case REMOVE_TOPIC -> {
                TopicImage topic =
                        image.topic(Uuids.fromBytes(record.getRemoveTopic().getTopicId()));
                line.setKind(Kind.TOPIC)
                        .setName(topic.name())
                        .setOldValue("id " + topic.id() + ", " + topic.partitionCount() + " partitions");
            }
            case JOB, JOB_MOVES, JOB_MOVE_STATE, REMOVE_JOB -> JobText.describe(line, image, record);
            case CONFIG -> describeConfig(line, image, record.getConfig());
            case PRODUCER_IDS ->
                line.setKind(Kind.PRODUCER_IDS)
                        .setOldValue("next " + image.nextProducerId())
                        .setNewValue("next " + record.getProducerIds().getNextProducerId());
            default -> describeRegistry(line, image, record);
        }
    }

    private static void describeState(HistoryLine.Builder line, MetadataImage image, MetadataRecord record) {
        BrokerStateRecord state = record.getBrokerState();
        int id = state.getBrokerId();
        line.setKind(Kind.BROKER)
                .setName(Integer.toString(id))
                .setOldValue(state(image.broker(id)))
                .setNewValue(state(image.candidate(List.of(record)).broker(id)));
        if (!state.getCause().isEmpty()) {
            line.setCause(line.getCause().isEmpty() ? state.getCause() : line.getCause() + ": " + state.getCause());
        }
    }

    private static void describeConfig(HistoryLine.Builder line, MetadataImage image, ConfigRecord record) {
        ConfigResource resource = record.getResource();
        Map<String, String> settings;
        if (resource.getType() == ConfigResource.Type.TOPIC) {
            TopicImage topic = image.topic(Uuid.fromString(resource.getName()));
            line.setName("topic " + topic.name());
            settings = image.topicConfigs(topic.id());
        } else if (resource.getType() == ConfigResource.Type.GROUP) {
            line.setName("group " + resource.getName());
            settings = image.groupConfigs(resource.getName());
        } else {
            line.setName(resource.getName().isEmpty() ? "all brokers" : "broker " + resource.getName());
            settings = image.brokerConfigs(resource.getName());
        }
        line.setKind(Kind.CONFIG)
                .setKey(record.getKey())
                .setOldValue(masked(record.getKey(), settings.getOrDefault(record.getKey(), "")))
                .setNewValue(masked(record.getKey(), record.getRemoved() ? "" : record.getValue()));
    }

    /** No setting of today is a secret; one that ever is called like this must not be told by accident. */
    private static String masked(String key, String value) {
        String name = key.toLowerCase(Locale.ROOT);
        boolean secret = name.contains("password") || name.contains("secret") || name.contains("jaas");
        return secret && !value.isEmpty() ? HIDDEN : value;
    }

    private static void describeRegistry(HistoryLine.Builder line, MetadataImage image, MetadataRecord record) {
        switch (record.getBodyCase()) {
            case FEATURE_LEVEL -> {
                String name = record.getFeatureLevel().getName();
                line.setKind(Kind.FEATURE)
                        .setName(name)
                        .setOldValue(Integer.toString(image.registry().featureLevel(name)))
                        .setNewValue(Integer.toString(record.getFeatureLevel().getLevel()));
            }
            case CLIENT_QUOTA -> describeQuota(line, image, record.getClientQuota());
            case SCRAM_CREDENTIAL -> {
                ScramCredentialRecord next = record.getScramCredential();
                line.setKind(Kind.SCRAM)
                        .setName(next.getUser())
                        .setOldValue(of(image.registry().scramCredential(next.getUser(), next.getMechanism())))
                        .setNewValue(scram(next.getMechanism(), next.getIterations()));
            }
            case REMOVE_SCRAM_CREDENTIAL -> {
                String user = record.getRemoveScramCredential().getUser();
                int mechanism = record.getRemoveScramCredential().getMechanism();
                line.setKind(Kind.SCRAM)
                        .setName(user)
                        .setOldValue(of(image.registry().scramCredential(user, mechanism)));
            }
            case ACCESS_CONTROL_ENTRY -> {
                AccessControlEntry entry = record.getAccessControlEntry();
                line.setKind(Kind.ACL).setName(entry.getPrincipal()).setNewValue(of(RegistryRecords.acl(entry)));
            }
            case REMOVE_ACCESS_CONTROL_ENTRY -> {
                AclBinding acl = image.registry()
                        .acls()
                        .get(Uuids.fromBytes(
                                record.getRemoveAccessControlEntry().getId()));
                line.setKind(Kind.ACL).setName(acl.entry().principal()).setOldValue(of(acl));
            }
            case QUORUM_VOTER -> {
                QuorumVoterRecord voter = record.getQuorumVoter();
                line.setKind(Kind.OTHER)
                        .setName("quorum voter " + voter.getNodeId())
                        .setNewValue(voter.getHost() + ":" + voter.getEndpointPort() + ", peer " + voter.getPeerId());
            }
            case REMOVE_QUORUM_VOTER ->
                line.setKind(Kind.OTHER)
                        .setName("quorum voter " + record.getRemoveQuorumVoter().getNodeId())
                        .setOldValue("a voter");
            default ->
                line.setKind(Kind.OTHER)
                        .setName(record.getBodyCase().name())
                        .setNewValue(record.toString().replace('\n', ' '));
        }
    }

    private static void describeQuota(HistoryLine.Builder line, MetadataImage image, ClientQuotaRecord record) {
        QuotaEntity entity = QuotaEntity.of(record.getEntityList());
        Double before = image.registry().quotas(entity).get(record.getKey());
        line.setKind(Kind.QUOTA)
                .setName(entity.toString())
                .setKey(record.getKey())
                .setOldValue(before == null ? "" : before.toString())
                .setNewValue(record.getRemoved() ? "" : Double.toString(record.getValue()));
    }

    /** Built for every partition that changes, so by hand. */
    static String of(PartitionImage partition) {
        StringBuilder text = new StringBuilder(96);
        text.append("leader ").append(partition.leader());
        text.append(", leader epoch ").append(partition.leaderEpoch());
        text.append(", partition epoch ").append(partition.partitionEpoch());
        append(text.append(", isr "), partition.isr());
        int[] elr = partition.elr();
        if (elr.length > 0) {
            append(text.append(", elr "), elr);
        }
        append(text.append(", replicas "), partition.replicas());
        return partition.unclean() ? text.append(", unclean").toString() : text.toString();
    }

    /** As {@link java.util.Arrays#toString(int[])}. */
    static void append(StringBuilder text, int[] ids) {
        text.append('[');
        for (int i = 0; i < ids.length; i++) {
            text.append(i == 0 ? "" : ", ").append(ids[i]);
        }
        text.append(']');
    }

    private static String of(BrokerImage broker) {
        if (broker == null) {
            return "";
        }
        StringBuilder text = new StringBuilder("epoch ").append(broker.epoch());
        for (ListenerEndpoint endpoint : broker.endpoints()) {
            text.append(", ").append(endpoint.host()).append(':').append(endpoint.port());
        }
        if (!broker.rack().isEmpty()) {
            text.append(", rack ").append(broker.rack());
        }
        return text.append(", ").append(state(broker)).toString();
    }

    private static String state(BrokerImage broker) {
        return (broker.fenced() ? "fenced" : "unfenced")
                + (broker.inControlledShutdown() ? ", in controlled shutdown" : "")
                + (broker.draining() ? ", draining" : "")
                + (broker.cordoned() ? ", cordoned" : "");
    }

    private static String of(ScramCredential credential) {
        return credential == null ? "" : scram(credential.mechanism(), credential.iterations());
    }

    private static String scram(int mechanism, int iterations) {
        return (mechanism == 1 ? "SCRAM-SHA-256" : "SCRAM-SHA-512") + ", " + iterations + " iterations, keys " + HIDDEN;
    }

    private static String of(AclBinding acl) {
        return acl.entry().permissionType() + " " + acl.entry().operation() + " on "
                + acl.pattern().resourceType() + " " + acl.pattern().patternType() + ":"
                + acl.pattern().name() + " from " + acl.entry().host();
    }
}
