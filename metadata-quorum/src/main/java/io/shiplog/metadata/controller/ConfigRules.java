// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.BrokerConfigs;
import io.shiplog.metadata.image.Features;
import io.shiplog.metadata.image.GroupConfigs;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.TopicConfigKey;
import io.shiplog.metadata.image.TopicConfigs;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.proto.ConfigAlteration;
import io.shiplog.metadata.proto.ConfigResource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.protocol.Errors;

/**
 * Which settings a resource can have, and what an alteration makes of them; errors as Kafka's ({@code
 * ConfigurationControlManager}, and for brokers {@code ConfigAdminManager}).
 */
final class ConfigRules {
    /** Kafka: {@code Short.MAX_VALUE}. */
    private static final int MAX_VALUE_LENGTH = Short.MAX_VALUE;
    /** Kafka has no bound; but groups need not be there to have settings, so any number could be made up. */
    static final int MAX_CONFIGURED_GROUPS = 10_000;

    private ConfigRules() {}

    /** The settings that a resource has; none when it is unknown. */
    static Map<String, String> settings(MetadataImage image, ConfigResource resource) {
        TopicImage topic = image.topic(resource.getName());
        return switch (resource.getType()) {
            case TOPIC -> topic == null ? new TreeMap<>() : image.topicConfigs(topic.id());
            case BROKER -> image.brokerConfigs(resource.getName());
            case GROUP -> image.groupConfigs(resource.getName());
            case UNKNOWN, UNRECOGNIZED -> new TreeMap<>();
        };
    }

    /** What a resource's setting means; null when it has no such setting. */
    static TopicConfigKey key(ConfigResource resource, String name) {
        return switch (resource.getType()) {
            case TOPIC -> TopicConfigs.key(name);
            case GROUP -> GroupConfigs.key(name);
            default -> BrokerConfigs.key(name);
        };
    }

    static Refusal namedTwice() {
        return new Refusal(Errors.INVALID_REQUEST, "Each resource must appear at most once.");
    }

    /**
     * Carries out alterations.
     *
     * @param settings what the resource has, changed in place
     * @return why not, and then {@code settings} are of no use; null when all is well
     */
    static Refusal apply(
            MetadataImage image,
            ConfigResource resource,
            List<ConfigAlteration> alterations,
            Map<String, String> settings) {
        Refusal refusal = refusal(image, resource);
        Set<String> keys = new HashSet<>();
        for (ConfigAlteration alteration : alterations) {
            if (refusal == null && !keys.add(alteration.getKey())) {
                refusal =
                        new Refusal(Errors.INVALID_REQUEST, "The setting " + alteration.getKey() + " is named twice.");
            }
            if (refusal == null) {
                refusal = apply(resource, alteration, settings);
            }
        }
        return refusal;
    }

    private static Refusal refusal(MetadataImage image, ConfigResource resource) {
        String name = resource.getName();
        return switch (resource.getType()) {
            case TOPIC ->
                image.topic(name) == null
                        ? new Refusal(Errors.UNKNOWN_TOPIC_OR_PARTITION, "The topic '" + name + "' does not exist.")
                        : null;
            case BROKER -> ConfigDecider.ofAll(resource) ? null : refusalOfBroker(image, name);
            case GROUP -> refusalOfGroup(image, name);
            case UNKNOWN, UNRECOGNIZED ->
                new Refusal(
                        Errors.INVALID_REQUEST, "Only topics, brokers and groups have settings that can be changed.");
        };
    }

    private static Refusal refusalOfBroker(MetadataImage image, String name) {
        int id;
        try {
            id = Integer.parseInt(name);
        } catch (NumberFormatException e) {
            return new Refusal(Errors.INVALID_REQUEST, "Invalid broker name " + name + ": not a number.");
        }
        // Another spelling of the same number would be another resource.
        if (!Integer.toString(id).equals(name)) {
            return new Refusal(
                    Errors.INVALID_REQUEST, "Invalid broker name " + name + ": not as " + id + " is written.");
        }
        return image.broker(id) == null
                ? new Refusal(Errors.BROKER_ID_NOT_REGISTERED, "No node with id " + id + " found.")
                : null;
    }

