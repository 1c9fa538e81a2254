// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicConfigs;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.proto.AlterConfigsResult;
import io.shiplog.metadata.proto.ChangeCause;
import io.shiplog.metadata.proto.ConfigAlteration;
import io.shiplog.metadata.proto.ConfigRecord;
import io.shiplog.metadata.proto.ConfigResource;
import io.shiplog.metadata.proto.ConfigResult;
import io.shiplog.metadata.proto.IncrementalAlterConfigsCommand;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.MetadataResult;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.protocol.Errors;

/**
 * Changes settings of topics: each topic of a call wholly or not at all.
 *
 * <p>What partitions must give up before a setting changes comes before its record; what the setting permits comes after.
 */
final class ConfigDecider {
    private final ControllerSettings settings;

    ConfigDecider(ControllerSettings settings) {
        this.settings = settings;
    }

    Decision decide(MetadataImage image, IncrementalAlterConfigsCommand command) {
        Map<ConfigResource, List<ConfigAlteration>> byResource = new LinkedHashMap<>();
        for (ConfigAlteration alteration : command.getAlterationsList()) {
            byResource
                    .computeIfAbsent(alteration.getResource(), resource -> new ArrayList<>())
                    .add(alteration);
        }
        MetadataImage candidate = image;
        List<MetadataRecord> records = new ArrayList<>();
        AlterConfigsResult.Builder results = AlterConfigsResult.newBuilder();
        for (Map.Entry<ConfigResource, List<ConfigAlteration>> resource : byResource.entrySet()) {
            ConfigResult.Builder result = ConfigResult.newBuilder().setResource(resource.getKey());
            Refusal refusal = refusal(candidate, resource.getKey(), resource.getValue());
            if (refusal != null) {
                result.setError(refusal.error().code()).setMessage(refusal.message());
            } else {
                TopicImage topic = candidate.topic(resource.getKey().getName());
                List<MetadataRecord> own = alter(candidate, topic, resource.getValue());
                candidate = candidate.candidate(own);
                records.addAll(own);
            }
            results.addResults(result);
        }
        return Decision.divisible(
                image.offset(),
                command.getValidateOnly() ? List.of() : records,
                MetadataResult.newBuilder().setAlterConfigs(results));
    }

    private static Refusal refusal(MetadataImage image, ConfigResource resource, List<ConfigAlteration> alterations) {
        if (resource.getType() != ConfigResource.Type.TOPIC) {
            return new Refusal(Errors.INVALID_REQUEST, "Only the settings of topics can be changed while running.");
        }
        if (image.topic(resource.getName()) == null) {
            return new Refusal(Errors.UNKNOWN_TOPIC_OR_PARTITION, "There is no such topic.");
        }
        Set<String> keys = new HashSet<>();
        for (ConfigAlteration alteration : alterations) {
            String key = alteration.getKey();
            if (!keys.add(key)) {
                return new Refusal(Errors.INVALID_REQUEST, "The setting " + key + " is named twice.");
            }
            String value = alteration.getRemoved() && TopicConfigs.key(key) != null
                    ? TopicConfigs.key(key).defaultValue()
                    : alteration.getValue();
            String problem = TopicConfigs.problem(key, value);
            if (problem != null) {
                return new Refusal(Errors.INVALID_CONFIG, problem);
            }
        }
        return null;
    }

    private List<MetadataRecord> alter(MetadataImage image, TopicImage topic, List<ConfigAlteration> alterations) {
        Map<String, String> overrides = new TreeMap<>(image.topicConfigs(topic.id()));
        List<MetadataRecord> configs = new ArrayList<>();
        for (ConfigAlteration alteration : alterations) {
            String key = alteration.getKey();
            boolean changes = alteration.getRemoved()
                    ? overrides.remove(key) != null
                    : !alteration.getValue().equals(overrides.put(key, alteration.getValue()));
            if (changes) {
                configs.add(record(topic, alteration));
            }
        }
        List<MetadataRecord> records = new ArrayList<>();
        giveUp(image, topic, TopicPolicy.of(overrides), records);
        records.addAll(configs);
        elect(image.candidate(records), topic.name(), records);
        return records;
    }

    private static MetadataRecord record(TopicImage topic, ConfigAlteration alteration) {
        ConfigRecord.Builder record = ConfigRecord.newBuilder()
                .setResource(ImageRecords.topicResource(topic.id()))
                .setKey(alteration.getKey());
        if (alteration.getRemoved()) {
            record.setRemoved(true);
        } else {
            record.setValue(alteration.getValue());
        }
        return ImageRecords.record().setConfig(record).build();
    }

    /**
     * Another flush policy: nobody may count on what was flushed under the old one, nor on a leader's word about it that is
     * under way, hence the new partition epoch. A smaller min ISR: the leader commits without the eligible replicas from then
     * on, so they stop being eligible before.
     */
    private static void giveUp(
            MetadataImage image, TopicImage topic, TopicPolicy policy, List<MetadataRecord> records) {
        boolean flushPolicyChanges = TopicPolicy.of(image, topic.id()).commit() != policy.commit();
        new PartitionChanges(image, records, ChangeCause.CONFIG_CHANGED, Integer.MAX_VALUE)
                .walk(topic, (same, partition, before, policyBefore) -> {
                    boolean commitsAlone = before.isrSize() >= policy.minIsr(before.replicationFactor());
                    PartitionImage after = commitsAlone ? before.withoutElr() : before;
                    after = flushPolicyChanges ? after.withoutDurability() : after;
                    return flushPolicyChanges || !after.equals(before)
                            ? after.withPartitionEpoch(before.partitionEpoch() + 1)
                            : before;
                });
    }

    private void elect(MetadataImage image, String name, List<MetadataRecord> records) {
        new PartitionChanges(image, records, ChangeCause.CONFIG_CHANGED, settings.maxChangesPerDecision())
                .walk(image.topic(name), PartitionChanges.settle(PartitionTransition.activeIn(image)));
    }
}
