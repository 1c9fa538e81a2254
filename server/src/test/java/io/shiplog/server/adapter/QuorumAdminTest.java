// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.client.MetadataRefusal;
import io.shiplog.metadata.client.MetadataUnavailable;
import io.shiplog.metadata.client.NewTopicSpec;
import io.shiplog.metadata.client.RequestOrigin;
import io.shiplog.metadata.client.TopicOutcome;
import io.shiplog.metadata.client.TopicSelector;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.CreatePartitionsCommand;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.server.api.AdminAnswer;
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
    void creationIsPassedOn() {
        client.answer(outcome(Errors.TOPIC_ALREADY_EXISTS));
        assertThat(create().join()).containsExactly(outcome(Errors.TOPIC_ALREADY_EXISTS));
    }

    @Test
    void timeThatIsUpEndsTheAttempts() {
        client.fail(new MetadataUnavailable("closed"));
        assertThat(admin.deleteTopics(List.of(TopicSelector.byName("t")), RequestOrigin.OWN, 1))
                .isCompletedExceptionally();
    }

    @Test
    void otherFailuresAreNotTriedAgain() {
        client.fail(new IllegalStateException("a bug"));
        assertThat(admin.deleteTopics(List.of(TopicSelector.byName("t")), RequestOrigin.OWN, TIMEOUT_MS))
                .isCompletedExceptionally();
    }

    @Test
    void deletionInDoubtIsAskedForAgainByTheIdThatTheTopicHad() {
        client.image = withTopic;
        client.fail(new MetadataUnavailable("closed"));
        client.answer(outcome(Errors.NONE));
        assertThat(admin.deleteTopics(List.of(TopicSelector.byName("t")), RequestOrigin.OWN, TIMEOUT_MS)
                        .join())
                .hasSize(1);
        assertThat(client.deletions)
                .containsExactly(List.of(TopicSelector.byName("t")), List.of(TopicSelector.byId(TOPIC)));
    }

    @Test
    void topicThatAnEarlierAttemptDeletedIsASuccess() {
        client.image = withTopic;
        client.fail(new MetadataUnavailable("closed"));
        client.answer(outcome(Errors.UNKNOWN_TOPIC_OR_PARTITION));
        assertThat(admin.deleteTopics(List.of(TopicSelector.byName("t")), RequestOrigin.OWN, TIMEOUT_MS)
                        .join())
                .extracting(TopicOutcome::error)
                .containsExactly(Errors.NONE);
    }

    @Test
    void topicThatWasNeverThereStaysUnknown() {
        client.fail(new MetadataUnavailable("closed"));
        client.answer(outcome(Errors.UNKNOWN_TOPIC_OR_PARTITION));
        assertThat(admin.deleteTopics(List.of(TopicSelector.byName("t")), RequestOrigin.OWN, TIMEOUT_MS)
                        .join())
                .extracting(TopicOutcome::error)
                .containsExactly(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }

    @Test
    void commandInDoubtIsGivenAgainAndTheAnswerSaysSo() {
        client.failSubmission(new MetadataUnavailable("closed"));
        client.answer(MetadataResult.newBuilder().setMetadataOffset(5).build());
        AdminAnswer answer = submit(TIMEOUT_MS);
        assertThat(answer.error()).isEqualTo(Errors.NONE);
        assertThat(answer.repeated()).isTrue();
        assertThat(answer.result().getMetadataOffset()).isEqualTo(5);
        assertThat(client.submitted).hasSize(2);
    }

    @Test
    void refusedCommandIsNotGivenAgain() {
        client.failSubmission(new MetadataRefusal(Errors.INVALID_PARTITIONS, "too few"));
        AdminAnswer answer = submit(TIMEOUT_MS);
        assertThat(answer.error()).isEqualTo(Errors.INVALID_PARTITIONS);
        assertThat(answer.message()).isEqualTo("too few");
        assertThat(answer.repeated()).isFalse();
    }

    @Test
    void commandWhoseTimeIsUpEndsInATimeOut() {
        client.failSubmission(new MetadataUnavailable("closed"));
        assertThat(submit(1).error()).isEqualTo(Errors.REQUEST_TIMED_OUT);
    }

    @Test
    void nobodyHearsOfAControllerThatIsNone() {
        client.failSubmission(new MetadataRefusal(Errors.NOT_CONTROLLER, ""));
        assertThat(submit(1).error()).isEqualTo(Errors.REQUEST_TIMED_OUT);
        client.failSubmission(new MetadataRefusal(Errors.NOT_CONTROLLER, ""));
        client.answer(MetadataResult.getDefaultInstance());
        assertThat(submit(TIMEOUT_MS).error()).isEqualTo(Errors.NONE);
    }

    @Test
    void changeOfVotersInDoubtIsAskedForAgain() {
        client.failSubmission(new MetadataUnavailable("closed"));
        client.failSubmission(new MetadataRefusal(Errors.VOTER_NOT_FOUND, "is none"));
        AdminAnswer removed = admin.removeQuorumVoter("", 3, TOPIC, TIMEOUT_MS).join();
        assertThat(removed.error()).isEqualTo(Errors.VOTER_NOT_FOUND);
        assertThat(removed.repeated()).isTrue();
        client.answer(MetadataResult.getDefaultInstance());
        AdminAnswer added = admin.addQuorumVoter("", 3, TOPIC, TIMEOUT_MS).join();
        assertThat(added.error()).isEqualTo(Errors.NONE);
        assertThat(added.repeated()).isFalse();
    }

    private AdminAnswer submit(int timeoutMs) {
        RequestOrigin origin = new RequestOrigin("User:ANONYMOUS", "tool@127.0.0.1");
        return admin.submit(
                        MetadataCommand.newBuilder().setCreatePartitions(CreatePartitionsCommand.getDefaultInstance()),
                        origin,
                        timeoutMs)
                .join();
    }

    private CompletableFuture<List<TopicOutcome>> create() {
        return admin.createTopics(
                List.of(new NewTopicSpec("t", 1, (short) 2, Map.of(), Map.of())), false, RequestOrigin.OWN, TIMEOUT_MS);
    }

    private static TopicOutcome outcome(Errors error) {
        return new TopicOutcome("t", Uuid.ZERO_UUID, error, "said the controller", -1, -1);
    }
}
