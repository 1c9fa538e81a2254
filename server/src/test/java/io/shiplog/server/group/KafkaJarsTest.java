// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URL;
import java.util.Collections;
import java.util.List;
import org.apache.kafka.common.utils.AppInfoParser;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The coordinator and the clients share classes that promise nothing to each other: all of Kafka's jars are of one version, and there is one of each. */
class KafkaJarsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "org/apache/kafka/common/Uuid.class",
                "org/apache/kafka/coordinator/group/GroupCoordinatorService.class",
                "org/apache/kafka/coordinator/common/runtime/CoordinatorRuntime.class",
                "org/apache/kafka/coordinator/group/api/assignor/ConsumerGroupPartitionAssignor.class",
                "org/apache/kafka/server/util/timer/SystemTimer.class",
                "org/apache/kafka/image/MetadataImage.class",
                "org/apache/kafka/storage/internals/log/LogConfig.class"
            })
    void oneVersionOfEach(String resource) throws IOException {
        List<URL> places = Collections.list(KafkaJarsTest.class.getClassLoader().getResources(resource));
        assertThat(places).hasSize(1);
        assertThat(places.get(0).toString()).contains("-" + AppInfoParser.getVersion() + ".jar!");
    }

    /** What the build leaves out; the tests of this package run without it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "kafka.server.KafkaApis",
                "org.apache.kafka.raft.KafkaRaftClient",
                "org.apache.kafka.server.log.remote.storage.RemoteStorageManager",
                "org.apache.kafka.coordinator.share.ShareCoordinatorService",
                "com.fasterxml.jackson.databind.ObjectMapper",
                "com.github.benmanes.caffeine.cache.Caffeine",
                "joptsimple.OptionParser"
            })
    void whatIsNotNeededIsNotThere(String name) {
        assertThatThrownBy(() -> Class.forName(name)).isInstanceOf(ClassNotFoundException.class);
    }
}
