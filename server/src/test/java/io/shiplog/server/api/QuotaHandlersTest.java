// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.kafka.common.message.AlterClientQuotasRequestData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.EntityData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.EntryData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.OpData;
import org.apache.kafka.common.message.AlterClientQuotasResponseData;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData.ComponentData;
import org.apache.kafka.common.message.DescribeClientQuotasResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuotaHandlersTest {
    private static final int LATEST = 1;
    private static final byte EXACT = 0;
    private static final byte DEFAULT = 1;
    private static final byte ANY = 2;

    private final AdminHarness harness = new AdminHarness(
            (cluster, admin) -> List.of(new AlterClientQuotasHandler(admin), new DescribeClientQuotasHandler(cluster)));

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void quotasAreSetDescribedAndRemovedInEveryVersion(int version) {
        assertThat(alter(version, entry(user("alice"), op("producer_byte_rate", 1000))))
                .containsExactly("NONE");
        assertThat(describe(version, false, component("user", EXACT, "alice")))
                .containsExactly("user=alice producer_byte_rate=1000.0");
        assertThat(alter(
                        version,
                        entry(user("alice"), op("producer_byte_rate", 0).setRemove(true))))
                .containsExactly("NONE");
        assertThat(describe(version, false)).isEmpty();
    }

    @Test
    void eachEntityIsDecidedForItself() {
        assertThat(alter(
                        LATEST,
                        entry(user("alice"), op("no_such_quota", 1)),
                        entry(user("bob"), op("producer_byte_rate", -1)),
                        entry(user(null), op("producer_byte_rate", 5)),
                        entry(
                                new EntityData().setEntityType("planet").setEntityName("x"),
                                op("producer_byte_rate", 5))))
                .containsExactly("INVALID_REQUEST", "INVALID_REQUEST", "NONE", "INVALID_REQUEST");
        assertThat(describe(LATEST, false)).containsExactly("user=null producer_byte_rate=5.0");
    }

    @Test
    void validationChangesNothing() {
        long before = harness.state();
        var request = new AlterClientQuotasRequestData()
                .setEntries(List.of(entry(user("alice"), op("producer_byte_rate", 1000))))
                .setValidateOnly(true);
        assertThat(alter(LATEST, request)).containsExactly("NONE");
        assertThat(harness.state()).isEqualTo(before);
    }

    @Test
    void filtersChooseByTypeAndName() {
        alter(
                LATEST,
                entry(user("alice"), op("request_percentage", 1)),
                entry(user(null), op("request_percentage", 2)),
                both("alice", "app", op("request_percentage", 3)));
        assertThat(describe(LATEST, false)).hasSize(3);
        assertThat(describe(LATEST, false, component("user", EXACT, "alice")))
                .hasSize(2)
                .contains("user=alice request_percentage=1.0");
        assertThat(describe(LATEST, true, component("user", EXACT, "alice")))
                .containsExactly("user=alice request_percentage=1.0");
        assertThat(describe(LATEST, false, component("user", DEFAULT, null)))
                .containsExactly("user=null request_percentage=2.0");
        assertThat(describe(LATEST, true, component("user", ANY, null))).hasSize(2);
        assertThat(describe(LATEST, false, component("client-id", ANY, null))).hasSize(1);
        assertThat(describe(LATEST, false, component("ip", ANY, null))).isEmpty();
        assertThat(describe(LATEST, true)).isEmpty();
    }

    @Test
    void filtersThatAskForNothingAreRefused() {
        assertThat(fault(component("", EXACT, "a"))).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(fault(component("planet", EXACT, "a"))).isEqualTo(Errors.UNSUPPORTED_VERSION);
        assertThat(fault(component("user", EXACT, null))).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(fault(component("user", DEFAULT, "a"))).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(fault(component("user", ANY, "a"))).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(fault(component("user", (byte) 9, "a"))).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(fault(component("user", EXACT, "a"), component("user", EXACT, "b")))
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(fault(component("user", EXACT, "a"), component("ip", EXACT, "127.0.0.1")))
                .isEqualTo(Errors.INVALID_REQUEST);
    }

    @Test
    void refusalOfTheWholeIsToldForEachEntity() {
        harness.admin.answers.add(AdminAnswer.refused(Errors.REQUEST_TIMED_OUT, "no controller", false));
        assertThat(alter(LATEST, entry(user("a"), op("producer_byte_rate", 1)), entry(user("b"))))
                .containsExactly("REQUEST_TIMED_OUT", "REQUEST_TIMED_OUT");
    }

    private static EntityData user(String name) {
        return new EntityData().setEntityType("user").setEntityName(name);
    }

    private static OpData op(String key, double value) {
        return new OpData().setKey(key).setValue(value);
    }

    private static EntryData entry(EntityData entity, OpData... ops) {
        return new EntryData().setEntity(List.of(entity)).setOps(List.of(ops));
    }

    private static EntryData both(String user, String clientId, OpData op) {
        return new EntryData()
                .setEntity(List.of(
                        user(user), new EntityData().setEntityType("client-id").setEntityName(clientId)))
                .setOps(List.of(op));
    }

    private static ComponentData component(String type, byte matchType, String match) {
        return new ComponentData().setEntityType(type).setMatchType(matchType).setMatch(match);
    }

    private List<String> alter(int version, EntryData... entries) {
        return alter(version, new AlterClientQuotasRequestData().setEntries(List.of(entries)));
    }

    private List<String> alter(int version, AlterClientQuotasRequestData request) {
        return harness
                .ask(ApiKeys.ALTER_CLIENT_QUOTAS, version, request, new AlterClientQuotasResponseData())
                .entries()
                .stream()
                .map(e -> Errors.forCode(e.errorCode()).name())
                .toList();
    }

    private Errors fault(ComponentData... components) {
        DescribeClientQuotasResponseData response = ask(LATEST, false, components);
        assertThat(response.entries()).isNull();
        return Errors.forCode(response.errorCode());
    }

    private List<String> describe(int version, boolean strict, ComponentData... components) {
        return ask(version, strict, components).entries().stream()
                .map(e -> text(e.entity()) + " " + text(e))
                .toList();
    }

    private static String text(List<DescribeClientQuotasResponseData.EntityData> entity) {
        return String.join(
                ",",
                entity.stream().map(e -> e.entityType() + "=" + e.entityName()).toList());
    }

    private static String text(DescribeClientQuotasResponseData.EntryData entry) {
        return String.join(
                ",", entry.values().stream().map(v -> v.key() + "=" + v.value()).toList());
    }

    private DescribeClientQuotasResponseData ask(int version, boolean strict, ComponentData... components) {
        return harness.ask(
                ApiKeys.DESCRIBE_CLIENT_QUOTAS,
                version,
                new DescribeClientQuotasRequestData()
                        .setComponents(List.of(components))
                        .setStrict(strict),
                new DescribeClientQuotasResponseData());
    }
}
