// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.client;

import io.shiplog.metadata.client.MetadataListener;
import io.shiplog.metadata.client.MetadataRefusal;
import io.shiplog.metadata.client.RequestOrigin;
import io.shiplog.metadata.image.MetadataDelta;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.simulation.engine.Dice;
import io.shiplog.simulation.engine.SimLoop;
import io.shiplog.simulation.engine.SimProcess;
import io.shiplog.simulation.history.AdminOp;
import io.shiplog.simulation.history.DeleteOp;
import io.shiplog.simulation.history.Outcome;
import io.shiplog.simulation.quorum.SimMetadataClient;
import java.util.function.BiConsumer;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.protocol.Errors;

/** An operator: changes the metadata, and deletes records. */
@SuppressWarnings("FutureReturnValueIgnored") // the outcome goes into the history
public final class SimAdmin {
    private static final int TIMEOUT_MS = 2_000;

    private final ClientWorld world;
    private final SimProcess process;
    private final SimLoop loop;
    private final SimMetadataClient client;
    private final LeaderFinder leaders;

    public SimAdmin(ClientWorld world, SimProcess process, Dice dice) {
        this.world = world;
        this.process = process;
        this.loop = new SimLoop(world.scheduler(), process, dice.split(), "operator");
        this.client = new SimMetadataClient(
                world.quorum(),
                world.network(),
                world.scheduler(),
                process,
                dice.split(),
                world.settings().client(),
                (node, image) -> {});
        this.leaders = new LeaderFinder(world, dice.split(), process.id());
    }

    /** Follows the metadata from now on. */
    public void start() {
        client.start(new MetadataListener() {
            @Override
            public void onMetadata(MetadataImage previous, MetadataImage current, MetadataDelta delta) {}

            @Override
            public void onRegistrationLost(Errors error, String message) {}
        });
    }

    /** The metadata as the operator sees them. */
    public MetadataImage image() {
        return client.image();
    }

    /**
     * Gives a command once.
     *
     * @param then told the result, or why there is none
     */
    public AdminOp submit(String what, MetadataCommand.Builder command, BiConsumer<MetadataResult, Throwable> then) {
        AdminOp op = new AdminOp(what, world.scheduler().nowUs());
        world.history().add(op);
        client.submit(command, RequestOrigin.OWN, TIMEOUT_MS).whenComplete((result, failure) -> {
            op.endedUs = world.scheduler().nowUs();
            if (failure == null) {
                op.outcome = Outcome.OK;
                world.history().onAcknowledged();
            } else if (failure instanceof MetadataRefusal refusal) {
                op.outcome = Outcome.FAILED;
                op.error = refusal.error();
            } else {
                op.outcome = Outcome.UNKNOWN;
            }
            then.accept(result, failure);
        });
        return op;
    }

    /** Deletes the records below an offset; −1: up to the high watermark. */
    public void deleteRecords(TopicIdPartition partition, long beforeOffset) {
        DeleteOp op = new DeleteOp(
                process.id(), partition, beforeOffset, world.scheduler().nowUs());
        world.history().add(op);
        LeaderFinder.Place leader = leaders.leaderOf(partition, false).place();
        if (leader == null) {
            end(op, Outcome.FAILED, Errors.LEADER_NOT_AVAILABLE, -1);
            return;
        }
        ClientConnection[] own = new ClientConnection[1];
        own[0] = new ClientConnection(
                world,
                process,
                leader.nodeId(),
                leader.port(),
                () -> loop.execute(() -> end(op, Outcome.UNKNOWN, Errors.NETWORK_EXCEPTION, -1)));
        ClientConnection over = own[0];
        over.send((server, answer) -> server.access()
                .deleteRecords(
                        partition.topicId(),
                        partition.partition(),
                        beforeOffset,
                        TIMEOUT_MS,
                        (error, lowWatermark) -> answer.with(() -> loop.execute(() -> {
                            end(op, error == Errors.NONE ? Outcome.OK : Outcome.UNKNOWN, error, lowWatermark);
                            over.close();
                        }))));
        var unused = loop.schedule(
                () -> {
                    end(op, Outcome.UNKNOWN, Errors.REQUEST_TIMED_OUT, -1);
                    over.close();
                },
                TIMEOUT_MS + 500);
    }

    private void end(DeleteOp op, Outcome outcome, Errors error, long lowWatermark) {
        if (op.outcome == Outcome.PENDING) {
            op.error = error;
            op.lowWatermark = lowWatermark;
            world.history().end(op, outcome, world.scheduler().nowUs());
        }
    }
}
