// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.quota;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.server.quota.QuotaTable.Share;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class QuotaTableTest {
    private static final String RATE = "producer_byte_rate";
    /** In Kafka's order, each with the limit that is its place in the list. */
    private static final List<String> LEVELS = List.of(
            "user=u, client-id=c",
            "user=u, client-id=<default>",
            "user=u",
            "user=<default>, client-id=c",
            "user=<default>, client-id=<default>",
            "user=<default>",
            "client-id=c",
            "client-id=<default>");

    private static final List<Share> SHARES = List.of(
            new Share(1, "u", "c"),
            new Share(2, "u", "c"),
            new Share(3, "u", ""),
            new Share(4, "u", "c"),
            new Share(5, "u", "c"),
            new Share(6, "u", ""),
            new Share(7, "", "c"),
            new Share(8, "", "c"));

    @Test
    void firstOfKafkasEightLevelsHolds() {
        for (int first = 0; first < LEVELS.size(); first++) {
            QuotaImages quotas = new QuotaImages();
            for (int level = first; level < LEVELS.size(); level++) {
                quotas.with(LEVELS.get(level), RATE, level + 1);
            }
            assertThat(QuotaTable.of(quotas.registry()).find(QuotaType.PRODUCE, "u", "c"))
                    .as(LEVELS.get(first))
                    .isEqualTo(SHARES.get(first));
        }
    }

    @Test
    void nobodyElsesQuotaHolds() {
        QuotaImages quotas = new QuotaImages()
                .with("user=v, client-id=c", RATE, 1)
                .with("user=u, client-id=d", RATE, 1)
                .with("user=v", RATE, 1)
                .with("client-id=d", RATE, 1)
                .with("user=<default>, client-id=d", RATE, 1);
        assertThat(QuotaTable.of(quotas.registry()).find(QuotaType.PRODUCE, "u", "c"))
                .isNull();
    }

    @Test
    void typesAreLookedForEachByItself() {
        QuotaTable table = QuotaTable.of(new QuotaImages()
                .with("user=u, client-id=c", "consumer_byte_rate", 1)
                .with("client-id=c", RATE, 2)
                .with("user=<default>", "request_percentage", 3)
                .registry());
        assertThat(table.find(QuotaType.FETCH, "u", "c")).isEqualTo(new Share(1, "u", "c"));
        assertThat(table.find(QuotaType.PRODUCE, "u", "c")).isEqualTo(new Share(2, "", "c"));
        assertThat(table.find(QuotaType.REQUEST, "u", "c")).isEqualTo(new Share(3, "u", ""));
    }

    @Test
    void onlyWhatIsEnforcedCounts() {
        QuotaTable table = QuotaTable.of(new QuotaImages()
                .with("user=u", "controller_mutation_rate", 1)
                .with("ip=10.0.0.1", "connection_creation_rate", 1)
                .registry());
        assertThat(table.limitsClients()).isFalse();
        assertThat(table.limitsAddresses()).isTrue();
        assertThat(QuotaTable.EMPTY.limitsAddresses()).isFalse();
    }

    @Test
    void addressesHaveTheirOwnRateOrTheDefault() throws Exception {
        InetAddress one = InetAddress.getByAddress(new byte[] {10, 0, 0, 1});
        InetAddress other = InetAddress.getByAddress(new byte[] {10, 0, 0, 2});
        QuotaImages quotas = new QuotaImages().with("ip=10.0.0.1", "connection_creation_rate", 5);
        assertThat(QuotaTable.of(quotas.registry()).connectionRate(one)).isEqualTo(5);
        assertThat(QuotaTable.of(quotas.registry()).connectionRate(other)).isInfinite();
        quotas.with("ip=<default>", "connection_creation_rate", 7);
        assertThat(QuotaTable.of(quotas.registry()).connectionRate(one)).isEqualTo(5);
        assertThat(QuotaTable.of(quotas.registry()).connectionRate(other)).isEqualTo(7);
    }

    /** An IPv6 address can be written in many ways; a connection's has the interface that it came through, besides. */
    @Test
    void addressesAreTheSameHoweverTheyAreWritten() throws Exception {
        QuotaTable table = QuotaTable.of(new QuotaImages()
                .with("ip=2001:DB8::1", "connection_creation_rate", 5)
                .with("ip=fe80::1", "connection_creation_rate", 6)
                .with("ip=::ffff:10.0.0.1", "connection_creation_rate", 7)
                .registry());
        assertThat(table.connectionRate(InetAddress.getByName("2001:db8:0:0:0:0:0:1")))
                .isEqualTo(5);
        byte[] local = InetAddress.getByName("fe80::1").getAddress();
        assertThat(table.connectionRate(Inet6Address.getByAddress("", local, 3)))
                .isEqualTo(6);
        assertThat(table.connectionRate(InetAddress.getByName("10.0.0.1"))).isEqualTo(7);
    }
}
