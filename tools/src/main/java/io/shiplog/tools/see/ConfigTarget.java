// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.see;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.tools.connect.Names;
import io.shiplog.tools.connect.Unreachable;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.config.ConfigResource;
import picocli.CommandLine.Option;

/** Whose settings are meant. */
final class ConfigTarget {
    @Option(names = "--topic", paramLabel = "TOPIC", description = "Of this topic; may be repeated.")
    private List<String> topics = List.of();

    @Option(names = "--node", paramLabel = "NODE", description = "Of this storage node; may be repeated.")
    private List<String> nodes = List.of();

    @Option(names = "--all-nodes", description = "Of all storage nodes together, where a node has none of its own.")
    private boolean allNodes;

    @Option(names = "--group", paramLabel = "GROUP", description = "Of this group; may be repeated.")
    private List<String> groups = List.of();

    boolean isEmpty() {
        return topics.isEmpty() && nodes.isEmpty() && groups.isEmpty() && !allNodes;
    }

    /** What was named; each is there, but for groups, which may have settings before they have members. */
    List<ConfigResource> resources(MetadataImage image) {
        List<ConfigResource> resources = new ArrayList<>();
        for (String topic : topics) {
            resources.add(new ConfigResource(
                    ConfigResource.Type.TOPIC, Names.topic(topic, image).name()));
        }
        for (String node : nodes) {
            resources.add(broker(answering(Names.storageNode(node, image), image)));
        }
        if (allNodes) {
            resources.add(new ConfigResource(ConfigResource.Type.BROKER, ""));
        }
        for (String group : groups) {
            resources.add(new ConfigResource(ConfigResource.Type.GROUP, group));
        }
        return resources;
    }

    /** A node's settings are shown and changed by itself: nobody else knows its file. */
    private static int answering(int id, MetadataImage image) {
        if (image.broker(id).fenced()) {
            throw Unreachable.because("storage-" + id + " is fenced, and only it tells its settings; start it first"
                    + " (--all-nodes is about all of them)");
        }
        return id;
    }

    /** Whatever may have settings: topics and groups that have some, each node that serves, and all nodes. */
    static List<ConfigResource> everything(MetadataImage image) {
        List<ConfigResource> resources = new ArrayList<>();
        resources.add(new ConfigResource(ConfigResource.Type.BROKER, ""));
        image.brokers().stream()
                .filter(broker -> !broker.fenced())
                .forEach(broker -> resources.add(broker(broker.id())));
        image.topics().stream()
                .filter(topic -> !image.topicConfigs(topic.id()).isEmpty())
                .forEach(topic -> resources.add(new ConfigResource(ConfigResource.Type.TOPIC, topic.name())));
        image.configuredGroups().forEach(group -> resources.add(new ConfigResource(ConfigResource.Type.GROUP, group)));
        return resources;
    }

    private static ConfigResource broker(int id) {
        return new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(id));
    }
}
