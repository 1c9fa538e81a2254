// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.UnknownFieldSet;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.AddVoterRequest;
import io.shiplog.metadata.proto.AllocateProducerIdsCommand;
import io.shiplog.metadata.proto.AlterPartitionCommand;
import io.shiplog.metadata.proto.DescribeHistoryRequest;
import io.shiplog.metadata.proto.DescribeNodeRequest;
import io.shiplog.metadata.proto.DescribeQuorumRequest;
import io.shiplog.metadata.proto.DescribeReplicasRequest;
import io.shiplog.metadata.proto.EndpointRequest;
import io.shiplog.metadata.proto.EndpointRequest.BodyCase;
import io.shiplog.metadata.proto.EndpointResponse;
import io.shiplog.metadata.proto.FetchMetadataRequest;
import io.shiplog.metadata.proto.FetchSnapshotRequest;
import io.shiplog.metadata.proto.FormationRequest;
import io.shiplog.metadata.proto.HeartbeatRequest;
import io.shiplog.metadata.proto.HelloRequest;
import io.shiplog.metadata.proto.HelloRequest.Role;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.RemoveVoterRequest;
import io.shiplog.metadata.proto.ReplicaName;
import io.shiplog.metadata.proto.TransferLeadershipRequest;
import java.io.ByteArrayOutputStream;
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
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What no node of ours would send to the metadata endpoint of a node that leads: it is refused or ends the connection, changes nothing, and the
 * node goes on.
 */
class HostileRequestsTest {
    private static final int WAIT_MS = 30_000;
    private static final Uuid SOME_ID = new Uuid(7, 7);

    @TempDir
    private static Path directory;

    private static TestQuorum quorum;
    private static QuorumNode node;

    private long hashBefore;

    @BeforeAll
    static void start() {
        quorum = new TestQuorum(directory, 1).startAll();
        node = quorum.awaitActive();
        // The first controller records who the voters are; after that nothing happens by itself.
        Await.until(
                "voters are told", WAIT_MS, () -> !node.image().quorumVoters().isEmpty());
    }

    @AfterAll
    static void stop() {
        quorum.close();
    }

    @BeforeEach
    void remember() {
        hashBefore = node.image().stateHash();
    }

    @AfterEach
    void nothingChangedAndTheNodeGoesOn() throws IOException {
        try (Caller caller = new Caller(Role.TOOL)) {
            EndpointResponse answer = caller.ask(
                    EndpointRequest.newBuilder().setDescribeQuorum(DescribeQuorumRequest.getDefaultInstance()));
            assertThat(answer.getDescribeQuorum().getLeaderId()).isEqualTo(1);
        }
        assertThat(quorum.fatals()).isEmpty();
        assertThat(node.isActiveController()).isTrue();
        assertThat(node.image().stateHash()).isEqualTo(hashBefore);
    }

    /** A connection that says Hello and then whatever it likes. */
    private static final class Caller implements AutoCloseable {
        private final Socket socket;

