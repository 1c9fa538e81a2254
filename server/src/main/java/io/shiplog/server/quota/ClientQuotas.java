// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.quota;

import io.shiplog.metadata.image.RegistryImage;
import io.shiplog.server.quota.QuotaTable.Share;
import java.net.InetAddress;
import java.util.EnumMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

/**
 * The quotas of this node's clients: what is agreed on, and what has been used of it. Each node counts for itself, as in Kafka.
 * Any thread.
 */
public final class ClientQuotas {
    /** Who clients are as long as they are not asked who they are. */
    private static final String USER = KafkaPrincipal.ANONYMOUS.getName();

    private static final double PERCENT_PER_NS_IN_A_SECOND = 100.0 / 1_000_000_000;

    private final QuotaWindows windows;
    private final Map<QuotaType, QuotaUse> uses = new EnumMap<>(QuotaType.class);
    private volatile QuotaTable table = QuotaTable.EMPTY;

    public ClientQuotas(QuotaWindows windows) {
        this.windows = windows;
        for (QuotaType type : QuotaType.values()) {
            // as in Kafka: request time is paid back bit by bit, bytes at once
            long longestMs = type == QuotaType.REQUEST ? windows.sizeMs() : Integer.MAX_VALUE;
            uses.put(type, new QuotaUse(type, windows, longestMs));
        }
    }

    /** Takes over what is agreed on; from now on it holds, with what has been used already. */
    public void set(RegistryImage registry) {
        table = QuotaTable.of(registry);
    }

    /** Whether any user or client id has a quota. The one question of a request as long as none has. */
    public boolean limitsClients() {
        return table.limitsClients();
    }

    /**
     * Notes bytes.
     *
     * @return for how many milliseconds the client is to be throttled; 0: not at all
     */
    public int record(QuotaType type, String clientId, long bytes, long nowMs) {
        Share share = table.find(type, USER, clientId);
        return share == null ? 0 : uses.get(type).record(share, (double) bytes, nowMs);
    }

    /** Notes time that a request of the client took on the event loop; returns as {@link #record}. */
    public int recordTime(String clientId, long ns, long nowMs) {
        Share share = table.find(QuotaType.REQUEST, USER, clientId);
        return share == null ? 0 : uses.get(QuotaType.REQUEST).record(share, ns * PERCENT_PER_NS_IN_A_SECOND, nowMs);
    }

    /** Notes time of a request that was answered meanwhile: the next one pays for it. */
    public void recordTimeAfterwards(String clientId, long ns, long nowMs) {
        Share share = table.find(QuotaType.REQUEST, USER, clientId);
        if (share != null) {
            uses.get(QuotaType.REQUEST).recordLate(share, ns * PERCENT_PER_NS_IN_A_SECOND, nowMs);
        }
    }

    /**
     * The most bytes that one fetch of the client should get: what its quota gives for all complete windows. More would have it wait
     * for longer than clients wait for an answer.
     */
    public int fetchMaxBytes(String clientId) {
        Share share = table.find(QuotaType.FETCH, USER, clientId);
        return share == null
                ? Integer.MAX_VALUE
                : (int) Math.min(Integer.MAX_VALUE, share.limit() * windows.completeSeconds());
    }

    /** Connections that an address may make in a second; infinite: as many as it likes. */
    public double connectionRate(InetAddress address) {
        return table.connectionRate(address);
    }

    /** Whether any address has a quota. */
    public boolean limitsAddresses() {
        return table.limitsAddresses();
    }

    public QuotaWindows windows() {
        return windows;
    }

    /** Its numbers, by name: those of each client that has a quota too, so that the names change. */
    public SortedMap<String, LongSupplier> metrics(LongSupplier nowMs) {
        SortedMap<String, LongSupplier> values = new TreeMap<>();
        uses.values().forEach(use -> use.addMetrics(values, nowMs));
        return values;
    }

    /** How many share-outs of quotas are being kept. For tests. */
    int tracked(QuotaType type) {
        return uses.get(type).tracked();
    }
}
