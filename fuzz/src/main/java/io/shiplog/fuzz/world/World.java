// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.fuzz.world;

import io.shiplog.fuzz.Finding;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.replication.fetch.FetchService;
import io.shiplog.replication.fetch.FetchSettings;
import io.shiplog.replication.fetch.PartitionLookup;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.replication.runtime.ShippingLimit;
import io.shiplog.server.adapter.QuorumAdmin;
import io.shiplog.server.api.ClusterView;
import io.shiplog.server.api.FetchSnapshotHandler;
import io.shiplog.server.api.KafkaApis;
import io.shiplog.server.api.NodeLoggers;
import io.shiplog.server.api.ProducerIds;
import io.shiplog.server.api.RequestDispatcher;
import io.shiplog.server.api.RequestHandler;
import io.shiplog.server.api.TopicAutoCreation;
import io.shiplog.server.group.GroupCoordinators;
import io.shiplog.server.group.GroupSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** All handlers of a storage node, before a small cluster's metadata, the real controller, and partitions without logs. */
public final class World {
    private static final long SESSION_SEED = 1;
    private static final int MAX_GROUPS = 1_000;

    private final DecidingClient controller = new DecidingClient();
    private final StubPartitions partitions = new StubPartitions();
    private final StillLoop loop = new StillLoop();
    private final Lookup lookup = new Lookup();
    private final View view = new View();
    private final QuorumAdmin admin = new QuorumAdmin(controller.client());
    private final List<RequestHandler<?>> others = new ArrayList<>();

    public World() {
        GroupSettings settings = new GroupSettings(SmallCluster.NODE, MAX_GROUPS, Map.of());
        GroupCoordinators groups = new GroupCoordinators(settings, loop, controller::image, () -> true, e -> {
            throw new IllegalStateException(e);
        });
        others.addAll(groups.handlers(view, admin));
        others.add(new FetchSnapshotHandler(
                view, lookup, new ShippingLimit(loop), (slice, then) -> then.run(), check -> {}));
    }

    /** Handlers that remember nothing, over the metadata as they were at first. */
    public RequestDispatcher begin() {
        controller.reset();
        partitions.reset();
        FetchSettings fetches = FetchSettings.DEFAULTS;
        return KafkaApis.dispatcher(
                view,
                partitions,
                new FetchService(loop, lookup, fetches, new Random(SESSION_SEED)::nextInt),
                fetches,
                admin,
                new ProducerIds(controller.client()::allocateProducerIds),
                List::of,
                NodeLoggers.none(),
                () -> CompletableFuture.completedFuture(List.of()),
                new TopicAutoCreation(true, admin, origin -> {}),
                others.toArray(new RequestHandler<?>[0]));
    }

    /** Holds the world against what may have become of it. */
    public void check(CheckedExchange exchange) throws Finding {
        exchange.check();
        if (controller.inapplicable() != null) {
            throw Finding.escaped("what the controller decided of " + exchange.header(), controller.inapplicable());
        }
        boolean unacked = exchange.header().api() == ApiKeys.PRODUCE; // with acks=0 there is no other way to tell
        if (exchange.closeReason() != null && !unacked && controller.commands() + partitions.changes() > 0) {
            String what = "a connection is closed for a request that was carried out";
            throw new Finding(what, what + ": " + exchange.header() + ", " + exchange.closeReason());
        }
    }

    private final class View implements ClusterView {
        @Override
        public int nodeId() {
            return SmallCluster.NODE;
        }

        @Override
        public MetadataImage image() {
            return controller.image();
        }
    }

    private final class Lookup implements PartitionLookup {
        @Override
        public Uuid topicId(String name) {
            var topic = controller.image().topic(name);
            return topic == null ? null : topic.id();
        }

        @Override
        public Replica replica(Uuid topicId, int partition) {
            return null;
        }

        @Override
        public Errors absence(Uuid topicId, int partition) {
            return controller.image().partition(topicId, partition) == null
                    ? Errors.UNKNOWN_TOPIC_ID
                    : Errors.NOT_LEADER_OR_FOLLOWER;
        }
    }
}
