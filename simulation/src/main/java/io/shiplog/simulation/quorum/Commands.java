// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.quorum;

import io.shiplog.metadata.client.MetadataRefusal;
import io.shiplog.metadata.client.MetadataUnavailable;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.simulation.engine.Dice;
import io.shiplog.simulation.engine.SimLoop;
import io.shiplog.simulation.network.SimConnection;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.Errors;

/** Carries commands to the active controller, wherever that is. On the client's loop. */
final class Commands {
    private static final long RETRY_MS = 15;

    private final QuorumLinks links;
    private final SimLoop loop;
    private final ControllerGuess controller;
    private final Dice dice;

    Commands(QuorumLinks links, SimLoop loop, ControllerGuess controller, Dice dice) {
        this.links = links;
        this.loop = loop;
        this.controller = controller;
        this.dice = dice;
    }

    /** One command, until it is answered or its time is over. */
    private final class Call {
        private final MetadataCommand command;
        private final CompletableFuture<MetadataResult> result = new CompletableFuture<>();
        private final boolean untilKnown;
        private SimConnection connection;

        Call(MetadataCommand command, boolean untilKnown) {
            this.command = command;
            this.untilKnown = untilKnown;
        }

        void send() {
            if (result.isDone()) {
                return;
            }
            int to = controller.id();
            SimConnection[] own = new SimConnection[1];
            own[0] = links.connect(to, () -> onClosed(own[0], to));
            SimConnection over = own[0];
            connection = over;
            SimQuorum quorum = links.quorum();
            over.toServer(() -> quorum.controller(to)
                    .submit(command, answer -> over.toClient(() -> loop.enter(() -> onAnswer(over, to, answer)))));
            loop.schedule(
                    () -> {
                        if (connection == over && untilKnown) {
                            again(to);
                        }
                    },
                    500);
        }

        private void onAnswer(SimConnection over, int from, MetadataResult answer) {
            if (over != connection) {
                return;
            }
            if (answer.getError() == Errors.NOT_CONTROLLER.code()) {
                again(from);
                return;
            }
            if (answer.getError() == Errors.REQUEST_TIMED_OUT.code() && untilKnown) {
                again(from);
                return;
            }
            end();
            Errors error = Errors.forCode((short) answer.getError());
            if (error == Errors.NONE) {
                result.complete(answer);
            } else if (error == Errors.REQUEST_TIMED_OUT) {
                result.completeExceptionally(new MetadataUnavailable(answer.getMessage()));
            } else {
                result.completeExceptionally(new MetadataRefusal(error, answer.getMessage()));
            }
        }

        private void onClosed(SimConnection closed, int to) {
            if (closed != connection || result.isDone()) {
                return;
            }
            if (closed.wasRefused() || untilKnown) {
                again(to);
            } else {
                connection = null;
                result.completeExceptionally(new MetadataUnavailable("the connection broke"));
            }
        }

        private void again(int wasNot) {
            end();
            controller.wasNot(wasNot);
            loop.schedule(this::send, RETRY_MS + dice.nextInt(10));
        }

        private void end() {
            SimConnection over = connection;
            connection = null;
            if (over != null) {
                over.closeAtClient();
            }
        }

        private void timeOut() {
            if (!result.isDone()) {
                end();
                result.completeExceptionally(new MetadataUnavailable("no answer in time"));
            }
        }
    }

    /** Fails with MetadataUnavailable when the outcome is not known. */
    CompletableFuture<MetadataResult> submit(MetadataCommand command, long timeoutMs) {
        Call call = new Call(command, false);
        loop.schedule(call::timeOut, timeoutMs);
        call.send();
        return call.result;
    }

    /** Gives the command again and again until there is an answer to it. Any thread. */
    CompletableFuture<MetadataResult> submitUntilKnown(MetadataCommand command) {
        Call call = new Call(command, true);
        loop.execute(call::send);
        return call.result;
    }
}