    private static Refusal refusalOfGroup(MetadataImage image, String name) {
        if (name.isEmpty()) {
            return new Refusal(Errors.INVALID_REQUEST, "Default group resources are not allowed.");
        }
        if (image.registry().featureLevel(Features.SHIPLOG_METADATA_VERSION) < GroupConfigs.FIRST_LEVEL) {
            return new Refusal(
                    Errors.UNSUPPORTED_VERSION,
                    "Groups have settings from " + Features.SHIPLOG_METADATA_VERSION + " " + GroupConfigs.FIRST_LEVEL
                            + " on.");
        }
        boolean another = !image.configuredGroups().contains(name);
        return another && image.configuredGroups().size() >= MAX_CONFIGURED_GROUPS
                ? new Refusal(
                        Errors.POLICY_VIOLATION, MAX_CONFIGURED_GROUPS + " groups have settings already; no more may.")
                : null;
    }

    private static Refusal apply(ConfigResource resource, ConfigAlteration alteration, Map<String, String> settings) {
        String name = alteration.getKey();
        TopicConfigKey key = key(resource, name);
        Refusal refusal = key == null ? unknown(resource, name) : misplaced(resource, name, key);
        if (refusal != null) {
            return refusal;
        }
        switch (alteration.getOp()) {
            case DELETE -> {
                settings.remove(name);
                return null;
            }
            case SET -> {
                return set(resource, name, alteration.getValue(), settings);
            }
            case APPEND, SUBTRACT -> {
                return key.type() == TopicConfigKey.Type.LIST
                        ? set(resource, name, edited(alteration, key, settings), settings)
                        : new Refusal(
                                Errors.INVALID_CONFIG,
                                "Can't " + alteration.getOp() + " to key " + name + " because its type is not LIST.");
            }
            case UNRECOGNIZED -> {
                return new Refusal(Errors.INVALID_REQUEST, "Unknown operation on the setting " + name + ".");
            }
        }
        throw new IllegalStateException("no operation");
    }

    private static Refusal unknown(ConfigResource resource, String name) {
        if (resource.getType() == ConfigResource.Type.TOPIC) {
            return new Refusal(Errors.INVALID_CONFIG, TopicConfigs.problem(name, ""));
        }
        if (resource.getType() == ConfigResource.Type.GROUP) {
            return new Refusal(Errors.INVALID_CONFIG, GroupConfigs.problem(name, ""));
        }
        return BrokerConfigs.isFixed(name)
                ? new Refusal(
                        Errors.INVALID_REQUEST,
                        "Cannot update these configs dynamically: " + name + " is read when a node starts.")
                : new Refusal(Errors.INVALID_CONFIG, "Unknown broker config name: " + name);
    }

    private static Refusal misplaced(ConfigResource resource, String name, TopicConfigKey key) {
        boolean ofOneBroker = resource.getType() == ConfigResource.Type.BROKER && !ConfigDecider.ofAll(resource);
        return ofOneBroker && key.agreed()
                ? new Refusal(
                        Errors.INVALID_CONFIG,
                        "Broker-level " + name + " cannot be altered: set it for a topic or for all brokers.")
                : null;
    }

    private static Refusal set(ConfigResource resource, String name, String value, Map<String, String> settings) {
        if (value.length() > MAX_VALUE_LENGTH) {
            return new Refusal(
                    Errors.INVALID_CONFIG,
                    "The configuration value of " + name + " exceeds the maximum size of " + MAX_VALUE_LENGTH + ".");
        }
        boolean ofBroker = resource.getType() == ConfigResource.Type.BROKER;
        String problem = switch (resource.getType()) {
            case TOPIC -> TopicConfigs.problem(name, value);
            case GROUP -> GroupConfigs.problem(name, value);
            default -> BrokerConfigs.problem(name, value);
        };
        if (problem != null) {
            return new Refusal(ofBroker ? Errors.INVALID_REQUEST : Errors.INVALID_CONFIG, problem);
        }
        settings.put(name, value);
        return null;
    }

    /** A list with elements added that are not in it, or taken out. */
    private static String edited(ConfigAlteration alteration, TopicConfigKey key, Map<String, String> settings) {
        List<String> elements = new ArrayList<>();
        for (String element :
                settings.getOrDefault(alteration.getKey(), key.defaultValue()).split(",", -1)) {
            if (!element.isBlank()) {
                elements.add(element.trim());
            }
        }
        for (String element : alteration.getValue().split(",", -1)) {
            if (alteration.getOp() == ConfigAlteration.Op.SUBTRACT) {
                elements.remove(element.trim());
            } else if (!element.isBlank() && !elements.contains(element.trim())) {
                elements.add(element.trim());
            }
        }
        return String.join(",", elements);
    }
}
