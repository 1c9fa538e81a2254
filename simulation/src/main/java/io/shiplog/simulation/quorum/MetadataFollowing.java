// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.quorum;

import io.shiplog.metadata.client.MetadataListener;
import io.shiplog.metadata.image.MetadataDelta;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.MetadataEntry;
import io.shiplog.replication.runtime.Cancellable;
import io.shiplog.simulation.engine.Dice;
import io.shiplog.simulation.engine.SimLoop;
import io.shiplog.simulation.network.SimConnection;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Follows the metadata from one quorum node, from another one when that one is silent or stays behind. On the client's loop. */
final class MetadataFollowing {
    private static final long ANSWER_TIMEOUT_MS = 1_200;
    private static final long STALE_SOURCE_MS = 500;
    private static final long RETRY_MS = 20;

    /** Somebody waits for the image to reach an offset. */
    private record Awaited(long offset, Runnable reached, Runnable late) {}

    private final QuorumLinks links;
    private final SimLoop loop;
    private final ImageListener images;
    private final int nodeId;
    private final Dice dice;
    private final List<Awaited> awaited = new ArrayList<>();
    private MetadataListener listener;
    private MetadataImage image = MetadataImage.empty();
    private SimConnection connection;
    private int source;
    private long requests;
    private Cancellable answerTimer;
    private long behindSinceMs = -1;

    MetadataFollowing(QuorumLinks links, SimLoop loop, ImageListener images, int nodeId, Dice dice) {
        this.links = links;
        this.loop = loop;
        this.images = images;
        this.nodeId = nodeId;
        this.dice = dice;
    }

    MetadataImage image() {
        return image;
    }

    void start(MetadataListener newListener) {
        listener = newListener;
        loop.execute(this::connect);
    }

    private void connect() {
        source = SimQuorum.FIRST_ID + dice.nextInt(links.quorum().size());
        SimConnection[] own = new SimConnection[1];
        own[0] = links.connect(source, () -> onClosed(own[0]));
        connection = own[0];
        fetch();
    }

    private void onClosed(SimConnection closed) {
        if (closed == connection) {
            connection = null;
            loop.schedule(
                    () -> {
                        if (connection == null) {
                            connect();
                        }
                    },
                    RETRY_MS);
        }
    }

    private void changeSource() {
        if (connection != null) {
            connection.closeAtClient();
        }
        connect();
    }

    private void fetch() {
        SimConnection over = connection;
        int from = source;
        long offset = image.offset();
        long request = ++requests;
        SimQuorum quorum = links.quorum();
        over.toServer(() -> quorum.loop(from)
                .enter(() -> quorum.fetch(from, offset, new MetadataReader() {
                    @Override
                    public void entries(List<MetadataEntry> entries, long committedOffset) {
                        over.toClient(() -> loop.enter(() -> onEntries(over, request, entries)));
                    }

                    @Override
                    public void snapshot(byte[] snapshot) {
                        over.toClient(() -> loop.enter(() -> onSnapshot(over, request, snapshot)));
                    }
                })));
        if (answerTimer != null) {
            answerTimer.cancel();
        }
        answerTimer = loop.schedule(
                () -> {
                    if (request == requests && over == connection) {
                        changeSource();
                    }
                },
                ANSWER_TIMEOUT_MS);
    }

    private void onEntries(SimConnection over, long request, List<MetadataEntry> entries) {
        if (over != connection || request != requests) {
            return;
        }
        MetadataImage before = image;
        MetadataImage after = before;
        for (MetadataEntry entry : entries) {
            after = after.apply(entry);
        }
        if (after.offset() != before.offset()) {
            advance(after, MetadataDelta.between(before, entries, after));
        }
        fetch();
    }

    private void onSnapshot(SimConnection over, long request, byte[] snapshot) {
        if (over != connection || request != requests) {
            return;
        }
        MetadataImage after = QuorumPeerNode.read(snapshot);
        if (after.offset() > image.offset()) {
            advance(after, MetadataDelta.full(image, after));
        }
        fetch();
    }

    private void advance(MetadataImage after, MetadataDelta delta) {
        MetadataImage before = image;
        image = after;
        images.onImage(nodeId, after);
        listener.onMetadata(before, after, delta);
        List<Runnable> due = new ArrayList<>();
        for (Iterator<Awaited> each = awaited.iterator(); each.hasNext(); ) {
            Awaited entry = each.next();
            if (entry.offset() <= image.offset()) {
                each.remove();
                due.add(entry.reached());
            }
        }
        due.forEach(Runnable::run);
    }

    /** So much is committed, as the controller says. */
    void behind(long committedOffset) {
        if (image.offset() >= committedOffset) {
            behindSinceMs = -1;
        } else if (behindSinceMs < 0) {
            behindSinceMs = loop.nowMs();
        } else if (loop.nowMs() - behindSinceMs > STALE_SOURCE_MS) {
            behindSinceMs = -1;
            changeSource();
        }
    }

    /** Any thread. */
    void whenReached(long offset, long timeoutMs, Runnable reached, Runnable late) {
        loop.execute(() -> {
            if (image.offset() >= offset) {
                reached.run();
                return;
            }
            Awaited entry = new Awaited(offset, reached, late);
            awaited.add(entry);
            if (timeoutMs < Long.MAX_VALUE) {
                loop.schedule(
                        () -> {
                            if (awaited.remove(entry)) {
                                late.run();
                            }
                        },
                        timeoutMs);
            }
        });
    }
}
