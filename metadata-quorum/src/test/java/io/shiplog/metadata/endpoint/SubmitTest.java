// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.client.MetadataClientSettings;
import io.shiplog.metadata.client.MetadataListener;
import io.shiplog.metadata.client.MetadataRefusal;
import io.shiplog.metadata.client.MetadataUnavailable;
import io.shiplog.metadata.client.QuorumDescription;
import io.shiplog.metadata.client.RequestOrigin;
import io.shiplog.metadata.controller.Controller;
import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.image.MetadataDelta;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.node.Await;
import io.shiplog.metadata.proto.ClusterRecord;
import io.shiplog.metadata.proto.CreateTopicsCommand;
import io.shiplog.metadata.proto.DrainBrokerCommand;
import io.shiplog.metadata.proto.EndpointRequest;
import io.shiplog.metadata.proto.EndpointResponse;
import io.shiplog.metadata.proto.FetchMetadataResponse;
import io.shiplog.metadata.proto.HelloResponse;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.MetadataEntry;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.ProducerIdsRecord;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What becomes of a submitted command, by what the active controller does with it. */
class SubmitTest {
    private static final Logger LOG = LoggerFactory.getLogger(SubmitTest.class);
    private static final int WAIT_MS = 30_000;
    private static final RequestOrigin ALICE = new RequestOrigin("User:alice", "admin@10.0.0.1");

    /** What the controller does with the commands that come, one after the other; those that come later are carried out. */
    private final ConcurrentLinkedQueue<BiConsumer<EndpointCaller, Long>> script = new ConcurrentLinkedQueue<>();

    private final List<MetadataCommand> commands = new CopyOnWriteArrayList<>();
    private final List<MetadataEntry> entries = new CopyOnWriteArrayList<>();
    private volatile boolean active = true;
    /** A reader that waits; of the server's thread. */
    private Runnable parked = () -> {};

    private EndpointServer server;
    private RemoteMetadataClient client;

