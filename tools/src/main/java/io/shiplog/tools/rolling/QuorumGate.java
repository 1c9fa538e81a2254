// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.rolling;

import io.shiplog.metadata.client.MetadataClientSettings.Endpoint;
import io.shiplog.metadata.client.MetadataRefusal;
import io.shiplog.metadata.client.MetadataUnavailable;
import io.shiplog.metadata.client.QuorumDescription;
import io.shiplog.metadata.controller.RestartSafety;
import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.tools.quorum.QuorumClient;
import io.shiplog.tools.quorum.QuorumSafety;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks the metadata quorum. Stricter than the question alone: a storage node waits, too, until every replica that lives is in sync again, so
 * that what the restart before it has cost is paid back first.
 */
public final class QuorumGate implements RestartGate, AutoCloseable {
    private static final int TIMEOUT_MS = 15_000;
    /** What is asked over and over must not wait for a dead controller. */
    private static final int ANSWER_MS = 2_000;

    private static final int ANYBODY = -1;
    private static final int MAX_NAMED = 3;

    private final QuorumClient quorum;

    private QuorumGate(QuorumClient quorum) {
        this.quorum = quorum;
    }

    /** Connects to the quorum. */
    public static QuorumGate connect(List<Endpoint> endpoints) throws InterruptedException {
        return new QuorumGate(QuorumClient.connect(endpoints, TIMEOUT_MS).within(ANSWER_MS));
    }

    @Override
    public List<String> objections(NodeName node) throws InterruptedException {
        List<String> objections = new ArrayList<>();
        if (node.isStorage()) {
            objections.addAll(storageObjections(node));
        }
        if (node.isQuorum()) {
            objections.addAll(quorumObjections(node));
        }
        return objections;
    }

    private List<String> storageObjections(NodeName node) throws InterruptedException {
        List<String> objections = new ArrayList<>(notCaughtUp());
        RestartSafety.Verdict verdict = RestartSafety.of(quorum.image(), node.id());
        if (!verdict.known()) {
            objections.add(node + " is not registered");
        }
        for (RestartSafety.Forbidding each : verdict.named()) {
            objections.add(each.topic() + "-" + each.partition() + " would be left with " + each.remaining()
                    + " in-sync replicas, fewer than " + each.minIsr() + ": " + each.reason());
        }
        objections.addAll(unserved(quorum.image()));
        objections.addAll(underReplicated(quorum.image()));
        return objections;
    }

    /** This client's own image may be older than what the controller has decided. */
    private List<String> notCaughtUp() throws InterruptedException {
        try {
            long offset = quorum.await(quorum.client().describeQuorum()).metadataOffset();
            return quorum.image().offset() >= offset ? List.of() : List.of("the metadata here is not the newest");
        } catch (MetadataUnavailable e) {
            return List.of("no active controller: " + e.getMessage());
        }
    }

    private List<String> quorumObjections(NodeName node) throws InterruptedException {
        try {
            QuorumDescription description = quorum.await(quorum.client().describeQuorum());
            if (description.voters().size() == 1) {
                return List.of(); // it is the only one: there is no better moment
            }
            return QuorumSafety.of(description, node.id(), System.currentTimeMillis())
                    .objections();
        } catch (MetadataUnavailable e) {
            return List.of("no active controller: " + e.getMessage());
        }
    }

    /** The active controller hands its office over; when that fails, stopping it does the same a little later. */
    @Override
    public void prepare(NodeName node) throws InterruptedException {
        if (!node.isQuorum()) {
            return;
        }
        try {
            QuorumDescription description = quorum.await(quorum.client().describeQuorum());
            if (description.leaderId() == node.id() && description.voters().size() > 1) {
                quorum.await(quorum.client().transferQuorumLeadership(ANYBODY, ANSWER_MS));
            }
        } catch (MetadataUnavailable | MetadataRefusal notNow) {
            return;
        }
    }

    @Override
    public List<String> missing() throws InterruptedException {
        List<String> missing = new ArrayList<>(notCaughtUp());
        MetadataImage image = quorum.image();
        missing.addAll(unserved(image));
        missing.addAll(underReplicated(image));
        try {
            missing.addAll(
                    QuorumSafety.laggards(quorum.await(quorum.client().describeQuorum()), System.currentTimeMillis()));
        } catch (MetadataUnavailable e) {
            missing.add("no active controller: " + e.getMessage());
        }
        return missing;
    }

    private static List<String> unserved(MetadataImage image) {
        List<String> unserved = new ArrayList<>();
        for (BrokerImage broker : image.brokers()) {
            if (broker.fenced() || broker.inControlledShutdown()) {
                unserved.add("storage-" + broker.id() + (broker.fenced() ? " is fenced" : " is stopping"));
            }
        }
        return unserved;
    }

    private static List<String> underReplicated(MetadataImage image) {
        List<String> named = new ArrayList<>();
        int count = 0;
        for (TopicImage topic : image.topics()) {
            for (int p = 0; p < topic.partitionCount(); p++) {
                PartitionImage partition = topic.partition(p);
                if (partition.isrSize() < partition.replicationFactor()) {
                    count++;
                    if (named.size() < MAX_NAMED) {
                        named.add(topic.name() + "-" + p);
                    }
                }
            }
        }
        return count == 0
                ? List.of()
                : List.of(count + " partitions are not wholly in sync: " + String.join(", ", named)
                        + (count > named.size() ? ", ..." : ""));
    }

    @Override
    public void close() {
        quorum.close();
    }
}
