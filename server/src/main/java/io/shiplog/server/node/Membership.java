// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.node;

import io.shiplog.metadata.FatalHandler;
import io.shiplog.metadata.client.MetadataListener;
import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataDelta;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node as a member of the cluster: hears the metadata for it, knows its broker epoch, and notices when the controller lets
 * it serve, fences it, or does not know it any more. The listener's methods on the metadata client's thread, the others on any.
 */
final class Membership implements MetadataListener {
    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);

    private final int nodeId;
    private final FatalHandler fatal;
    private final Consumer<MetadataDelta> changes;
    private final Consumer<List<PartitionId>> logInfoWanted;
    private final CompletableFuture<Void> serving = new CompletableFuture<>();
    private final CompletableFuture<String> lost = new CompletableFuture<>();
    private final LongSupplier brokerEpoch;
    private boolean unfenced;
    private volatile boolean leaving;

    /**
     * A node that is not a member yet.
     *
     * @param brokerEpoch epoch of its registration; -1 before it
     * @param changes what acts on the metadata
     * @param logInfoWanted what tells the controller how far logs go
     */
    Membership(
            int nodeId,
            FatalHandler fatal,
            LongSupplier brokerEpoch,
            Consumer<MetadataDelta> changes,
            Consumer<List<PartitionId>> logInfoWanted) {
        this.nodeId = nodeId;
        this.fatal = fatal;
        this.brokerEpoch = brokerEpoch;
        this.changes = changes;
        this.logInfoWanted = logInfoWanted;
    }

    /** Completes when the controller has unfenced this registration for the first time. */
    CompletableFuture<Void> serving() {
        return serving;
    }

    /** Completes, with a sentence, when the node must stop because its registration is gone. */
    CompletableFuture<String> lost() {
        return lost;
    }

    /** The node stops: being fenced is no news any more. */
    void leave() {
        leaving = true;
    }

    @Override
    public void onMetadata(MetadataImage previous, MetadataImage current, MetadataDelta delta) {
        changes.accept(delta);
        BrokerImage self = current.broker(nodeId);
        boolean now = self != null && self.epoch() == brokerEpoch.getAsLong() && !self.fenced();
        if (now == unfenced || leaving) {
            return;
        }
        unfenced = now;
        if (!now) {
            LOG.warn("node {} is fenced: it leads nothing until the controller hears of it again", nodeId);
        } else if (!serving.complete(null)) {
            LOG.info("node {} is no longer fenced", nodeId);
        }
    }

    @Override
    public void onLogInfoWanted(List<PartitionId> partitions) {
        logInfoWanted.accept(partitions);
    }

    @Override
    public void onRegistrationLost(Errors error, String message) {
        lost.complete("the controller no longer knows this registration of node " + nodeId + " (broker epoch "
                + brokerEpoch.getAsLong() + "): " + error
                + (message == null || message.isEmpty() ? "" : ", " + message));
    }

    @Override
    public void onFailure(RuntimeException failure) {
        fatal.fatal("the metadata cannot be followed", failure);
    }
}
