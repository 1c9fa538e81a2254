// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.ConfigResult;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.server.protocol.Exchange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;

/**
 * What AlterConfigs and IncrementalAlterConfigs have in common: a request that contradicts itself is refused here, as Kafka's
 * ConfigAdminManager does, the rest is decided by the controller, each resource for itself.
 */
final class ConfigAlterations {
    /**
     * One change of a setting.
     *
     * @param op    null when it is none that Kafka knows
     * @param value null when the request has none
     */
    record Change(String key, OpType op, String value) {}

    /** A resource as the request names it, and what is to become of its settings. */
    record Resource(byte type, String name, List<Change> changes) {
        io.shiplog.metadata.proto.ConfigResource toProto() {
            var kind = switch (ConfigResource.Type.forId(type)) {
                case TOPIC -> io.shiplog.metadata.proto.ConfigResource.Type.TOPIC;
                case GROUP -> io.shiplog.metadata.proto.ConfigResource.Type.GROUP;
                default -> io.shiplog.metadata.proto.ConfigResource.Type.BROKER;
            };
            return io.shiplog.metadata.proto.ConfigResource.newBuilder()
                    .setType(kind)
                    .setName(name)
                    .build();
        }

        String id() {
            return type + ":" + name;
        }
    }

    /** What became of a resource. */
    record Outcome(Resource resource, Errors error, String message) {}

    private final ClusterView cluster;
    private final AdminPort admin;
    private final NodeConfigs node;
    private final LoggerAlterations loggers;

    ConfigAlterations(ClusterView cluster, AdminPort admin, NodeConfigs node, LoggerAlterations loggers) {
        this.cluster = cluster;
        this.admin = admin;
        this.node = node;
        this.loggers = loggers;
    }

    /**
     * Has the controller decide.
     *
     * @param replaces whether what is not named is unset
     * @param validateOnly whether nothing is to change; the command says it to the controller
     * @param command makes the command out of the resources that are not refused here
     * @param then    given the outcomes in the order of the resources; on the connection's loop
     */
    void run(
            List<Resource> resources,
            boolean replaces,
            boolean validateOnly,
            Function<List<Resource>, MetadataCommand.Builder> command,
            Exchange exchange,
            Consumer<List<Outcome>> then) {
        Set<String> twice = namedTwice(resources);
        Map<String, Outcome> outcomes = new HashMap<>();
        List<Resource> asked = new ArrayList<>();
        for (Resource resource : resources) {
            String fault = twice.contains(resource.id())
                    ? "Each resource must appear at most once."
                    : fault(resource, replaces);
            String ofGroup = fault == null ? problemOfGroup(resource, replaces) : null;
            if (fault != null) {
                outcomes.put(resource.id(), new Outcome(resource, Errors.INVALID_REQUEST, fault));
            } else if (ofGroup != null) {
                outcomes.put(resource.id(), new Outcome(resource, Errors.INVALID_CONFIG, ofGroup));
            } else if (ConfigResource.Type.forId(resource.type()) == ConfigResource.Type.BROKER_LOGGER) {
                outcomes.put(resource.id(), loggers.alter(resource, validateOnly));
            } else {
                asked.add(resource);
            }
        }
        if (asked.isEmpty()) {
            then.accept(inOrder(resources, outcomes));
            return;
        }
        var altered = admin.submit(command.apply(asked), Origins.of(exchange), 0);
        Later.answered(altered, exchange, answer -> {
            addOutcomes(asked, answer, outcomes);
            then.accept(inOrder(resources, outcomes));
        });
    }

    /** The bounds of a group's settings are those of the nodes, in their files; the controller does not know them. Null for nothing. */
    private String problemOfGroup(Resource resource, boolean replaces) {
        if (ConfigResource.Type.forId(resource.type()) != ConfigResource.Type.GROUP) {
            return null;
        }
        Map<String, String> settings =
                new HashMap<>(replaces ? Map.of() : cluster.image().groupConfigs(resource.name()));
        for (Change change : resource.changes()) {
            if (change.op() == OpType.DELETE) {
                settings.remove(change.key());
            } else if (change.op() == OpType.SET) {
                settings.put(change.key(), change.value());
            }
        }
        return node.problemOfGroup(settings);
    }

