// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopicConfigsTest {
    @Test
    void everyDefaultIsPermittedAndExplained() {
        assertThat(TopicConfigs.keys()).isNotEmpty();
        for (TopicConfigKey key : TopicConfigs.keys()) {
            assertThat(TopicConfigs.problem(key.name(), key.defaultValue()))
                    .as(key.name())
                    .isNull();
            assertThat(key.documentation()).endsWith(".");
            assertThat(TopicConfigs.key(key.name())).isSameAs(key);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "retention.ms, -1",
        "retention.ms, 9223372036854775807",
        "segment.bytes, 1024",
        "min.insync.replicas, 1",
        "flush.policy, replicated",
        "flush.policy, interval",
        "flush.ms, 0",
        "flush.messages, 2",
        "unclean.leader.election.enable, true",
        "cleanup.policy, delete",
        "message.timestamp.type, LogAppendTime",
        "compression.type, producer",
        "compression.type, zstd",
        "compression.gzip.level, 9",
        "retention.bytes, 0"
    })
    void permitted(String name, String value) {
        assertThat(TopicConfigs.problem(name, value)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "retention.ms, -2",
        "retention.ms, soon",
        "segment.bytes, 1023",
        "segment.bytes, 2147483648",
        "min.insync.replicas, 0",
        "flush.policy, COMMIT",
        "flush.messages, 1",
        "unclean.leader.election.enable, yes",
        "cleanup.policy, compacted",
        "cleanup.policy, 'delete,keep'",
        "cleanup.policy, ''",
        "min.cleanable.dirty.ratio, 1.5",
        "delete.retention.ms, -1",
        "record.validation, all",
        "compression.type, brotli",
        "compression.gzip.level, 0",
        "compression.zstd.level, 23",
        "segment.ms, 0",
        "no.such.setting, 1"
    })
    void refusedWithItsName(String name, String value) {
        assertThat(TopicConfigs.problem(name, value)).contains(name);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "3, 2", "5, 2"})
    void defaultMinIsrDependsOnTheReplicas(int replicas, int expected) {
        assertThat(TopicConfigs.effectiveMinIsr(Map.of(), replicas)).isEqualTo(expected);
        assertThat(TopicConfigs.value(Map.of(), replicas, "min.insync.replicas"))
                .isEqualTo(Integer.toString(expected));
    }

    @Test
    void minIsrIsNeverMoreThanTheReplicas() {
        assertThat(TopicConfigs.effectiveMinIsr(Map.of("min.insync.replicas", "3"), 2))
                .isEqualTo(2);
        assertThat(TopicConfigs.effectiveMinIsr(Map.of("min.insync.replicas", "1"), 3))
                .isEqualTo(1);
    }

    @Test
    void overrideGoesBeforeTheDefault() {
        assertThat(TopicConfigs.value(Map.of("retention.ms", "5"), 3, "retention.ms"))
                .isEqualTo("5");
        assertThat(TopicConfigs.value(Map.of(), 3, "retention.ms")).isEqualTo("604800000");
        assertThatThrownBy(() -> TopicConfigs.value(Map.of(), 3, "no.such"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void commitAndCleanElectionAreTheDefaults() {
        assertThat(TopicConfigs.flushesBeforeAck(Map.of())).isTrue();
        assertThat(TopicConfigs.flushesBeforeAck(Map.of("flush.policy", "interval")))
                .isFalse();
        assertThat(TopicConfigs.flushesBeforeAck(Map.of("flush.policy", "replicated")))
                .isFalse();
        assertThat(TopicConfigs.electsUncleanly(Map.of())).isFalse();
        assertThat(TopicConfigs.electsUncleanly(Map.of("unclean.leader.election.enable", "true")))
                .isTrue();
    }
}
