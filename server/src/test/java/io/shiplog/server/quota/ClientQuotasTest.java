// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.quota;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.SortedMap;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

class ClientQuotasTest {
    private static final long START_MS = 1_000_000;

    private final ClientQuotas quotas = new ClientQuotas(QuotaWindows.DEFAULT);

    @Test
    void nothingIsNotedWithoutQuota() {
        assertThat(quotas.limitsClients()).isFalse();
        assertThat(quotas.record(QuotaType.PRODUCE, "c", 1L << 40, START_MS)).isZero();
        assertThat(quotas.recordTime("c", 1L << 40, START_MS)).isZero();
        assertThat(quotas.fetchMaxBytes("c")).isEqualTo(Integer.MAX_VALUE);
        assertThat(quotas.tracked(QuotaType.PRODUCE)).isZero();
    }

    @Test
    void clientIsThrottledUntilItsRateIsWhatItMayBe() {
        quotas.set(new QuotaImages()
                .with("client-id=c", "producer_byte_rate", 1_000)
                .registry());
        // ten complete windows of one second: 10,000 bytes are within it, each further 1,000 cost a second
        assertThat(quotas.record(QuotaType.PRODUCE, "c", 10_000, START_MS)).isZero();
        assertThat(quotas.record(QuotaType.PRODUCE, "c", 2_000, START_MS)).isEqualTo(2_000);
        assertThat(quotas.record(QuotaType.PRODUCE, "other", 1_000_000, START_MS))
                .isZero();
        assertThat(quotas.record(QuotaType.FETCH, "c", 1_000_000, START_MS)).isZero();
    }

    @Test
    void whatWasUsedLongAgoIsForgiven() {
        quotas.set(new QuotaImages()
                .with("client-id=c", "producer_byte_rate", 1_000)
                .registry());
        assertThat(quotas.record(QuotaType.PRODUCE, "c", 20_000, START_MS)).isPositive();
        assertThat(quotas.record(QuotaType.PRODUCE, "c", 1, START_MS + 12_000)).isZero();
    }

    @Test
    void changedQuotaHoldsAtOnceForWhatWasUsedBefore() {
        quotas.set(
                new QuotaImages().with("client-id=c", "consumer_byte_rate", 100).registry());
        assertThat(quotas.record(QuotaType.FETCH, "c", 5_000, START_MS)).isEqualTo(40_000);
        quotas.set(new QuotaImages()
                .with("client-id=c", "consumer_byte_rate", 1_000)
                .registry());
        assertThat(quotas.record(QuotaType.FETCH, "c", 1_000, START_MS)).isZero();
        quotas.set(
                new QuotaImages().with("client-id=c", "consumer_byte_rate", 300).registry());
        assertThat(quotas.record(QuotaType.FETCH, "c", 0, START_MS)).isEqualTo(10_000);
        quotas.set(new QuotaImages().registry());
        assertThat(quotas.limitsClients()).isFalse();
        assertThat(quotas.record(QuotaType.FETCH, "c", 1_000_000, START_MS)).isZero();
    }

    @Test
    void clientsOfUserShareTheUsersQuota() {
        quotas.set(new QuotaImages()
                .with("user=ANONYMOUS", "producer_byte_rate", 1_000)
                .registry());
        assertThat(quotas.record(QuotaType.PRODUCE, "a", 8_000, START_MS)).isZero();
        assertThat(quotas.record(QuotaType.PRODUCE, "b", 8_000, START_MS)).isEqualTo(6_000);
        assertThat(quotas.tracked(QuotaType.PRODUCE)).isEqualTo(1);
    }

    @Test
    void requestTimeIsPaidBackWindowByWindow() {
        quotas.set(
                new QuotaImages().with("client-id=c", "request_percentage", 10).registry());
        // 10 % over ten seconds are one second of the loop
        assertThat(quotas.recordTime("c", 900_000_000, START_MS)).isZero();
        assertThat(quotas.recordTime("c", 200_000_000, START_MS)).isEqualTo(1_000);
        quotas.recordTimeAfterwards("c", 1_000_000_000, START_MS);
        assertThat(quotas.recordTime("c", 0, START_MS)).isEqualTo(1_000);
    }