    @BeforeEach
    void start() throws IOException {
        entries.add(MetadataEntry.newBuilder()
                .addRecords(ImageRecords.record()
                        .setCluster(ClusterRecord.newBuilder().setClusterId("c")))
                .build());
        server = new EndpointServer("127.0.0.1", 0, new ScriptedController());
        client = new RemoteMetadataClient(new MetadataClientSettings(
                List.of(new MetadataClientSettings.Endpoint("127.0.0.1", server.port())),
                -1,
                200,
                1_800,
                5_000,
                60_000,
                20,
                50));
        client.start(new Silent());
        Await.until("the first metadata", WAIT_MS, () -> client.image().offset() == 1);
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private static MetadataCommand.Builder drain() {
        return MetadataCommand.newBuilder()
                .setBrokerId(3)
                .setBrokerEpoch(3)
                .setPrincipal("User:mallory")
                .setDrainBroker(DrainBrokerCommand.newBuilder().setTargetBrokerId(1));
    }

    private CompletableFuture<MetadataResult> submit(MetadataCommand.Builder command, int timeoutMs) {
        return client.submit(command, ALICE, timeoutMs);
    }

    private static void answer(EndpointCaller caller, long id, MetadataResult.Builder result) {
        caller.answer(EndpointResponse.newBuilder()
                .setCorrelationId(id)
                .setResult(result)
                .build());
    }

    private static BiConsumer<EndpointCaller, Long> refuse(Errors error, String message) {
        return (caller, id) -> answer(
                caller, id, MetadataResult.newBuilder().setError(error.code()).setMessage(message));
    }

    private static BiConsumer<EndpointCaller, Long> sayError(Errors error) {
        return (caller, id) -> caller.answer(EndpointResponse.newBuilder()
                .setCorrelationId(id)
                .setError(error.code())
                .build());
    }

    /** A change of the metadata that readers hear of when they ask next. */
    private void agree() {
        long offset = entries.stream().mapToLong(MetadataEntry::getRecordsCount).sum();
        entries.add(MetadataEntry.newBuilder()
                .setDecidedOnOffset(offset)
                .setProposal(offset)
                .addRecords(ImageRecords.record()
                        .setProducerIds(ProducerIdsRecord.newBuilder().setNextProducerId(1_000 * offset)))
                .build());
        server.execute(() -> parked.run());
    }

    @Test
    void isGivenForWhomItNamesAndNotAsABroker() {
        assertThat(submit(drain(), WAIT_MS)).succeedsWithin(WAIT_MS, TimeUnit.MILLISECONDS);
        assertThat(commands).hasSize(1);
        assertThat(commands.get(0).getBrokerId()).isEqualTo(Controller.NO_BROKER);
        assertThat(commands.get(0).getPrincipal()).isEqualTo("User:alice");
        assertThat(commands.get(0).getClient()).isEqualTo("admin@10.0.0.1");
        assertThat(commands.get(0).getDrainBroker().getTargetBrokerId()).isEqualTo(1);
    }

    @Test
    void completesWhenTheClientsOwnImageHasTheChange() {
        CompletableFuture<Void> mayBeRead = new CompletableFuture<>();
        script.add((caller, id) -> {
            answer(caller, id, MetadataResult.newBuilder().setMetadataOffset(2));
            mayBeRead.complete(null);
        });
        CompletableFuture<Long> seen =
                submit(drain(), WAIT_MS).thenApply(result -> client.image().offset());
        assertThat(mayBeRead).succeedsWithin(WAIT_MS, TimeUnit.MILLISECONDS);
        assertThat(seen).isNotDone();
        agree();
        assertThat(seen).succeedsWithin(WAIT_MS, TimeUnit.MILLISECONDS).isEqualTo(2L);
    }

    @Test
    void refusalIsToldWithItsMessage() {
        script.add(refuse(Errors.BROKER_ID_NOT_REGISTERED, "There is no broker 1."));
        assertThat(submit(drain(), WAIT_MS))
                .failsWithin(WAIT_MS, TimeUnit.MILLISECONDS)
                .withThrowableOfType(ExecutionException.class)
                .havingCause()
                .isInstanceOfSatisfying(
                        MetadataRefusal.class,
                        refusal -> assertThat(refusal.error()).isEqualTo(Errors.BROKER_ID_NOT_REGISTERED))
                .withMessageContaining("There is no broker 1.");
        assertThat(commands).hasSize(1);
    }

    @Test
    void isSentAgainWhenItReachedNoController() {
        script.add(sayError(Errors.NOT_CONTROLLER));
        script.add(sayError(Errors.NOT_CONTROLLER));
        assertThat(submit(drain(), WAIT_MS)).succeedsWithin(WAIT_MS, TimeUnit.MILLISECONDS);
        assertThat(commands).hasSize(3);
    }

    @Test
    void isNotSentAgainWhenItMayHaveBeenCarriedOut() {
        script.add(refuse(Errors.REQUEST_TIMED_OUT, "the active controller changed"));
        assertUnavailable(submit(drain(), WAIT_MS));
        assertThat(commands).hasSize(1);
    }

    @Test
    void isNotSentAgainWhenTheConnectionEndsBeforeTheAnswer() {
        script.add((caller, id) -> caller.close("test"));
        assertUnavailable(submit(drain(), WAIT_MS));
        assertThat(commands).hasSize(1);
    }

    @Test
    void creationOfTopicsIsSentAgainBecauseItNamesIds() {
        script.add(refuse(Errors.REQUEST_TIMED_OUT, "the active controller changed"));
        script.add((caller, id) -> caller.close("test"));
        MetadataCommand.Builder creation =
                MetadataCommand.newBuilder().setCreateTopics(CreateTopicsCommand.getDefaultInstance());
        assertThat(submit(creation, WAIT_MS)).succeedsWithin(WAIT_MS, TimeUnit.MILLISECONDS);
        assertThat(commands).hasSize(3);
    }

    @Test
    void failsWhenNoControllerIsFoundInTime() {
        active = false;
        script.add(sayError(Errors.NOT_CONTROLLER));
        assertUnavailable(submit(drain(), 300));
    }

    @Test
    void failsWhenTheClientIsClosed() {
        CompletableFuture<Void> came = new CompletableFuture<>();
        script.add((caller, id) -> came.complete(null));
        CompletableFuture<MetadataResult> unanswered = submit(drain(), WAIT_MS);
        assertThat(came).succeedsWithin(WAIT_MS, TimeUnit.MILLISECONDS);
        client.close();
        assertUnavailable(unanswered);
    }

    @Test
    void creationOfTopicsIsNotSentAgainByAClosedClient() {
        CompletableFuture<Void> came = new CompletableFuture<>();
        script.add((caller, id) -> came.complete(null));
        CompletableFuture<MetadataResult> unanswered =
                submit(MetadataCommand.newBuilder().setCreateTopics(CreateTopicsCommand.getDefaultInstance()), WAIT_MS);
        assertThat(came).succeedsWithin(WAIT_MS, TimeUnit.MILLISECONDS);
        client.close();
        assertUnavailable(unanswered);
    }

    /** What was done is known, but this client's image will never show it. */
    @Test
    void isAnsweredWhenTheClientIsClosedBeforeItsImageHasTheChange() {
        CompletableFuture<Void> came = new CompletableFuture<>();
        script.add((caller, id) -> {
            answer(caller, id, MetadataResult.newBuilder().setMetadataOffset(2));
            came.complete(null);
        });
        CompletableFuture<MetadataResult> result = submit(drain(), WAIT_MS);
        assertThat(came).succeedsWithin(WAIT_MS, TimeUnit.MILLISECONDS);
        client.close();
        assertThat(result).satisfies(each -> Await.until("an end", WAIT_MS, each::isDone));
    }

    @Test
    void questionsFailWhenTheClientIsClosed() {
        CompletableFuture<QuorumDescription> unanswered = client.describeQuorum();
        client.close();
        assertUnavailable(unanswered);
    }

    private static void assertUnavailable(CompletableFuture<?> result) {
        assertThat(result)
                .failsWithin(WAIT_MS, TimeUnit.MILLISECONDS)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(MetadataUnavailable.class);
    }

    private final class ScriptedController implements EndpointHandler {
        @Override
        public void onRequest(EndpointCaller caller, EndpointRequest request) {
            long id = request.getCorrelationId();
            switch (request.getBodyCase()) {
                case HELLO ->
                    caller.answer(EndpointResponse.newBuilder()
                            .setCorrelationId(id)
                            .setHello(HelloResponse.newBuilder()
                                    .setClusterId("c")
                                    .setActiveController(active)
                                    .setMetadataOffset(entries.size()))
                            .build());
                case FETCH_METADATA ->
                    fetch(caller, id, (int) request.getFetchMetadata().getNextOffset());
                case COMMAND -> {
                    commands.add(request.getCommand());
                    BiConsumer<EndpointCaller, Long> next = script.poll();
                    if (next == null) {
                        answer(caller, id, MetadataResult.newBuilder());
                    } else {
                        next.accept(caller, id);
                    }
                }
                default -> LOG.info("not answered: {}", request.getBodyCase());
            }
        }

        /** Every entry has one record. A reader that has them all waits for the next one. */
        private void fetch(EndpointCaller caller, long id, int next) {
            if (next >= entries.size()) {
                parked = () -> fetch(caller, id, next);
                return;
            }
            FetchMetadataResponse.Builder answer =
                    FetchMetadataResponse.newBuilder().setCommittedOffset(entries.size());
            entries.subList(next, entries.size()).forEach(entry -> answer.addEntries(entry.toByteString()));
            caller.answer(EndpointResponse.newBuilder()
                    .setCorrelationId(id)
                    .setFetchMetadata(answer)
                    .build());
        }

        @Override
        public void onClosed(EndpointCaller caller) {}
    }

    private static final class Silent implements MetadataListener {
        @Override
        public void onMetadata(MetadataImage previous, MetadataImage current, MetadataDelta delta) {}

        @Override
        public void onRegistrationLost(Errors error, String message) {}
    }
}
