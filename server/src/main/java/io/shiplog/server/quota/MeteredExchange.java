// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.quota;

import io.shiplog.server.protocol.Exchange;
import io.shiplog.server.protocol.RequestHeader;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.LongSupplier;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.FetchSnapshotResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * A request of which it is noted what it uses. An answer to somebody who has used too much says for how long he is throttled, and for so
 * long nothing more is read from his connection (KIP-219), whether he heeds the answer or not.
 *
 * <p>Bytes of a produce request count when it comes, so that what is behind it in the connection has to wait. The time of a request is what
 * the event loop was busy with it until its handler returned. What other nodes ask for replication counts for nobody.
 */
final class MeteredExchange implements Exchange {
    private static final int NS_PER_MS = 1_000_000;

    private final Exchange exchange;
    private final ClientQuotas quotas;
    private final LongSupplier nanoClock;
    private final long startNs;
    private int throttleMs; // for bytes
    private boolean handled;
    private boolean answered;
    private long handledNs;
    private long paidNs;

    MeteredExchange(Exchange exchange, ClientQuotas quotas, LongSupplier nanoClock) {
        this.exchange = exchange;
        this.quotas = quotas;
        this.nanoClock = nanoClock;
        this.startNs = nanoClock.getAsLong();
        if (header().api() == ApiKeys.PRODUCE) {
            takeBytes(QuotaType.PRODUCE, exchange.body().remaining());
        }
    }

    private void takeBytes(QuotaType type, long bytes) {
        throttleMs = quotas.record(type, header().clientId(), bytes, nowMs());
        if (throttleMs > 0) {
            exchange.throttle(throttleMs);
        }
    }

    /** The handler has returned. On the loop. */
    synchronized void handled() {
        handled = true;
        handledNs = nanoClock.getAsLong() - startNs;
        if (answered && paidNs >= 0) {
            quotas.recordTimeAfterwards(header().clientId(), handledNs - paidNs, nowMs());
        }
    }

    /** For how long the client is throttled, all in all; the connection is told. */
    private synchronized int pay() {
        answered = true;
        paidNs = handled ? handledNs : nanoClock.getAsLong() - startNs;
        int ms = quotas.recordTime(header().clientId(), paidNs, nowMs());
        if (ms > throttleMs) {
            exchange.throttle(ms);
        }
        return Math.max(ms, throttleMs);
    }

    /** The request is another node's. */
    private synchronized void payNothing() {
        answered = true;
        paidNs = -1;
    }

    private long nowMs() {
        return nanoClock.getAsLong() / NS_PER_MS;
    }

    @Override
    public void respond(ApiMessage response) {
        int ms = pay();
        if (ms > 0) {
            ThrottleTime.set(response, ms);
        }
        exchange.respond(response);
    }

    @Override
    public void respondFetch(FetchResponseData response, int followerId) {
        if (followerId != CONSUMER) {
            payNothing();
        } else {
            takeBytes(QuotaType.FETCH, recordBytes(response));
            response.setThrottleTimeMs(pay());
        }
        exchange.respondFetch(response, followerId);
    }

    private static long recordBytes(FetchResponseData response) {
        long bytes = 0;
        List<FetchableTopicResponse> topics = response.responses();
        for (int i = 0; i < topics.size(); i++) {
            List<PartitionData> partitions = topics.get(i).partitions();
            for (int j = 0; j < partitions.size(); j++) {
                var records = partitions.get(j).records();
                bytes += records == null ? 0 : records.sizeInBytes();
            }
        }
        return bytes;
    }

    @Override
    public void respondSegment(FetchSnapshotResponseData response, int followerId) {
        payNothing();
        exchange.respondSegment(response, followerId);
    }

    @Override
    public void respondNothing() {
        pay();
        exchange.respondNothing();
    }

    @Override
    public void close(String reason) {
        pay();
        exchange.close(reason);
    }

    @Override
    public int fetchMaxBytes() {
        return Math.min(exchange.fetchMaxBytes(), quotas.fetchMaxBytes(header().clientId()));
    }

    @Override
    public void throttle(int ms) {
        exchange.throttle(ms);
    }

    @Override
    public RequestHeader header() {
        return exchange.header();
    }

    @Override
    public int correlationId() {
        return exchange.correlationId();
    }

    @Override
    public long connectionId() {
        return exchange.connectionId();
    }

    @Override
    public InetAddress clientAddress() {
        return exchange.clientAddress();
    }

    @Override
    public ByteBuffer body() {
        return exchange.body();
    }

    @Override
    public void onQueuedBehind(Runnable action) {
        exchange.onQueuedBehind(action);
    }

    @Override
    public void onClosed(Runnable action) {
        exchange.onClosed(action);
    }

    @Override
    public void execute(Runnable task) {
        exchange.execute(task);
    }
}
