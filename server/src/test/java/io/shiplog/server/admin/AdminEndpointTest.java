// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.client.Lease;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.DescribeNodeRequest;
import io.shiplog.metadata.proto.DescribeNodeResponse;
import io.shiplog.metadata.proto.DescribeQuorumRequest;
import io.shiplog.metadata.proto.DescribeReplicasRequest;
import io.shiplog.metadata.proto.DirectoryState;
import io.shiplog.metadata.proto.EndpointRequest;
import io.shiplog.metadata.proto.EndpointRequest.BodyCase;
import io.shiplog.metadata.proto.EndpointResponse;
import io.shiplog.metadata.proto.HelloRequest;
import io.shiplog.metadata.proto.JobRateState;
import io.shiplog.metadata.proto.ReplicaName;
import io.shiplog.metadata.proto.ReplicaReport;
import io.shiplog.replication.runtime.JobLimits;
import io.shiplog.replication.runtime.JobThrottles;
import io.shiplog.replication.runtime.ReplicaContext;
import io.shiplog.replication.runtime.ReplicaSet;
import io.shiplog.replication.runtime.ReplicationSettings;
import io.shiplog.server.HandLoop;
import io.shiplog.server.adapter.LogDirectories;
import io.shiplog.server.admin.NodeJudgement.DiskJudgement;
import io.shiplog.storage.StorageClock;
import io.shiplog.storage.log.LogDirectory;
import io.shiplog.storage.log.LogDirectoryConfig;
import io.shiplog.storage.log.LogSettings;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminEndpointTest {
    private static final int WAIT_MS = 20_000;
    private static final Uuid TOPIC = new Uuid(0, 7);
    private static final Uuid INCARNATION = new Uuid(3, 4);
    private static final Lease LEASE = new Lease() {
        @Override
        public boolean valid(long nowNs) {
            return true;
        }

        @Override
        public long remainingMs(long nowNs) {
            return 1_234;
        }
    };

    @TempDir
    Path path;

    private final HandLoop running = HandLoop.direct();
    private final HandLoop hanging = HandLoop.waiting();
    private NodeJudgement judgement = NodeJudgement.NONE;
    private LogDirectory directory;
    private ReplicaSet replicas;
    private AdminEndpoint endpoint;
    private int port;

    @BeforeEach
    void start() throws IOException {
        directory = LogDirectory.open(path, LogDirectoryConfig.defaultConfig(), StorageClock.system());
        directory.recover((done, total) -> {});
        directory.markRunning(1);
        start(running);
    }

    private void start(HandLoop loop) throws IOException {
        stopEndpoint();
        replicas = new ReplicaSet(
                new ReplicaContext(loop, (partition, proposal, outcome) -> {}, ReplicationSettings.defaults(1)));
        endpoint = new AdminEndpoint(
                5,
                INCARNATION,
                () -> 42,
                MetadataImage::empty,
                LEASE,
                LogDirectories.of(List.of(directory)),
                replicas,
                loop,
                () -> judgement);
        port = endpoint.bind("127.0.0.1", 0);
    }

    private void stopEndpoint() {
        if (endpoint != null) {
            endpoint.close();
            replicas.close();
        }
    }

    @AfterEach
    void stop() {
        stopEndpoint();
        directory.close();
    }

    /** A connection that says Hello, unless told not to, and then whatever it likes. */
    private final class Caller implements AutoCloseable {
        private final Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);

        Caller() throws IOException {
            socket.setSoTimeout(WAIT_MS);
        }

        Caller greeted() throws IOException {
            ask(EndpointRequest.newBuilder().setHello(HelloRequest.newBuilder().setRole(HelloRequest.Role.TOOL)));
            return this;
        }

        EndpointResponse ask(EndpointRequest.Builder request) throws IOException {
            EndpointResponse response = send(request.setCorrelationId(9).build().toByteArray());
            assertThat(response).as("answer to %s", request).isNotNull();
            assertThat(response.getCorrelationId()).isEqualTo(9);
            return response;
        }

        void write(byte[] message) throws IOException {
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            out.writeInt(message.length);
            out.write(message);
            out.flush();
        }

        /** The answer; null when the connection was closed instead. */
        EndpointResponse send(byte[] message) throws IOException {
            try {
                write(message);
                return receive();
            } catch (EOFException | SocketException e) {
                return null;
            }
        }

        EndpointResponse receive() throws IOException {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            return EndpointResponse.parseFrom(in.readNBytes(in.readInt()));
        }

        boolean isClosedByTheNode() throws IOException {
            try {
                return socket.getInputStream().read() < 0;
            } catch (SocketException reset) {
                return true;
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static EndpointRequest.Builder describeNode() {
        return EndpointRequest.newBuilder().setDescribeNode(DescribeNodeRequest.getDefaultInstance());
    }

    private static EndpointRequest.Builder describeReplicas(int... partitions) {
        DescribeReplicasRequest.Builder question = DescribeReplicasRequest.newBuilder();
        for (int partition : partitions) {
            question.addPartitions(
                    ReplicaName.newBuilder().setTopicId(Uuids.toBytes(TOPIC)).setPartition(partition));
        }
        return EndpointRequest.newBuilder().setDescribeReplicas(question);
    }

    private DescribeNodeResponse description() throws IOException {
        try (Caller caller = new Caller().greeted()) {
            return caller.ask(describeNode()).getDescribeNode();
        }
    }

    private void replica(int partition) {
        TopicIdPartition id = new TopicIdPartition(TOPIC, partition, "t");
        replicas.create(id, directory.create(id, LogSettings.defaults()));
    }

    @Test
    void aNodeTellsWhatJobsMayMoveHere() throws IOException {
        JobThrottles jobs = replicas.throttles().jobs();
        jobs.fix(7, 3_000, 0).setHeld(true);
        jobs.fix(8, 4_000, 0);
        JobLimits adaptive = jobs.adapt(9, 1_000, 0);
        adaptive.asFollower().take(55, 0);
        List<JobRateState> told = description().getJobsList().stream()
                .sorted(Comparator.comparingLong(JobRateState::getJobId))
                .toList();
        assertThat(told)
                .extracting(JobRateState::getKind)
                .containsExactly(JobRateState.Kind.HELD, JobRateState.Kind.FIXED, JobRateState.Kind.ADAPTIVE);
        assertThat(told.get(1).getAsLeader().getBytesPerSecond()).isEqualTo(4_000);
        assertThat(told.get(2).getAsFollower().getPassedBytes()).isEqualTo(55);
    }

    @Test
    void aNodeTellsWhoItIsAndHowItsDirectoriesAre() throws IOException {
        replica(0);
        DescribeNodeResponse node = description();
        assertThat(node.getNodeId()).isEqualTo(5);
        assertThat(node.getBrokerEpoch()).isEqualTo(42);
        assertThat(Uuids.fromBytes(node.getIncarnationId())).isEqualTo(INCARNATION);
        assertThat(node.getLeaseRemainingMs()).isEqualTo(1_234);
        assertThat(node.getReplicas().getIdle()).isEqualTo(1);
        assertThat(node.getAsLeader().getBytesPerSecond()).isEqualTo(-1);
        DirectoryState only = node.getDirectories(0);
        assertThat(only.getPath()).isEqualTo(path.toString());
        assertThat(only.getState()).isEqualTo(DirectoryState.State.ONLINE);
        assertThat(only.getLogs()).isEqualTo(1);
        assertThat(only.getTotalBytes()).isGreaterThan(only.getUsableBytes()).isPositive();
        assertThat(only.getSlow()).isFalse();
    }

    @Test
    void whatTheWatchdogThinksIsTold() throws IOException {
        judgement = new NodeJudgement(false, true, true, Map.of(path, new DiskJudgement(true, true)));
        DescribeNodeResponse node = description();
        assertThat(node.getHealth().getAsksToBeFenced()).isTrue();
        assertThat(node.getHealth().getDegraded()).isTrue();
        assertThat(node.getDirectories(0).getSlow()).isTrue();
        assertThat(node.getDirectories(0).getHung()).isTrue();
    }

    @Test
    void replicasAreToldOfInTheOrderOfTheQuestion() throws IOException {
        for (int i = 0; i < 250; i++) {
            replica(i);
        }
        int[] asked = new int[252];
        for (int i = 0; i < asked.length; i++) {
            asked[i] = 251 - i;
        }
        try (Caller caller = new Caller().greeted()) {
            List<ReplicaReport> reports =
                    caller.ask(describeReplicas(asked)).getDescribeReplicas().getReplicasList();
            assertThat(reports.stream().map(ReplicaReport::getPartition))
                    .containsExactly(Arrays.stream(asked).boxed().toArray(Integer[]::new));
            assertThat(reports.get(0).getRole()).isEqualTo(ReplicaReport.Role.NOT_HERE);
            assertThat(reports.get(2).getRole()).isEqualTo(ReplicaReport.Role.IDLE);
            assertThat(reports.get(2).getDirectory()).isEqualTo(path.toString());
            assertThat(reports.get(2).getDamagedFrom()).isEqualTo(-1);
        }
    }

    /** That is the news, and no reason to say nothing. */
    @Test
    void aNodeWhoseLoopHangsStillTellsTheRest() throws IOException {
        start(hanging);
        judgement = new NodeJudgement(true, true, false, Map.of());
        DescribeNodeResponse node = description();
        assertThat(node.hasReplicas()).isFalse();
        assertThat(node.getHealth().getLoopStalled()).isTrue();
        assertThat(node.getDirectoriesCount()).isEqualTo(1);
        try (Caller caller = new Caller().greeted()) {
            EndpointResponse answer = caller.ask(describeReplicas(0));
            assertThat(answer.getError()).isEqualTo(Errors.REQUEST_TIMED_OUT.code());
            assertThat(answer.getMessage()).isEqualTo("the event loop of the node does not run");
        }
    }

    /** However often it is asked, and whoever has given up waiting. */
    @Test
    void aLoopThatHangsOwesABoundedNumberOfAnswers() throws IOException {
        start(hanging);
        List<Caller> callers = new ArrayList<>();
        for (int i = 0; i < 2 * AdminEndpoint.MAX_QUESTIONS; i++) {
            Caller caller = new Caller().greeted();
            callers.add(caller);
            caller.write(describeReplicas(0).build().toByteArray());
        }
        int refused = 0;
        for (Caller caller : callers) {
            refused += caller.receive().getError() == Errors.THROTTLING_QUOTA_EXCEEDED.code() ? 1 : 0;
            caller.close();
        }
        assertThat(refused).isEqualTo(AdminEndpoint.MAX_QUESTIONS);
        assertThat(hanging.size()).isEqualTo(AdminEndpoint.MAX_QUESTIONS);
        assertThat(description().hasReplicas()).as("without a turn of the loop").isFalse();
        hanging.run();
        try (Caller caller = new Caller().greeted()) {
            caller.write(describeReplicas(0).build().toByteArray());
            while (hanging.size() == 0) {
                Thread.onSpinWait();
            }
            hanging.run();
            assertThat(caller.receive().getError()).isZero();
        }
    }

    @Test
    void aLookThatFailsIsToldOf() throws IOException {
        judgement = null;
        try (Caller caller = new Caller().greeted()) {
            EndpointResponse answer = caller.ask(describeNode());
            assertThat(answer.getError()).isEqualTo(Errors.UNKNOWN_SERVER_ERROR.code());
            judgement = NodeJudgement.NONE;
            assertThat(caller.ask(describeNode()).getError()).isZero();
        }
    }

    /** What escapes there would stop the node. */
    @Test
    void aLookThatFailsOnTheLoopDoesNotReachTheLoop() {
        ReplicaReports broken = new ReplicaReports(null, null, hanging);
        CompletableFuture<?> reports = broken.of(List.of(new PartitionId(TOPIC, 0)));
        CompletableFuture<?> counts = broken.counts();
        hanging.run();
        assertThat(reports).isCompletedExceptionally();
        assertThat(counts).isCompletedExceptionally();
    }

    @Test
    void aLoopThatHasEndedOwesNothing() throws IOException {
        HandLoop ended = HandLoop.direct();
        start(ended);
        ended.end();
        for (int i = 0; i <= AdminEndpoint.MAX_QUESTIONS; i++) {
            try (Caller caller = new Caller().greeted()) {
                assertThat(caller.ask(describeReplicas(0)).getError()).isEqualTo(Errors.UNKNOWN_SERVER_ERROR.code());
            }
        }
    }

    @Test
    void aQuestionLongerThanAnyIsHungUpOn() throws IOException {
        try (Caller caller = new Caller()) {
            new DataOutputStream(caller.socket.getOutputStream()).writeInt((64 << 10) + 1);
            assertThat(caller.isClosedByTheNode()).isTrue();
        }
    }

    @Test
    void moreThanAThousandPartitionsAreRefused() throws IOException {
        try (Caller caller = new Caller().greeted()) {
            EndpointResponse answer = caller.ask(describeReplicas(new int[AdminEndpoint.MAX_PARTITIONS + 1]));
            assertThat(answer.getError()).isEqualTo(Errors.INVALID_REQUEST.code());
            assertThat(answer.getMessage()).isEqualTo("1001 partitions at once; at most 1000 are told of");
            assertThat(caller.ask(describeReplicas(new int[AdminEndpoint.MAX_PARTITIONS]))
                            .getDescribeReplicas()
                            .getReplicasCount())
                    .isEqualTo(AdminEndpoint.MAX_PARTITIONS);
        }
    }

    @Test
    void whatQuorumNodesAnswerIsRefusedWithAHint() throws IOException {
        try (Caller caller = new Caller().greeted()) {
            EndpointResponse answer = caller.ask(
                    EndpointRequest.newBuilder().setDescribeQuorum(DescribeQuorumRequest.getDefaultInstance()));
            assertThat(answer.getError()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
            assertThat(answer.getMessage())
                    .isEqualTo(
                            "this is the admin endpoint of storage node 5; quorum nodes answer that at their metadata"
                                    + " endpoints");
        }
    }

    @Test
    void theFirstMessageMustBeAHello() throws IOException {
        try (Caller caller = new Caller()) {
            assertThat(caller.send(describeNode().build().toByteArray())).isNull();
        }
    }

    @Test
    void aHugeLengthEndsTheConnectionBeforeAnyByteOfIt() throws IOException {
        try (Caller caller = new Caller()) {
            new DataOutputStream(caller.socket.getOutputStream()).writeInt(Integer.MAX_VALUE);
            assertThat(caller.isClosedByTheNode()).isTrue();
        }
    }

    /** What a Kafka client says first, to the wrong port. */
    @Test
    void aKafkaClientIsHungUpOn() throws IOException {
        try (Caller caller = new Caller()) {
            DataOutputStream out = new DataOutputStream(caller.socket.getOutputStream());
            out.writeInt(12);
            out.writeShort(18);
            out.writeShort(3);
            out.writeInt(1);
            out.writeInt(-1);
            assertThat(caller.isClosedByTheNode()).isTrue();
        }
    }

    @Test
    void moreConnectionsThanAreAllowedAreClosedAndTheOthersServe() throws IOException {
        List<Caller> callers = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            callers.add(new Caller().greeted());
        }
        try (Caller tooMany = new Caller()) {
            assertThat(tooMany.isClosedByTheNode()).isTrue();
        }
        assertThat(callers.get(0).ask(describeNode()).getDescribeNode().getNodeId())
                .isEqualTo(5);
        for (Caller caller : callers) {
            caller.close();
        }
    }

    /** Whatever comes of a changed byte, the endpoint goes on. Seeded. */
    @Test
    void changedBytesDoNoHarm() throws IOException {
        Random random = new Random(20_261_121);
        List<byte[]> samples = List.of(
                describeNode().setCorrelationId(1).build().toByteArray(),
                describeReplicas(1, 2, 3).setCorrelationId(1).build().toByteArray());
        for (int i = 0; i < 200; i++) {
            byte[] mutant = samples.get(i % samples.size()).clone();
            mutant[random.nextInt(mutant.length)] = (byte) random.nextInt(256);
            try (Caller caller = new Caller().greeted()) {
                EndpointResponse answer = caller.send(mutant);
                assertThat(answer == null || answer.getBodyCase() != EndpointResponse.BodyCase.RESULT)
                        .isTrue();
            }
        }
        assertThat(description().getNodeId()).isEqualTo(5);
    }

    @Test
    void nothingOfWhatAQuorumNodeDoesIsDoneHere() throws IOException {
        for (BodyCase kind : BodyCase.values()) {
            if (kind == BodyCase.HELLO || kind == BodyCase.DESCRIBE_NODE || kind == BodyCase.DESCRIBE_REPLICAS) {
                continue;
            }
            byte[] message = kind == BodyCase.BODY_NOT_SET
                    ? new byte[0]
                    : EndpointRequest.parseFrom(new byte[] {}).toBuilder()
                            .setField(
                                    EndpointRequest.getDescriptor().findFieldByNumber(kind.getNumber()),
                                    com.google.protobuf.DynamicMessage.getDefaultInstance(
                                            EndpointRequest.getDescriptor()
                                                    .findFieldByNumber(kind.getNumber())
                                                    .getMessageType()))
                            .build()
                            .toByteArray();
            try (Caller caller = new Caller().greeted()) {
                assertThat(caller.send(message).getError()).as("%s", kind).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
            }
        }
    }
}
