// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.connect;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.tools.rolling.NodeName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.TopicPartition;

/** Finds what users name; what is not there is refused in a line that says what is. */
public final class Names {
    /** By topic, then by number. */
    public static final Comparator<TopicPartition> BY_PARTITION =
            Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

    private static final int MAX_NAMED = 10;
    private static final Pattern STORAGE = Pattern.compile("(?:(?:storage|node)-)?(\\d{1,9})");
    private static final Pattern QUORUM = Pattern.compile("(?:(?:quorum|node)-)?(\\d{1,9})");
    private static final Pattern PARTITION = Pattern.compile("(.+)-(\\d{1,9})");

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
     * @throws IllegalArgumentException when the text is no name of a storage node
     */
    public static int storageNode(String text, MetadataImage image) {
        return storageNode(storageNumber(text), image).id();
    }

    /** A registered storage node by its number. */
    public static BrokerImage storageNode(int id, MetadataImage image) {
        BrokerImage node = image.broker(id);
        if (node == null) {
            List<Integer> known = new ArrayList<>();
            for (BrokerImage broker : image.brokers()) {
                if (known.size() < MAX_NAMED) {
                    known.add(broker.id());
                }
            }
            throw Unreachable.because("there is no storage node " + id + "; "
                    + (known.isEmpty() ? "none is registered" : "registered are " + known)
                    + (image.brokers().size() > MAX_NAMED ? " and others" : ""));
        }
        return node;
    }

    /**
     * Reads the number of a storage node: {@code 3} or {@code storage-3}, or {@code node-3} for a process with both roles.
     *
     * @throws IllegalArgumentException when it is none; a usage error
     */
    public static int storageNumber(String text) {
        return number(STORAGE, text, "storage node", "storage-3 or 3");
    }

    /** Reads several numbers of storage nodes, separated by commas. */
    public static SortedSet<Integer> storageNumbers(String text) {
        SortedSet<Integer> numbers = new TreeSet<>();
        for (String each : text.split(",", -1)) {
            numbers.add(storageNumber(each.strip()));
        }
        return numbers;
    }

    /**
     * Reads the number of a quorum node: {@code 2} or {@code quorum-2}, or {@code node-2}.
     *
     * @throws IllegalArgumentException when it is none; a usage error
     */
    public static int quorumNumber(String text) {
        return number(QUORUM, text, "quorum node", "quorum-2 or 2");
    }

    private static int number(Pattern form, String text, String what, String right) {
        Matcher matcher = form.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is no " + what + "; " + right + " is one");
        }
        return Integer.parseInt(matcher.group(1));
    }

    /**
     * Reads the name of a node; a number is a storage node.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static NodeName node(String text) {
        return NodeName.parse(text.matches("\\d{1,9}") ? "storage-" + text : text);
    }

    /** The name of a partition in its parts. */
    public record PartitionName(String topic, int number) {}

    /** Reads {@code orders-7}; null when that is no name of a partition. A topic may have such a name as well. */
    public static PartitionName partitionName(String text) {
        Matcher matcher = PARTITION.matcher(text);
        return matcher.matches() ? new PartitionName(matcher.group(1), Integer.parseInt(matcher.group(2))) : null;
    }
}
