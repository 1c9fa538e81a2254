// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.connect;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.tools.rolling.NodeName;
import java.util.ArrayList;
import java.util.List;

/** Finds what users name; what is not there is refused in a line that says what is. */
public final class Names {
    private static final int MAX_NAMED = 10;

    private Names() {}

    /** A topic by its name. */
    public static TopicImage topic(String name, MetadataImage image) {
        TopicImage topic = image.topic(name);
        if (topic == null) {
            String similar = image.collidingTopic(name);
            throw Unreachable.because("there is no topic " + name
                    + (similar == null ? "" : ", but " + similar)
                    + "; bin/shiplog topics lists all");
        }
        return topic;
    }

    /** A partition of a topic, by its number. */
    public static PartitionImage partition(TopicImage topic, int number) {
        PartitionImage partition = topic.partition(number);
        if (partition == null) {
            throw Unreachable.because("there is no partition " + topic.name() + "-" + number + "; it has 0 to "
                    + (topic.partitionCount() - 1));
        }
        return partition;
    }

    /**
     * A registered storage node by its name or number.
     *
     * @throws IllegalArgumentException when the text is no name of a node
     */
    public static int storageNode(String text, MetadataImage image) {
        NodeName name = node(text);
        if (!name.isStorage()) {
            throw new IllegalArgumentException(text + " is no storage node; storage-2 or 2 is one");
        }
        if (image.broker(name.id()) == null) {
            List<Integer> known = new ArrayList<>();
            for (BrokerImage broker : image.brokers()) {
                if (known.size() < MAX_NAMED) {
                    known.add(broker.id());
                }
            }
            throw Unreachable.because("there is no storage node " + name.id() + "; registered are " + known
                    + (image.brokers().size() > MAX_NAMED ? " and others" : ""));
        }
        return name.id();
    }

    /**
     * Reads the name of a node; a number is a storage node.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static NodeName node(String text) {
        return NodeName.parse(text.matches("\\d{1,9}") ? "storage-" + text : text);
    }
}
