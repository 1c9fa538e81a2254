// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.exhaustive;

import io.shiplog.replication.core.PartitionLeader;

/** What makes two states the same: all that what can happen next depends on, and what the promises are judged by. */
final class StateDigest {
    private final Cluster cluster;
    private final CoreGraph.Ranks ranks;

    StateDigest(Cluster cluster) {
        this.cluster = cluster;
        this.ranks = new StateRanks(cluster);
    }

    long value() {
        Digest digest = new Digest();
        for (TinyReplica replica : cluster.replicas()) {
            replica.digest(digest, ranks, cluster.newest());
        }
        for (Version version : cluster.versions()) {
            digestOf(version, digest);
        }
        cluster.truth().digest(digest);
        for (int count : cluster.counts()) {
            digest.mix(count);
        }
        // In whatever order they were sent, any may arrive first.
        long onTheWay = 0;
        for (Message message : cluster.messages()) {
            onTheWay += digestOf(message);
        }
        digest.mix(onTheWay);
        return digest.value();
    }

    private void digestOf(Version version, Digest digest) {
        CoreGraph.digest(version.state, ranks, digest);
        digest.mix(version.leaderships);
        for (int id : version.partition.lastKnownElr()) {
            digest.mix(id);
        }
        for (int id = 1; id <= Bounds.REPLICAS; id++) {
            digest.mix(version.image.broker(id).uncleanStart() ? 1 : 0);
        }
    }

    private long digestOf(Message message) {
        Digest digest = new Digest();
        if (message instanceof Message.FetchRequest request) {
            digest.mix(1);
            digestOf(request, digest);
        } else if (message instanceof Message.FetchAnswer answer) {
            digest.mix(2);
            digestOf(answer.asked(), digest);
            digest.mix(answer.error().code());
            digest.mix(answer.highWatermark());
            digest.mix(answer.divergingEpoch());
            digest.mix(answer.divergingEnd());
            for (int record : answer.records()) {
                digest.mix(record);
            }
        } else if (message instanceof Message.Proposal asked) {
            digest.mix(3);
            digestOf(asked, digest);
        } else if (message instanceof Message.ProposalAnswer answer) {
            digest.mix(4);
            digestOf(answer.asked(), digest);
            digest.mix(answer.error().code());
            if (answer.version() != null) {
                CoreGraph.digest(answer.version().state, ranks, digest);
            }
        }
        return digest.value();
    }

    private void digestOf(Message.FetchRequest request, Digest digest) {
        digest.mix(request.from());
        digest.mix(request.to());
        digest.mix(ranks.ofBrokerEpoch(request.brokerEpoch()));
        digest.mix(request.leaderEpoch());
        digest.mix(request.offset());
        digest.mix(request.lastEpoch());
        digest.mix(request.flushedOffset());
    }

    private void digestOf(Message.Proposal asked, Digest digest) {
        digest.mix(asked.from());
        digest.mix(ranks.ofBrokerEpoch(asked.brokerEpoch()));
        digest.mix(asked.leaderEpoch());
        CoreGraph.digest(asked.proposal(), ranks, digest);
        PartitionLeader leader = cluster.replica(asked.from()).leader();
        boolean awaited = leader != null
                && leader.leaderEpoch() == asked.leaderEpoch()
                && CoreGraph.awaitedAttempt(leader) == asked.attempt();
        digest.mix(awaited ? 1 : 0);
    }
}
