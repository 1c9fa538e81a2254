// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.client.MetadataUnavailable;
import io.shiplog.metadata.client.NewTopicSpec;
import io.shiplog.metadata.client.TopicOutcome;
import io.shiplog.metadata.client.TopicSelector;
import io.shiplog.metadata.image.MetadataImage;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class QuorumAdminTest {
    private static final Uuid TOPIC = new Uuid(0, 7);
    private static final int TIMEOUT_MS = 60_000;

    private final ScriptedMetadataClient client = new ScriptedMetadataClient();
    private final QuorumAdmin admin = new QuorumAdmin(client, Runnable::run);
    private final MetadataImage withTopic =
            Images.after(MetadataImage.empty(), Images.topic(TOPIC, "t"), Images.partition(TOPIC, 0, 101, 101, 102));

    @Test
    void answerOfTheFirstAttemptStands() {
        client.answer(outcome(Errors.TOPIC_ALREADY_EXISTS));
        assertThat(create(false).join()).containsExactly(outcome(Errors.TOPIC_ALREADY_EXISTS));
    }

    @Test
    void topicThatAnEarlierAttemptCreatedIsASuccess() {
        client.fail(new MetadataUnavailable("closed"));
        client.imageThen(withTopic);
        client.answer(outcome(Errors.TOPIC_ALREADY_EXISTS));
        assertThat(create(false).join()).containsExactly(new TopicOutcome("t", TOPIC, Errors.NONE, null, 1, 2));
    }

    @Test
    void topicThatWasThereBeforeTheFirstAttemptIsNone() {
        client.image = withTopic;
        client.fail(new MetadataUnavailable("closed"));
        client.answer(outcome(Errors.TOPIC_ALREADY_EXISTS));
        assertThat(create(false).join()).containsExactly(outcome(Errors.TOPIC_ALREADY_EXISTS));
    }

    @Test
    void validationCreatesNothingInAnyAttempt() {
        client.fail(new MetadataUnavailable("closed"));
        client.imageThen(withTopic);
        client.answer(outcome(Errors.TOPIC_ALREADY_EXISTS));
        assertThat(create(true).join()).containsExactly(outcome(Errors.TOPIC_ALREADY_EXISTS));
    }

    @Test
    void topicNotYetSeenHereIsAskedForAgain() {
        client.fail(new MetadataUnavailable("closed"));
        client.answer(outcome(Errors.TOPIC_ALREADY_EXISTS));
        client.imageThen(withTopic);
        client.answer(outcome(Errors.TOPIC_ALREADY_EXISTS));
        assertThat(create(false).join()).extracting(TopicOutcome::error).containsExactly(Errors.NONE);
    }

    @Test
    void timeThatIsUpEndsTheAttempts() {
        client.fail(new MetadataUnavailable("closed"));
        CompletableFuture<List<TopicOutcome>> created = admin.createTopics(specs(), false, 1);
        assertThat(created).isCompletedExceptionally();
    }

    @Test
    void otherFailuresAreNotTriedAgain() {
        client.fail(new IllegalStateException("a bug"));
        assertThat(create(false)).isCompletedExceptionally();
    }

    @Test
    void topicThatAnEarlierAttemptDeletedIsASuccess() {
        client.image = withTopic;
        client.fail(new MetadataUnavailable("closed"));
        client.answer(outcome(Errors.UNKNOWN_TOPIC_OR_PARTITION));
        assertThat(admin.deleteTopics(List.of(TopicSelector.byName("t")), TIMEOUT_MS)
                        .join())
                .extracting(TopicOutcome::error)
                .containsExactly(Errors.NONE);
    }

    @Test
    void topicThatWasNeverThereStaysUnknown() {
        client.fail(new MetadataUnavailable("closed"));
        client.answer(outcome(Errors.UNKNOWN_TOPIC_OR_PARTITION));
        assertThat(admin.deleteTopics(List.of(TopicSelector.byName("t")), TIMEOUT_MS)
                        .join())
                .extracting(TopicOutcome::error)
                .containsExactly(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }

    private CompletableFuture<List<TopicOutcome>> create(boolean validateOnly) {
        return admin.createTopics(specs(), validateOnly, TIMEOUT_MS);
    }

    private static List<NewTopicSpec> specs() {
        return List.of(new NewTopicSpec("t", 1, (short) 2, Map.of(), Map.of()));
    }

    private static TopicOutcome outcome(Errors error) {
        return new TopicOutcome("t", Uuid.ZERO_UUID, error, "said the controller", -1, -1);
    }
}
