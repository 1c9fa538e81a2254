// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.BrokerConfigs;
import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicConfigKey;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.proto.AlterConfigsResult;
import io.shiplog.metadata.proto.ChangeCause;
import io.shiplog.metadata.proto.ConfigAlteration;
import io.shiplog.metadata.proto.ConfigEntry;
import io.shiplog.metadata.proto.ConfigRecord;
import io.shiplog.metadata.proto.ConfigReplacement;
import io.shiplog.metadata.proto.ConfigResource;
import io.shiplog.metadata.proto.ConfigResult;
import io.shiplog.metadata.proto.IncrementalAlterConfigsCommand;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.ReplaceConfigsCommand;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Changes the settings of topics, of brokers, and of all brokers: each resource of a call wholly or not at all.
 *
 * <p>What partitions must give up before a setting changes comes before its record; what the setting permits comes after.
 */
final class ConfigDecider {
    /** What is asked of one resource. */
    private record Request(ConfigResource resource, List<ConfigAlteration> alterations) {}

    Decision alter(MetadataImage image, IncrementalAlterConfigsCommand command) {
        List<Request> requests = new ArrayList<>();
        for (ConfigAlteration alteration : command.getAlterationsList()) {
            Request last = requests.isEmpty() ? null : requests.get(requests.size() - 1);
            if (last == null || !last.resource().equals(alteration.getResource())) {
                last = new Request(alteration.getResource(), new ArrayList<>());
                requests.add(last);
            }
            last.alterations().add(alteration);
        }
        return decide(image, requests, command.getValidateOnly());
    }

    /** Kafka's AlterConfigs: sets what is named, and removes what is not. */
    Decision replace(MetadataImage image, ReplaceConfigsCommand command) {
        List<Request> requests = new ArrayList<>();
        for (ConfigReplacement replacement : command.getReplacementsList()) {
            List<ConfigAlteration> alterations = new ArrayList<>();
            Set<String> named = new HashSet<>();
            for (ConfigEntry entry : replacement.getConfigsList()) {
                named.add(entry.getKey());
                alterations.add(alteration(replacement, entry.getKey(), ConfigAlteration.Op.SET)
                        .setValue(entry.getValue())
                        .build());
            }
            for (String key :
                    ConfigRules.settings(image, replacement.getResource()).keySet()) {
                if (!named.contains(key)) {
                    alterations.add(alteration(replacement, key, ConfigAlteration.Op.DELETE)
                            .build());
                }
            }
            requests.add(new Request(replacement.getResource(), alterations));
        }
        return decide(image, requests, command.getValidateOnly());
    }

    private static ConfigAlteration.Builder alteration(
            ConfigReplacement replacement, String key, ConfigAlteration.Op op) {
        return ConfigAlteration.newBuilder()
                .setResource(replacement.getResource())
                .setKey(key)
                .setOp(op);
    }

    private static Decision decide(MetadataImage image, List<Request> requests, boolean validateOnly) {
        Map<String, Integer> uses = new TreeMap<>();
        for (Request request : requests) {
            uses.merge(name(request.resource()), 1, Integer::sum);
        }
        MetadataImage candidate = image;
        List<MetadataRecord> records = new ArrayList<>();
        AlterConfigsResult.Builder results = AlterConfigsResult.newBuilder();
        for (Request request : requests) {
            ConfigResult.Builder result = ConfigResult.newBuilder().setResource(request.resource());
            Map<String, String> next = new TreeMap<>(ConfigRules.settings(candidate, request.resource()));
            Refusal refusal = uses.get(name(request.resource())) > 1
                    ? ConfigRules.namedTwice()
                    : ConfigRules.apply(candidate, request.resource(), request.alterations(), next);
            if (refusal != null) {
                result.setError(refusal.error().code()).setMessage(refusal.message());
            } else {
                List<MetadataRecord> own = changes(candidate, request.resource(), next);
                candidate = candidate.candidate(own);
                records.addAll(own);
            }
            results.addResults(result);
        }
        return Decision.divisible(
                image.offset(),
                validateOnly ? List.of() : records,
                MetadataResult.newBuilder().setAlterConfigs(results));
    }

