// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.CreateTopicsCommand;
import io.shiplog.metadata.proto.Endpoint;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.NewTopic;
import io.shiplog.metadata.proto.RegisterBrokerCommand;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real quorum nodes over real Ratis, in one process. */
class QuorumNodeTest {
    private static final long WAIT_MS = 30_000;

    @TempDir
    private Path directory;

    static MetadataResult submit(QuorumNode node, MetadataCommand command) throws Exception {
        CompletableFuture<MetadataResult> result = new CompletableFuture<>();
        node.controller().submit(command, result::complete);
        return result.get(WAIT_MS, TimeUnit.MILLISECONDS);
    }

    static MetadataCommand registerBroker(int id) {
        return MetadataCommand.newBuilder()
                .setBrokerId(id)
                .setRegisterBroker(RegisterBrokerCommand.newBuilder()
                        .setIncarnationId(Uuids.toBytes(Uuid.randomUuid()))
                        .setCleanShutdownEpoch(-1)
                        .addDirectoryIds(Uuids.toBytes(Uuid.randomUuid()))
                        .addEndpoints(Endpoint.newBuilder()
                                .setName("PLAINTEXT")
                                .setHost("127.0.0.1")
                                .setPort(9092)))
                .build();
    }

    private static void awaitSameImage(TestQuorum quorum, long offset) {
        Await.until(
                "all nodes at offset " + offset,
                WAIT_MS,
                () -> quorum.running().stream().allMatch(node -> node.image().offset() >= offset));
        long hash = quorum.running().iterator().next().image().stateHash();
        assertThat(quorum.running()).allMatch(node -> node.image().stateHash() == hash);
    }

    @Test
    void groupOfOneFormsAloneAndComesBackFromItsDisk() throws Exception {
        try (TestQuorum quorum = new TestQuorum(directory, 1).startAll()) {
            QuorumNode node = quorum.awaitActive();
            assertThat(submit(node, registerBroker(1)).getError()).isZero();
            // The first controller also tells who the voters are, which is a change of its own.
            Await.until(
                    "voters are told",
                    WAIT_MS,
                    () -> !node.image().quorumVoters().isEmpty());
            MetadataImage before = node.image();
            quorum.kill(1);
            quorum.start(1);
            MetadataImage after = quorum.awaitActive().image();
            assertThat(after.clusterId()).isEqualTo(before.clusterId());
            Await.until("replayed", WAIT_MS, () -> quorum.node(1).image().offset() >= before.offset());
            // The new controller may have fenced the broker already, and told who the voters are.
            assertThat(quorum.node(1).image().broker(1).epoch())
                    .isEqualTo(before.broker(1).epoch());
            assertThat(quorum.node(1).image().broker(1).incarnationId())
                    .isEqualTo(before.broker(1).incarnationId());
            assertThat(quorum.fatals()).isEmpty();
        }
    }

    @Test
    void threeNodesAgreeAndAnotherOneTakesOverFromAKilledLeader() throws Exception {
        try (TestQuorum quorum = new TestQuorum(directory, 3).startAll()) {
            QuorumNode first = quorum.awaitActive();
            MetadataResult registered = submit(first, registerBroker(1));
            assertThat(registered.getError()).isZero();
            awaitSameImage(quorum, registered.getMetadataOffset());

            long killedAtNs = System.nanoTime();
            quorum.kill(first.nodeId());
            QuorumNode second = quorum.awaitActive();
            MetadataResult next = submit(second, registerBroker(2));
            long gapMs = (System.nanoTime() - killedAtNs) / 1_000_000;
            System.getLogger("test").log(System.Logger.Level.INFO, "command works again after " + gapMs + " ms");
            assertThat(next.getError()).isZero();
            assertThat(second.image().broker(1)).isNotNull();

            quorum.start(first.nodeId());
            awaitSameImage(quorum, next.getMetadataOffset());
            assertThat(quorum.fatals()).isEmpty();
        }
    }

    @Test
    void commandsOnANodeThatDoesNotLeadAreNotCarriedOut() throws Exception {
        try (TestQuorum quorum = new TestQuorum(directory, 3).startAll()) {
            QuorumNode active = quorum.awaitActive();
            QuorumNode other = quorum.running().stream()
                    .filter(node -> node.nodeId() != active.nodeId() && node.controller() != null)
                    .findFirst()
                    .orElseThrow();
            MetadataCommand create = MetadataCommand.newBuilder()
                    .setBrokerId(-1)
                    .setCreateTopics(CreateTopicsCommand.newBuilder()
                            .addTopics(NewTopic.newBuilder()
                                    .setName("t")
                                    .setPartitions(1)
                                    .setReplicationFactor(1)))
                    .build();
            assertThat(submit(other, create).getError()).isEqualTo(Errors.NOT_CONTROLLER.code());
            assertThat(submit(active, create).getCreateTopics().getTopics(0).getError())
                    .isEqualTo(Errors.INVALID_REPLICATION_FACTOR.code());
        }
    }
}
