// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.connect;

import io.shiplog.metadata.client.MetadataClientSettings.Endpoint;
import io.shiplog.metadata.client.QuorumDescription;
import io.shiplog.metadata.client.RequestOrigin;
import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.Features;
import io.shiplog.metadata.image.ListenerEndpoint;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.tools.quorum.QuorumAddress;
import io.shiplog.tools.quorum.QuorumClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/**
 * The cluster that a command is about. Each way to it is opened when it is first needed, and from either the other is found: storage nodes know
 * where the quorum is, and the metadata where the storage nodes are. For one thread; closes what it opened.
 */
public final class Cluster implements AutoCloseable {
    /** Longer than an election takes; whoever is not there within it will not be there soon. */
    private static final int MAX_CONNECT_MS = 5_000;

    private static final int MAX_REQUEST_MS = 5_000;

    private final String bootstrapGiven;
    private final String quorumGiven;
    private final int timeoutMs;
    private QuorumClient quorum;
    private Admin admin;
    /** Whether a storage node answered where one was said to be. */
    private boolean greeted;

    private QuorumDescription told;

    /**
     * @param bootstrap storage nodes; null when only the quorum is known
     * @param quorum metadata endpoints; null when only storage nodes are known
     * @param timeoutMs for each answer
     */
    Cluster(String bootstrap, String quorum, int timeoutMs) {
        this.bootstrapGiven = bootstrap;
        this.quorumGiven = quorum;
        this.timeoutMs = timeoutMs;
    }

    private int connectMs() {
        return Math.min(timeoutMs, MAX_CONNECT_MS);
    }

    /** How long the command may wait for an answer. */
    public int timeoutMs() {
        return timeoutMs;
    }

    /**
     * The metadata, as new as the active controller's at the first call, and the way to the active controller.
     *
     * @throws Unreachable when it is not there
     */
    public QuorumClient quorum() throws InterruptedException {
        if (quorum == null) {
            quorum = QuorumClient.connect(quorumEndpoints(), connectMs()).within(timeoutMs);
        }
        return quorum;
    }

    /**
     * As {@link #quorum()}, but goes without an active controller when there is none, as without a majority: {@link QuorumClient#description()}
     * is null then, and the metadata is what one quorum node has.
     */
    public QuorumClient quorumAsItIs() throws InterruptedException {
        if (quorum == null) {
            quorum = QuorumClient.connectToAny(quorumEndpoints(), connectMs()).within(timeoutMs);
        }
        return quorum;
    }

    /** Whether somebody said where storage nodes are, so that they can be asked without the quorum. */
    public boolean knowsStorageNodes() {
        return bootstrapGiven != null;
    }

    /**
     * Where quorum nodes are asked: what was given, or what a storage node knows.
     *
     * @throws Unreachable when nobody says
     */
    public List<Endpoint> quorumEndpoints() {
        if (quorumGiven != null) {
            List<Endpoint> endpoints = QuorumAddress.parse(quorumGiven);
            try {
                Greeting.checkQuorum(endpoints, connectMs());
                return endpoints;
            } catch (Unreachable nobody) {
                if (bootstrapGiven == null) {
                    throw nobody;
                }
            }
        }
        List<Endpoint> known = Greeting.quorumOf(QuorumAddress.parse(bootstrapGiven), connectMs());
        greeted = true;
        return known;
    }

    /** Whether a storage node answers there; when not, and nobody else says where there are some, that is why the command fails. */
    private boolean isStorage(String addresses) {
        try {
            Greeting.quorumOf(QuorumAddress.parse(addresses), connectMs());
            greeted = true;
        } catch (Unreachable nobody) {
            if (quorumGiven == null) {
                throw nobody;
            }
        }
        return greeted;
    }

    /**
     * The metadata as {@link #quorumAsItIs()} has it, for another look at it. That it may be old, since there is no active controller, is said once on
     * the error stream.
     */
    public MetadataImage imageAsItIs(ToolOptions options) throws InterruptedException {
        boolean first = quorum == null;
        QuorumClient there = quorumAsItIs();
        boolean saidOld = !first && told == null;
        told = first ? there.description() : there.describedOrNull();
        if (told == null && !saidOld) {
            options.err().println("shiplog: no active controller; this is what one quorum node knew last");
        }
        return there.image();
    }

    /** What the active controller said of the quorum at the last {@link #imageAsItIs}; null when there was none. */
    public QuorumDescription told() {
        return told;
    }

    /** The newest metadata. */
    public MetadataImage image() throws InterruptedException {
        return quorum().image();
    }

    /**
     * Refuses to go on when the cluster's software, or what was agreed on, is too old.
     *
     * @param what what needs it, to begin a sentence with: jobs
     * @throws Unreachable with what would be right
     */
    public void requireLevel(int level, String what) throws InterruptedException {
        int finalized = image().registry().featureLevels().getOrDefault(Features.SHIPLOG_METADATA_VERSION, 1);
        if (finalized < level) {
            throw new Unreachable(what + " need level " + level + " of " + Features.SHIPLOG_METADATA_VERSION
                    + ", the cluster is at " + finalized
                    + "; when all nodes run this version: kafka-features upgrade --feature "
                    + Features.SHIPLOG_METADATA_VERSION + "=" + level);
        }
    }

    /** Kafka's admin client. */
    public Admin admin() throws InterruptedException {
        if (admin == null) {
            admin = Admin.create(Map.of(
                    AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                    bootstrap(),
                    AdminClientConfig.CLIENT_ID_CONFIG,
                    "shiplog-tool",
                    AdminClientConfig.RETRY_BACKOFF_MS_CONFIG,
                    50,
                    AdminClientConfig.RETRY_BACKOFF_MAX_MS_CONFIG,
                    500,
                    AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
                    500,
                    AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                    Math.min(timeoutMs, MAX_REQUEST_MS),
                    AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                    timeoutMs));
        }
        return admin;
    }

    /**
     * Addresses of storage nodes, for a client of Kafka: those given, when one of them is a storage node that answers, or those of the
     * metadata.
     */
    public String bootstrap() throws InterruptedException {
        if (bootstrapGiven != null && (greeted || isStorage(bootstrapGiven))) {
            return bootstrapGiven;
        }
        List<String> addresses = new ArrayList<>();
        for (BrokerImage broker : image().brokers()) {
            if (!broker.fenced() && !broker.endpoints().isEmpty()) {
                ListenerEndpoint endpoint = broker.endpoints().get(0);
                addresses.add(endpoint.host() + ":" + endpoint.port());
            }
        }
        if (addresses.isEmpty()) {
            throw new Unreachable("no storage node of the cluster serves; bin/shiplog nodes shows them");
        }
        return String.join(",", addresses);
    }

    /** As whom the history of the metadata names who uses this tool. */
    public static RequestOrigin origin() {
        return new RequestOrigin("User:" + System.getProperty("user.name", "ANONYMOUS"), "shiplog-tool");
    }

    @Override
    public void close() {
        if (admin != null) {
            admin.close();
        }
        if (quorum != null) {
            quorum.close();
        }
    }
}
