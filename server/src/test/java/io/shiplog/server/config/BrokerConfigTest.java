// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.metadata.node.ConfigProblem;
import io.shiplog.metadata.node.ConfigValues;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BrokerConfigTest {
    private final Map<String, String> properties = new HashMap<>(
            Map.of("node.id", "101", "log.dirs", "/data/a,/data/b", "quorum.endpoints", "127.0.0.1:1,127.0.0.1:2"));

    @Test
    void requiredKeysAreEnough() {
        BrokerConfig config = read();
        assertThat(config.nodeId()).isEqualTo(101);
        assertThat(config.rack()).isEmpty();
        assertThat(config.listener()).isEqualTo(new HostPort("127.0.0.1", 9092));
        assertThat(config.logDirs()).containsExactly(Path.of("/data/a"), Path.of("/data/b"));
    }

    @Test
    void advertisesTheBoundPortWhenListeningOnAFreeOne() {
        properties.put("listeners", "PLAINTEXT://[::1]:0");
        assertThat(read().advertised(4711)).hasToString("[::1]:4711");
    }

    @Test
    void advertisesWhatItIsTold() {
        properties.put("listeners", "PLAINTEXT://:9092");
        properties.put("advertised.listeners", "PLAINTEXT://broker.example:9093");
        assertThat(read().advertised(9092)).isEqualTo(new HostPort("broker.example", 9093));
    }

    @Test
    void everyInterfaceCannotBeAdvertised() {
        properties.put("listeners", "PLAINTEXT://0.0.0.0:9092");
        refused("advertised.listeners", "since listeners names every interface");
    }

    @Test
    void unknownKeyIsNamedWithTheKnownOnes() {
        properties.put("nodeid", "1");
        refused("nodeid", "unknown key; allowed: node.id, listeners, ");
    }

    @Test
    void missingKeyIsNamed() {
        properties.remove("node.id");
        refused("node.id", "is missing; allowed: a whole number, 0 or more");
    }

    @Test
    void valueOutsideItsRangeIsNamedWithTheRange() {
        properties.put("flush.threads", "65");
        refused("flush.threads", "\"65\" is not allowed; allowed: a whole number from 1 to 64");
    }

    @Test
    void groupsAreCoordinatedByWhatTheFileSays() {
        properties.put("group.max.size", "7");
        assertThat(read().groupSettings().values())
                .containsEntry("group.max.size", "7")
                .containsEntry("offsets.topic.num.partitions", "50");
    }

    @Test
    void settingsOfGroupsThatContradictEachOtherAreRefused() {
        properties.put("group.consumer.session.timeout.ms", "60001");
        refused("group.consumer.session.timeout.ms", "not more than group.consumer.max.session.timeout.ms");
        properties.put("group.consumer.session.timeout.ms", "45000");
        properties.put("group.consumer.max.heartbeat.interval.ms", "45000");
        properties.put("group.consumer.heartbeat.interval.ms", "45000");
        refused("group.consumer.heartbeat.interval.ms", "less than group.consumer.session.timeout.ms");
    }

    @Test
    void textThatIsNoNumberIsRefused() {
        properties.put("message.max.bytes", "1m");
        refused("message.max.bytes", "\"1m\" is not allowed");
    }

    @Test
    void listenerOfAnotherKindIsRefused() {
        properties.put("listeners", "SSL://127.0.0.1:9092");
        refused("listeners", "PLAINTEXT://HOST:PORT");
    }

    @Test
    void secondListenerIsRefused() {
        properties.put("listeners", "PLAINTEXT://127.0.0.1:1,PLAINTEXT://127.0.0.1:2");
        refused("listeners", "exactly one");
    }

    @Test
    void emptyListElementIsRefused() {
        properties.put("quorum.endpoints", "127.0.0.1:1,");
        refused("quorum.endpoints", "allowed: one or more, separated by commas, of HOST:PORT");
    }

    @Test
    void endpointWithoutPortIsRefused() {
        properties.put("quorum.endpoints", "127.0.0.1");
        refused("quorum.endpoints", "\"127.0.0.1\" is not allowed");
    }

    @Test
    void sameLogDirectoryTwiceIsRefused() {
        properties.put("log.dirs", "/data/a,/data/a");
        refused("log.dirs", "directories that differ");
    }

    @Test
    void shippingOfSegmentsCanBeSwitchedOff() {
        assertThat(read().bulkMinBytes()).isEqualTo(64 << 20);
        properties.put("replica.bulk.min.bytes", "-1");
        assertThat(read().bulkMinBytes()).isEqualTo(Long.MAX_VALUE);
        properties.put("replica.bulk.min.bytes", "0");
        assertThat(read().bulkMinBytes()).isEqualTo(1);
    }

    @Test
    void followerMayNotWaitLongerThanItMayLag() {
        properties.put("replica.fetch.wait.max.ms", "2000");
        properties.put("replica.lag.time.max.ms", "1000");
        refused("replica.fetch.wait.max.ms", "not more than replica.lag.time.max.ms, which is 1000");
    }

    @Test
    void longestBatchMustFitIntoARequest() {
        properties.put("message.max.bytes", "20000000");
        refused("message.max.bytes", "less than socket.request.max.bytes");
    }

    @Test
    void everyDefaultIsAllowedAndEveryKeyIsDocumented() {
        for (ConfigKey<?> key : StorageKeys.all()) {
            assertThat(key.documentation()).as(key.name()).matches(".*[.)]");
            assertThat(key.required() || key.parse(key.defaultText()).isPresent())
                    .as("default of " + key.name())
                    .isTrue();
        }
    }

    private BrokerConfig read() {
        ConfigValues values = new ConfigValues("node.properties", properties);
        values.rejectUnknown(StorageKeys.names());
        return BrokerConfig.of(values);
    }

    private void refused(String key, String sentence) {
        assertThatThrownBy(this::read)
                .isInstanceOf(ConfigProblem.class)
                .hasMessageStartingWith("node.properties: " + key + ": ")
                .hasMessageContaining(sentence)
                .hasMessageNotContaining("\n");
    }
}
