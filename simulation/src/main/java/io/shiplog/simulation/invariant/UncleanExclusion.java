// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;

/**
 * Who registers after something that it may have lost records by is neither in sync nor eligible until it has caught up; and who joins is alive,
 * and has caught up.
 */
final class UncleanExclusion extends Invariant {
    UncleanExclusion() {
        super("S13", "who may have lost something is not elected");
    }

    @Override
    void on(Fact fact, Scene scene, Verdicts out) {
        if (fact instanceof Fact.Registered registered) {
            registered(registered, scene, out);
        } else if (fact instanceof Fact.PartitionChanged changed
                && changed.before() != null
                && changed.after() != null) {
            joined(changed, scene, out);
        }
    }

    private void registered(Fact.Registered registered, Scene scene, Verdicts out) {
        BrokerSight broker = scene.broker(registered.brokerId());
        if (broker == null) {
            return;
        }
        MetadataImage image = registered.image();
        for (TopicImage topic : image.topics()) {
            for (int i = 0; i < topic.partitionCount(); i++) {
                PartitionTruth partition = scene.truth().partition(topic.id(), i);
                PartitionImage agreed = topic.partition(i);
                ReplicaTruth replica = partition.replica(broker.id());
                if (!Topics.mayBeElected(agreed, broker.id()) || partition.isExcused()) {
                    continue;
                }
                boolean onDisks = Topics.isOnDisks(image, topic.id(), agreed);
                if (!onDisks && !broker.stoppedCleanly() && replica.life >= 0) {
                    out.add(
                            this,
                            partition,
                            "broker " + broker.id() + " stopped uncleanly and registers as one of " + agreed);
                } else if (replica.life == broker.life() && replica.logEnd < partition.committedEnd()) {
                    out.add(
                            this,
                            partition,
                            "broker " + broker.id() + " comes back with " + replica.logEnd + " of "
                                    + partition.committedEnd() + " and registers as one of " + agreed);
                }
            }
        }
    }

    private void joined(Fact.PartitionChanged changed, Scene scene, Verdicts out) {
        PartitionTruth partition = changed.partition();
        for (BrokerSight broker : scene.cluster().brokers()) {
            int id = broker.id();
            if (!changed.after().inIsr(id) || changed.before().inIsr(id) || partition.isExcused()) {
                continue;
            }
            BrokerImage registered = changed.image().broker(id);
            boolean elected = changed.after().leader() == id;
            if (registered == null || !(registered.active() || registered.leaving())) {
                out.add(this, partition, "broker " + id + " joins and is fenced: " + changed.after());
            } else if (!elected && registered.inControlledShutdown()) {
                out.add(this, partition, "broker " + id + " joins and is shutting down: " + changed.after());
            } else if (registered.epoch() == broker.brokerEpoch()
                    && partition.replica(id).logEnd < partition.committedEnd()) {
                out.add(
                        this,
                        partition,
                        "broker " + id + " joins with " + partition.replica(id).logEnd + " of "
                                + partition.committedEnd() + ": " + changed.after());
            }
        }
    }
}