    private static String name(ConfigResource resource) {
        return resource.getTypeValue() + ":" + resource.getName();
    }

    private static List<MetadataRecord> changes(
            MetadataImage image, ConfigResource resource, Map<String, String> next) {
        List<MetadataRecord> configs = new ArrayList<>();
        boolean agreed = false;
        Map<String, String> current = ConfigRules.settings(image, resource);
        ConfigResource inRecords = resource.getType() == ConfigResource.Type.TOPIC
                ? ImageRecords.topicResource(image.topic(resource.getName()).id())
                : resource;
        Set<String> keys = new TreeSet<>(current.keySet());
        keys.addAll(next.keySet());
        for (String key : keys) {
            String value = next.get(key);
            if (!Objects.equals(value, current.get(key))) {
                configs.add(record(inRecords, key, value));
                TopicConfigKey meaning = ConfigRules.key(resource, key);
                agreed |= meaning != null && meaning.agreed();
            }
        }
        return agreed ? aroundThePartitions(image, resource, configs) : configs;
    }

    private static MetadataRecord record(ConfigResource resource, String key, String value) {
        ConfigRecord.Builder record =
                ConfigRecord.newBuilder().setResource(resource).setKey(key);
        if (value == null) {
            record.setRemoved(true);
        } else {
            record.setValue(value);
        }
        return ImageRecords.record().setConfig(record).build();
    }

    private static List<MetadataRecord> aroundThePartitions(
            MetadataImage image, ConfigResource resource, List<MetadataRecord> configs) {
        MetadataImage configured = image.candidate(configs);
        List<MetadataRecord> records = new ArrayList<>();
        List<TopicImage> topics = resource.getType() == ConfigResource.Type.TOPIC
                ? List.of(image.topic(resource.getName()))
                : List.copyOf(image.topics());
        PartitionChanges before = new PartitionChanges(image, records, ChangeCause.CONFIG_CHANGED, Integer.MAX_VALUE);
        for (TopicImage topic : topics) {
            giveUp(before, topic, TopicPolicy.of(configured, topic.id()));
        }
        records.addAll(configs);
        MetadataImage changed = image.candidate(records);
        PartitionChanges after = new PartitionChanges(changed, records, ChangeCause.CONFIG_CHANGED, Integer.MAX_VALUE);
        for (TopicImage topic : topics) {
            after.walk(changed.topic(topic.id()), PartitionChanges.settle(BrokerView.of(changed)));
        }
        return records;
    }

    /**
     * Another flush policy: nobody may count on what was flushed under the old one, nor on a leader's word about it that is
     * under way, hence the new partition epoch. A smaller min ISR: the leader commits without the eligible replicas from then
     * on, so they stop being eligible before.
     */
    private static void giveUp(PartitionChanges changes, TopicImage topic, TopicPolicy policy) {
        changes.walk(topic, (same, partition, before, policyBefore) -> {
            boolean flushPolicyChanges = policyBefore.commit() != policy.commit();
            boolean commitsAlone = before.isrSize() >= policy.minIsr(before.replicationFactor());
            PartitionImage after = commitsAlone ? before.withoutElr() : before;
            after = flushPolicyChanges ? after.withoutDurability() : after;
            return flushPolicyChanges || !after.equals(before)
                    ? after.withPartitionEpoch(before.partitionEpoch() + 1)
                    : before;
        });
    }

    /** Whether a broker-level resource is that of all brokers. */
    static boolean ofAll(ConfigResource resource) {
        return resource.getType() == ConfigResource.Type.BROKER
                && resource.getName().equals(BrokerConfigs.ALL);
    }
}