    private void addOutcomes(List<Resource> asked, AdminAnswer answer, Map<String, Outcome> outcomes) {
        Map<io.shiplog.metadata.proto.ConfigResource, ConfigResult> results = new HashMap<>();
        for (ConfigResult result : answer.result().getAlterConfigs().getResultsList()) {
            results.put(result.getResource(), result);
        }
        for (Resource resource : asked) {
            ConfigResult result = results.get(resource.toProto());
            Outcome outcome;
            if (answer.isRefused()) {
                outcome = new Outcome(resource, answer.error(), answer.message());
            } else if (result == null) {
                outcome = unchanged(resource);
            } else {
                outcome = new Outcome(resource, Errors.forCode((short) result.getError()), result.getMessage());
            }
            outcomes.put(resource.id(), outcome);
        }
    }

    /** Of a resource with no change the controller is told nothing; it must exist all the same. */
    private Outcome unchanged(Resource resource) {
        MetadataImage image = cluster.image();
        boolean unknown = ConfigResource.Type.forId(resource.type()) == ConfigResource.Type.TOPIC
                && image.topic(resource.name()) == null;
        return new Outcome(resource, unknown ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.NONE, "");
    }

    private static List<Outcome> inOrder(List<Resource> resources, Map<String, Outcome> outcomes) {
        List<Outcome> ordered = new ArrayList<>(resources.size());
        for (Resource resource : resources) {
            ordered.add(outcomes.get(resource.id()));
        }
        return ordered;
    }

    private static Set<String> namedTwice(List<Resource> resources) {
        Set<String> seen = new HashSet<>();
        Set<String> twice = new HashSet<>();
        for (Resource resource : resources) {
            if (!seen.add(resource.id())) {
                twice.add(resource.id());
            }
        }
        return twice;
    }

    /** What is wrong with the request for this resource, whatever the metadata is; null for nothing. */
    private String fault(Resource resource, boolean replaces) {
        String ofResource = faultOfType(resource.type(), replaces);
        if (ofResource == null) {
            ofResource = faultOfName(resource);
        }
        if (ofResource != null) {
            return ofResource;
        }
        Set<String> keys = new HashSet<>();
        List<String> withoutValue = new ArrayList<>();
        for (Change change : resource.changes()) {
            if (change.op() == null) {
                return "Unknown operation on " + change.key() + ".";
            }
            if (!keys.add(change.key())) {
                return "Error due to duplicate config keys";
            }
            if (change.op() != OpType.DELETE && change.value() == null) {
                withoutValue.add(change.key());
            }
        }
        return withoutValue.isEmpty() ? null : "Null value not supported for : " + String.join(", ", withoutValue);
    }

    /** Kafka's nodes change their own settings only; here each changes those of any. */
    private String faultOfName(Resource resource) {
        String name = resource.name();
        return switch (ConfigResource.Type.forId(resource.type())) {
            case TOPIC -> name.isEmpty() ? "The topic has no name." : null;
            case BROKER -> isUnknownNode(name) ? "No node with id " + name + " is registered." : null;
            default -> null;
        };
    }

    /** Whether it is the number of no node; what is no number is refused elsewhere. */
    private boolean isUnknownNode(String name) {
        try {
            return !name.isEmpty() && cluster.image().broker(Integer.parseInt(name)) == null;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static String faultOfType(byte type, boolean replaces) {
        return switch (ConfigResource.Type.forId(type)) {
            case TOPIC, BROKER, GROUP -> null;
            case BROKER_LOGGER -> replaces ? "Levels of loggers are altered by IncrementalAlterConfigs only." : null;
            case CLIENT_METRICS ->
                "Only topics, brokers, their loggers and groups have settings here, not resource type " + type + ".";
            case UNKNOWN -> "Unknown resource type " + type;
        };
    }
}
