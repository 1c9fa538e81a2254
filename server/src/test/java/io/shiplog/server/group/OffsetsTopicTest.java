// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.client.RequestOrigin;
import io.shiplog.metadata.client.TopicOutcome;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.server.api.AdminPort;
import io.shiplog.server.api.ClusterView;
import io.shiplog.server.api.CreationFailures;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** All consumers of a cluster ask for the topic at once, and again until it is there. */
class OffsetsTopicTest {
    private final ArrayDeque<CompletableFuture<List<TopicOutcome>>> asked = new ArrayDeque<>();
    private long nowMs = 7;
    private final OffsetsTopic topic =
            new OffsetsTopic(new GroupSettings(1, 10, Map.of()), new NothingKnown(), admin(), () -> nowMs);

    private static final class NothingKnown implements ClusterView {
        @Override
        public int nodeId() {
            return 1;
        }

        @Override
        public MetadataImage image() {
            return MetadataImage.empty();
        }
    }

    /** One that is asked to create topics and for nothing else. */
    private AdminPort admin() {
        return (AdminPort) Proxy.newProxyInstance(
                AdminPort.class.getClassLoader(), new Class<?>[] {AdminPort.class}, (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("createTopics");
                    asked.add(new CompletableFuture<>());
                    return asked.peekLast();
                });
    }

    private void answer(Errors error) {
        asked.remove().complete(List.of(new TopicOutcome("__consumer_offsets", Uuid.ZERO_UUID, error, "", 50, 3)));
    }

    @Test
    void theControllerIsAskedOnceAtATime() {
        topic.create(RequestOrigin.OWN);
        topic.create(RequestOrigin.OWN);
        assertThat(asked).hasSize(1);
        answer(Errors.NONE);
        topic.create(RequestOrigin.OWN);
        assertThat(asked).hasSize(1);
    }

    @Test
    void whatFailedIsNotTriedAgainAtOnce() {
        topic.create(RequestOrigin.OWN);
        answer(Errors.INVALID_REPLICATION_FACTOR);
        topic.create(RequestOrigin.OWN);
        assertThat(asked).isEmpty();
        nowMs += CreationFailures.RETRY_MS;
        topic.create(RequestOrigin.OWN);
        assertThat(asked).hasSize(1);
        answer(Errors.TOPIC_ALREADY_EXISTS);
    }
}
