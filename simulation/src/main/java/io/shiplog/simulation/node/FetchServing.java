// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.node;

import io.shiplog.replication.fetch.PendingFetch;
import io.shiplog.server.api.FollowerFetches;
import io.shiplog.simulation.network.SimConnection;
import io.shiplog.storage.model.StorageException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchRequest;

/** The side of a connection that answers fetches, of followers and consumers alike; in the order in which they came. On the node's loop. */
public final class FetchServing implements FetchConnection.Serving {
    private static final class Exchange {
        private final Consumer<ByteBuffer> reply;
        private PendingFetch pending;
        private ByteBuffer answer;

        Exchange(Consumer<ByteBuffer> reply) {
            this.reply = reply;
        }
    }

    private final StorageLife life;
    private final SimConnection connection;
    private final ArrayDeque<Exchange> exchanges = new ArrayDeque<>();

    FetchServing(StorageLife life, SimConnection connection) {
        this.life = life;
        this.connection = connection;
        connection.onClosedAtServer(() -> life.loop().execute(this::drop));
    }

    @Override
    public void onRequest(ByteBuffer bytes, Consumer<ByteBuffer> reply) {
        FetchRequestData request = FetchBytes.decodeRequest(bytes);
        for (Exchange earlier : exchanges) {
            if (earlier.pending != null) {
                earlier.pending.release();
            }
        }
        Exchange exchange = new Exchange(reply);
        exchanges.add(exchange);
        int replicaId = FetchRequest.replicaId(request);
        Errors refusal = FetchRequest.isValidBrokerId(replicaId)
                ? FollowerFetches.refusal(
                        life.client().image(), replicaId, request.replicaState().replicaEpoch())
                : Errors.NONE;
        if (refusal != Errors.NONE) {
            answer(exchange, new FetchResponseData().setErrorCode(refusal.code()));
            return;
        }
        exchange.pending =
                life.fetchService().fetch(FetchBytes.VERSION, request, response -> answer(exchange, response));
    }

    private void answer(Exchange exchange, FetchResponseData response) {
        for (FetchableTopicResponse topic : response.responses()) {
            for (PartitionData partition : topic.partitions()) {
                if (partition.preferredReadReplica() >= 0) {
                    life.onSentAway(topic.topicId(), partition.partitionIndex(), partition.preferredReadReplica());
                }
            }
        }
        try {
            exchange.answer = FetchBytes.encode(response);
        } catch (StorageException e) {
            // A transfer that comes out short closes the connection.
            connection.closeAtServer();
            drop();
            return;
        }
        while (!exchanges.isEmpty() && exchanges.peek().answer != null) {
            Exchange done = exchanges.poll();
            connection.toClient(() -> done.reply.accept(done.answer));
        }
    }

    private void drop() {
        while (!exchanges.isEmpty()) {
            Exchange exchange = exchanges.poll();
            if (exchange.pending != null) {
                exchange.pending.drop();
            }
        }
    }
}