    @Test
    void oneFetchGetsNoMoreThanAllWindowsGive() {
        quotas.set(new QuotaImages()
                .with("client-id=c", "consumer_byte_rate", 1_000)
                .registry());
        assertThat(quotas.fetchMaxBytes("c")).isEqualTo(10_000);
        assertThat(quotas.fetchMaxBytes("d")).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void everNewClientIdsAreForgottenInTime() {
        quotas.set(new QuotaImages()
                .with("client-id=<default>", "producer_byte_rate", 1)
                .registry());
        for (int i = 0; i < QuotaUse.MAX_TRACKED + 100; i++) {
            quotas.record(QuotaType.PRODUCE, "c" + i, 1, START_MS);
        }
        assertThat(quotas.tracked(QuotaType.PRODUCE)).isEqualTo(QuotaUse.MAX_TRACKED);
    }

    @Test
    void metricsTellWhoWasThrottledAndHowFastEachIs() {
        quotas.set(new QuotaImages()
                .with("client-id=c", "producer_byte_rate", 1_000)
                .with("client-id=c", "request_percentage", 10)
                .registry());
        quotas.record(QuotaType.PRODUCE, "c", 12_000, START_MS);
        quotas.recordTime("c", 500_000_000, START_MS);
        SortedMap<String, LongSupplier> metrics = quotas.metrics(() -> START_MS);
        assertThat(metrics.get("Produce.throttled-requests").getAsLong()).isEqualTo(1);
        assertThat(metrics.get("Produce.throttle-time-total-ms").getAsLong()).isEqualTo(2_000);
        assertThat(metrics.get("Fetch.throttled-requests").getAsLong()).isZero();
        assertThat(metrics.get("Produce.byte-rate,user=,client-id=c").getAsLong())
                .isEqualTo(1_200);
        assertThat(metrics.get("Request.request-time-permille,user=,client-id=c")
                        .getAsLong())
                .isEqualTo(50);
    }

    @Test
    void addressIsHeldBackByItsOwnRateOnly() {
        ConnectionRates rates = new ConnectionRates(quotas, Integer.MAX_VALUE);
        InetAddress address = InetAddress.getLoopbackAddress();
        assertThat(rates.onConnection(address, START_MS)).isZero();
        quotas.set(new QuotaImages()
                .with("ip=127.0.0.1", "connection_creation_rate", 1)
                .registry());
        for (int i = 0; i < 10; i++) {
            assertThat(rates.onConnection(address, START_MS)).isZero();
        }
        // those that are refused do not count: with time it may come again
        assertThat(rates.onConnection(address, START_MS)).isEqualTo(1_000);
        assertThat(rates.onConnection(address, START_MS)).isEqualTo(1_000);
        assertThat(rates.onConnection(address, START_MS + 11_000)).isZero();
        assertThat(rates.onAccepted(START_MS)).isZero();
    }

    @Test
    void nodeAcceptsNoFasterThanItsRate() {
        ConnectionRates rates = new ConnectionRates(quotas, 2);
        for (int i = 0; i < 20; i++) {
            assertThat(rates.onAccepted(START_MS)).isZero();
        }
        assertThat(rates.onAccepted(START_MS)).isEqualTo(500);
        assertThat(rates.onAccepted(START_MS)).isEqualTo(1_000);
        assertThat(rates.onConnection(InetAddress.getLoopbackAddress(), START_MS))
                .isZero();
    }

    @Test
    void longIdsTakeNoMoreMemoryThanShortOnes() {
        quotas.set(new QuotaImages()
                .with("client-id=<default>", "producer_byte_rate", 1_000)
                .registry());
        String longId = "x".repeat(32_000);
        assertThat(quotas.record(QuotaType.PRODUCE, longId + "1", 10_000, START_MS))
                .isZero();
        assertThat(quotas.record(QuotaType.PRODUCE, longId + "2", 2_000, START_MS))
                .isEqualTo(2_000);
        assertThat(quotas.tracked(QuotaType.PRODUCE)).isEqualTo(1);
        assertThat(quotas.metrics(() -> START_MS).keySet()).allMatch(name -> name.length() < 1_000);
    }
}