        Caller(Role role) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), node.endpointPort());
            socket.setSoTimeout(WAIT_MS);
            ask(EndpointRequest.newBuilder()
                    .setHello(HelloRequest.newBuilder().setRole(role).setNodeId(1)));
        }

        EndpointResponse ask(EndpointRequest.Builder request) throws IOException {
            EndpointResponse response =
                    send(request.setCorrelationId(42).build().toByteArray());
            assertThat(response).as("answer to %s", request).isNotNull();
            assertThat(response.getCorrelationId()).isEqualTo(42);
            return response;
        }

        /** The answer; null when the connection was closed instead. */
        EndpointResponse send(byte[] message) throws IOException {
            try {
                DataOutputStream out = new DataOutputStream(socket.getOutputStream());
                out.writeInt(message.length);
                out.write(message);
                out.flush();
                DataInputStream in = new DataInputStream(socket.getInputStream());
                return EndpointResponse.parseFrom(in.readNBytes(in.readInt()));
            } catch (EOFException | SocketException e) {
                return null;
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** One of each kind, from somebody unknown or about something unknown. */
    private static List<EndpointRequest.Builder> requests() {
        return List.of(
                EndpointRequest.newBuilder()
                        .setHello(HelloRequest.newBuilder()
                                .setClusterId("another")
                                .setRole(Role.STORAGE)
                                .setNodeId(9)
                                .setIncarnationId(Uuids.toBytes(SOME_ID))),
                EndpointRequest.newBuilder()
                        .setHeartbeat(HeartbeatRequest.newBuilder()
                                .setBrokerId(1)
                                .setBrokerEpoch(99)
                                .setAppliedOffset(Long.MAX_VALUE)
                                .setWantFence(true)),
                EndpointRequest.newBuilder().setCommand(allocation(9, 99)),
                EndpointRequest.newBuilder()
                        .setFetchMetadata(FetchMetadataRequest.newBuilder()
                                .setNextOffset(-5)
                                .setMaxWaitMs(-1)
                                .setMaxBytes(Integer.MIN_VALUE)),
                EndpointRequest.newBuilder()
                        .setFetchSnapshot(FetchSnapshotRequest.newBuilder()
                                .setSnapshotOffset(-1)
                                .setPosition(Long.MAX_VALUE)
                                .setMaxBytes(-1)),
                EndpointRequest.newBuilder().setFormation(joiner("nonsense", "", -1)),
                EndpointRequest.newBuilder().setDescribeQuorum(DescribeQuorumRequest.getDefaultInstance()),
                EndpointRequest.newBuilder()
                        .setDescribeHistory(
                                DescribeHistoryRequest.newBuilder().setName("x").setLimit(-1)),
                EndpointRequest.newBuilder()
                        .setAddVoter(AddVoterRequest.newBuilder()
                                .setClusterId("another")
                                .setNodeId(2)
                                .setDirectoryId(ByteString.copyFromUtf8("short"))),
                EndpointRequest.newBuilder()
                        .setRemoveVoter(RemoveVoterRequest.newBuilder()
                                .setClusterId("another")
                                .setNodeId(-1)
                                .setTimeoutMs(-1)),
                EndpointRequest.newBuilder()
                        .setTransferLeadership(TransferLeadershipRequest.newBuilder()
                                .setNodeId(77)
                                .setTimeoutMs(Integer.MIN_VALUE)),
                EndpointRequest.newBuilder().setDescribeNode(DescribeNodeRequest.getDefaultInstance()),
                EndpointRequest.newBuilder()
                        .setDescribeReplicas(DescribeReplicasRequest.newBuilder()
                                .addPartitions(ReplicaName.newBuilder().setPartition(-1))));
    }

    private static MetadataCommand.Builder allocation(int brokerId, long brokerEpoch) {
        return MetadataCommand.newBuilder()
                .setBrokerId(brokerId)
                .setBrokerEpoch(brokerEpoch)
                .setAllocateProducerIds(AllocateProducerIdsCommand.getDefaultInstance());
    }

    private static FormationRequest.Builder joiner(String peerId, String host, int port) {
        return FormationRequest.newBuilder()
                .setNodeId(2)
                .setPeerId(ByteString.copyFromUtf8(peerId))
                .setClusterId(node.clusterId())
                .setPhase(3)
                .setHost(host)
                .setRaftPort(port)
                .setEndpointPort(port);
    }

    @Test
    void thereIsOneOfEachKind() {
        EnumSet<BodyCase> kinds = EnumSet.noneOf(BodyCase.class);
        requests().forEach(request -> kinds.add(request.getBodyCase()));
        assertThat(kinds).isEqualTo(EnumSet.complementOf(EnumSet.of(BodyCase.BODY_NOT_SET)));
    }

    @Test
    void everyBeginningOfEveryRequestIsRefusedOrEndsTheConnection() throws IOException {
        for (EndpointRequest.Builder request : requests()) {
            byte[] bytes = request.setCorrelationId(1).build().toByteArray();
            for (int length = 0; length < bytes.length; length++) {
                sendAndReconnect(Arrays.copyOf(bytes, length));
            }
        }
    }

    /** Whether it was answered; a new connection each time, because a closed one takes nothing more. */
    private static boolean sendAndReconnect(byte[] message) throws IOException {
        try (Caller caller = new Caller(Role.QUORUM)) {
            return caller.send(message) != null;
        }
    }

    @Test
    void moreElementsThanThereAreBytesEndTheConnection() throws IOException {
        for (FieldDescriptor body :
                EndpointRequest.getDescriptor().getOneofs().get(0).getFields()) {
            for (int declared : new int[] {1, 1 << 20, Integer.MAX_VALUE, -1}) {
                assertThat(sendAndReconnect(lengthOnly(body.getNumber(), declared)))
                        .as("%s of %d bytes", body.getName(), declared)
                        .isFalse();
            }
        }
    }

    /** The same one level deeper: strings, bytes, and lists of numbers and messages. */
    @Test
    void lengthsWithinRequestsAreNotBelieved() throws IOException {
        for (FieldDescriptor body :
                EndpointRequest.getDescriptor().getOneofs().get(0).getFields()) {
            for (FieldDescriptor field : body.getMessageType().getFields()) {
                boolean hasLength = (field.isPackable() && field.isRepeated())
                        || field.getJavaType() == FieldDescriptor.JavaType.STRING
                        || field.getJavaType() == FieldDescriptor.JavaType.BYTE_STRING
                        || field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
                if (hasLength) {
                    byte[] inner = lengthOnly(field.getNumber(), Integer.MAX_VALUE);
                    assertThat(sendAndReconnect(nested(body.getNumber(), inner)))
                            .as("%s.%s", body.getName(), field.getName())
                            .isFalse();
                }
            }
        }
    }

    private static byte[] lengthOnly(int field, int declared) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.writeTag(field, 2);
        out.writeUInt32NoTag(declared);
        out.flush();
        return bytes.toByteArray();
    }

    private static byte[] nested(int field, byte[] message) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.writeByteArray(field, message);
        out.flush();
        return bytes.toByteArray();
    }

    @Test
    void unknownFieldsChangeNothing() throws IOException {
        UnknownFieldSet unknown = UnknownFieldSet.newBuilder()
                .addField(
                        9_999,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(ByteString.copyFrom(new byte[1_000]))
                                .addVarint(-1)
                                .build())
                .build();
        for (EndpointRequest.Builder request : requests()) {
            try (Caller plain = new Caller(Role.STORAGE);
                    Caller other = new Caller(Role.STORAGE)) {
                EndpointResponse expected = plain.ask(request);
                EndpointResponse answer = other.ask(request.setUnknownFields(unknown));
                assertThat(answer.getError()).as("%s", request).isEqualTo(expected.getError());
                assertThat(answer.getBodyCase()).isEqualTo(expected.getBodyCase());
            }
        }
    }

    @Test
    void requestOfAnUnknownKindIsRefused() throws IOException {
        try (Caller caller = new Caller(Role.STORAGE)) {
            byte[] unknown = nested(9_999, new byte[10]);
            assertThat(caller.send(unknown).getError()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
            MetadataCommand.Builder none = MetadataCommand.newBuilder().setBrokerId(-1);
            assertThat(caller.ask(EndpointRequest.newBuilder().setCommand(none)).getError())
                    .isEqualTo(Errors.INVALID_REQUEST.code());
        }
    }

    @Test
    void whoIsNoStorageNodeOrAnotherOneDoesNotBeat() throws IOException {
        EndpointRequest.Builder heartbeat = EndpointRequest.newBuilder()
                .setHeartbeat(HeartbeatRequest.newBuilder().setBrokerId(1));
        for (Role role : List.of(Role.UNKNOWN, Role.QUORUM, Role.TOOL)) {
            try (Caller caller = new Caller(role)) {
                assertThat(caller.ask(heartbeat).getError()).isEqualTo(Errors.INVALID_REQUEST.code());
            }
        }
        try (Caller caller = new Caller(Role.STORAGE)) {
            assertThat(caller.ask(heartbeat).getError()).isEqualTo(Errors.STALE_BROKER_EPOCH.code());
            heartbeat.getHeartbeatBuilder().setBrokerId(2);
            assertThat(caller.ask(heartbeat).getError()).isEqualTo(Errors.INVALID_REQUEST.code());
        }
    }

    @Test
    void whoIsNoQuorumNodeHasNoPartInTheFormation() throws IOException {
        for (Role role : List.of(Role.UNKNOWN, Role.STORAGE, Role.TOOL)) {
            try (Caller caller = new Caller(role)) {
                EndpointResponse answer = caller.ask(
                        EndpointRequest.newBuilder().setFormation(joiner("2-" + SOME_ID, "127.0.0.1", 1_000)));
                assertThat(answer.getError()).isEqualTo(Errors.INVALID_REQUEST.code());
                assertThat(answer.hasFormation()).isFalse();
            }
        }
        assertNotWaiting();
    }

    @Test
    void joinersThatSayNonsenseDoNotWaitToBeAdded() throws IOException {
        List<FormationRequest.Builder> nonsense = List.of(
                joiner("", "127.0.0.1", 1_000),
                joiner("2-", "127.0.0.1", 1_000),
                joiner("3-" + SOME_ID, "127.0.0.1", 1_000),
                joiner("2-" + SOME_ID + "x", "127.0.0.1", 1_000),
                joiner("2-" + SOME_ID, "", 1_000),
                joiner("2-" + SOME_ID, "h".repeat(256), 1_000),
                joiner("2-" + SOME_ID, "127.0.0.1", 0),
                joiner("2-" + SOME_ID, "127.0.0.1", 70_000));
        for (FormationRequest.Builder request : nonsense) {
            try (Caller caller = new Caller(Role.QUORUM)) {
                assertThat(caller.ask(EndpointRequest.newBuilder().setFormation(request))
                                .hasFormation())
                        .isTrue();
            }
            assertNotWaiting();
        }
    }

    private static void assertNotWaiting() throws IOException {
        try (Caller caller = new Caller(Role.TOOL)) {
            EndpointResponse answer = caller.ask(EndpointRequest.newBuilder()
                    .setAddVoter(AddVoterRequest.newBuilder().setNodeId(2)));
            assertThat(answer.getError()).isEqualTo(Errors.REQUEST_TIMED_OUT.code());
            assertThat(answer.getMessage()).contains("does not wait to be added");
        }
    }

    @Test
    void commandsOfUnknownBrokersAndTheControllersOwnAreRefused() throws IOException {
        try (Caller caller = new Caller(Role.STORAGE)) {
            for (MetadataCommand.Builder command : List.of(
                    allocation(1, 0),
                    allocation(Integer.MIN_VALUE, -1),
                    MetadataCommand.newBuilder()
                            .setBrokerId(1)
                            .setBrokerEpoch(-1)
                            .setAlterPartition(AlterPartitionCommand.getDefaultInstance()))) {
                EndpointResponse answer =
                        caller.ask(EndpointRequest.newBuilder().setCommand(command));
                assertThat(answer.getResult().getError()).isEqualTo(Errors.STALE_BROKER_EPOCH.code());
            }
            for (FieldDescriptor own :
                    MetadataCommand.getDescriptor().getOneofs().get(0).getFields()) {
                if (List.of(
                                "form_cluster",
                                "change_broker_state",
                                "sweep",
                                "balance_leaders",
                                "record_state_hash",
                                "advance_jobs")
                        .contains(own.getName())) {
                    MetadataCommand.Builder command =
                            MetadataCommand.newBuilder().setBrokerId(-1);
                    command.setField(own, command.newBuilderForField(own).build());
                    EndpointResponse answer =
                            caller.ask(EndpointRequest.newBuilder().setCommand(command));
                    assertThat(answer.getError()).as(own.getName()).isEqualTo(Errors.INVALID_REQUEST.code());
                }
            }
        }
    }

    @Test
    void everyCommandWithNothingInItIsAnsweredAndChangesNothing() throws IOException {
        try (Caller caller = new Caller(Role.TOOL)) {
            for (FieldDescriptor body :
                    MetadataCommand.getDescriptor().getOneofs().get(0).getFields()) {
                MetadataCommand.Builder command = MetadataCommand.newBuilder().setBrokerId(-1);
                command.setField(body, command.newBuilderForField(body).build());
                caller.ask(EndpointRequest.newBuilder().setCommand(command));
            }
        }
    }

    @Test
    void readersBesideTheMetadataGetASnapshotOrNothing() throws IOException {
        try (Caller caller = new Caller(Role.STORAGE)) {
            for (long offset : new long[] {Long.MIN_VALUE, -1}) {
                EndpointResponse answer = caller.ask(EndpointRequest.newBuilder()
                        .setFetchMetadata(FetchMetadataRequest.newBuilder().setNextOffset(offset)));
                assertThat(answer.getFetchMetadata().getNeedSnapshot()).isTrue();
            }
            EndpointResponse ahead = caller.ask(EndpointRequest.newBuilder()
                    .setFetchMetadata(FetchMetadataRequest.newBuilder().setNextOffset(Long.MAX_VALUE)));
            assertThat(ahead.getFetchMetadata().getEntriesCount()).isZero();
            assertThat(ahead.getFetchMetadata().getNeedSnapshot()).isFalse();
            for (long position : new long[] {-1, 1L << 40, Long.MIN_VALUE}) {
                EndpointResponse answer = caller.ask(EndpointRequest.newBuilder()
                        .setFetchSnapshot(FetchSnapshotRequest.newBuilder()
                                .setSnapshotOffset(-1)
                                .setPosition(position)));
                assertThat(answer.getError()).isEqualTo(Errors.SNAPSHOT_NOT_FOUND.code());
            }
        }
    }

    @Test
    void foreignClustersAndBadQuestionsGetTheirErrors() throws IOException {
        try (Caller caller = new Caller(Role.STORAGE)) {
            for (EndpointRequest.Builder request : requests()) {
                Errors expected = switch (request.getBodyCase()) {
                    case HELLO, ADD_VOTER, REMOVE_VOTER -> Errors.INCONSISTENT_CLUSTER_ID;
                    case HEARTBEAT -> Errors.STALE_BROKER_EPOCH;
                    case FETCH_SNAPSHOT -> Errors.SNAPSHOT_NOT_FOUND;
                    case FORMATION, DESCRIBE_HISTORY -> Errors.INVALID_REQUEST;
                    case TRANSFER_LEADERSHIP -> Errors.VOTER_NOT_FOUND;
                    case DESCRIBE_NODE, DESCRIBE_REPLICAS -> Errors.UNSUPPORTED_VERSION;
                    case COMMAND, FETCH_METADATA, DESCRIBE_QUORUM, BODY_NOT_SET -> Errors.NONE;
                };
                if (request.getBodyCase() != BodyCase.HELLO) {
                    assertThat(caller.ask(request).getError()).as("%s", request).isEqualTo(expected.code());
                }
            }
        }
        try (Caller caller = new Caller(Role.STORAGE)) {
            assertThat(caller.ask(requests().get(0)).getError()).isEqualTo(Errors.INCONSISTENT_CLUSTER_ID.code());
        }
    }

    /** Whatever comes of a changed byte, the node survives it. Seeded; what a mutant may change is none of the brokers' state. */
    @Test
    void changedBytesDoNoHarm() throws IOException {
        Random random = new Random(20_261_120);
        List<byte[]> samples = new ArrayList<>();
        for (EndpointRequest.Builder request : requests()) {
            samples.add(request.setCorrelationId(1).build().toByteArray());
        }
        int answered = 0;
        for (int i = 0; i < 200; i++) {
            byte[] mutant = samples.get(i % samples.size()).clone();
            for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                mutant[random.nextInt(mutant.length)] = (byte) random.nextInt(256);
            }
            answered += sendAndReconnect(mutant) ? 1 : 0;
        }
        assertThat(answered).isBetween(1, 199);
    }
}
