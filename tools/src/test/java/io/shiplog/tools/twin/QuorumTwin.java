// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.twin;

import com.google.protobuf.ByteString;
import io.shiplog.metadata.controller.Controller;
import io.shiplog.metadata.controller.ControllerSettings;
import io.shiplog.metadata.controller.Decision;
import io.shiplog.metadata.endpoint.CommittedEntries;
import io.shiplog.metadata.endpoint.EndpointCaller;
import io.shiplog.metadata.endpoint.EndpointHandler;
import io.shiplog.metadata.endpoint.EndpointServer;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.DescribeHistoryResponse;
import io.shiplog.metadata.proto.DescribeQuorumResponse;
import io.shiplog.metadata.proto.EndpointRequest;
import io.shiplog.metadata.proto.EndpointResponse;
import io.shiplog.metadata.proto.FetchMetadataResponse;
import io.shiplog.metadata.proto.HelloResponse;
import io.shiplog.metadata.proto.HistoryLine;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.MetadataEntry;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.NodeHint;
import io.shiplog.metadata.proto.VoterChangeResponse;
import io.shiplog.metadata.proto.VoterState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.Errors;

/** A quorum of which one node answers: it follows the real protocol and decides by the real controller. Any thread. */
public final class QuorumTwin implements EndpointHandler, AutoCloseable {
    /** The node that answers; the others are voters that keep up, until a test says otherwise. */
    public static final int NODE = 1;

    private static final int VOTERS = 3;
    private static final long LAST_INDEX = 1_000;
    private static final int WAKE_MS = 10;
    private static final long PROPOSER = 1;

    private record Parked(EndpointCaller caller, long id, long from, long deadlineNs) {}

    private final CommittedEntries entries = new CommittedEntries(64 << 20, 1_000_000);
    private final Controller controller = new Controller(ControllerSettings.defaults());
    private final List<MetadataCommand> commands = new CopyOnWriteArrayList<>();
    private final List<Parked> parked = new ArrayList<>();
    private final EndpointServer server;
    private MetadataImage image = MetadataImage.empty();
    private long proposals;
    private boolean active = true;
    private long electedAtNs = System.nanoTime();
    private Errors change = Errors.NONE;
    private String changeMessage = "";
    private List<HistoryLine> history = List.of();
    private Consumer<DescribeQuorumResponse.Builder> describing = description -> {};

    /** Listens at a free port. */
    public QuorumTwin() throws IOException {
        server = new EndpointServer("127.0.0.1", 0, this);
        server.every(WAKE_MS, this::wake);
    }

    /** {@code HOST:PORT}. */
    public String address() {
        return "127.0.0.1:" + port();
    }

    int port() {
        return server.port();
    }

    /** The newest metadata. */
    public synchronized MetadataImage image() {
        return image;
    }

    /** What was asked of the controller, in order, but for what it was only asked to check. */
    public List<MetadataCommand> commands() {
        return commands;
    }

    /** From now on there is an active controller, or none. */
    public synchronized QuorumTwin active(boolean now) {
        active = now;
        return this;
    }

    /** For so long nobody says what the quorum is, as in an election. */
    public synchronized void electsForMs(long ms) {
        electedAtNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
    }

    private boolean elects() {
        return System.nanoTime() - electedAtNs < 0;
    }

    /** How changes of the quorum end. */
    public synchronized void changesEnd(Errors error, String message) {
        change = error;
        changeMessage = message;
    }

    /** What the files of the history have, newest first. */
    public synchronized void history(List<HistoryLine> lines) {
        history = List.copyOf(lines);
    }

    /** Something about what the active controller says of the quorum. */
    public synchronized void describing(Consumer<DescribeQuorumResponse.Builder> words) {
        describing = words;
    }

    /** Agrees on records. */
    public synchronized void commit(List<MetadataRecord> records) {
        MetadataEntry entry = MetadataEntry.newBuilder()
                .setFormat(1)
                .setDecidedOnOffset(image.offset())
                .setProposer(PROPOSER)
                .setProposal(++proposals)
                .setDecidedAtMs(System.currentTimeMillis())
                .addAllRecords(records)
                .build();
        image = image.apply(entry);
        entries.append(ByteString.copyFrom(entry.toByteArray()), image.offset());
        wake();
    }

    @Override
    public synchronized void onRequest(EndpointCaller caller, EndpointRequest request) {
        long id = request.getCorrelationId();
        switch (request.getBodyCase()) {
            case HELLO ->
                caller.answer(answer(id)
                        .setHello(HelloResponse.newBuilder()
                                .setClusterId(image.clusterId())
                                .setNodeId(NODE)
                                .setActiveController(active)
                                .setMetadataOffset(entries.endOffset()))
                        .build());
            case FETCH_METADATA -> {
                long waitNs = request.getFetchMetadata().getMaxWaitMs() * 1_000_000L;
                parked.add(
                        new Parked(caller, id, request.getFetchMetadata().getNextOffset(), System.nanoTime() + waitNs));
                wake();
            }
            case DESCRIBE_QUORUM ->
                caller.answer(
                        elects()
                                ? answer(id)
                                        .setError(Errors.NOT_CONTROLLER.code())
                                        .build()
                                : answer(id).setDescribeQuorum(description()).build());
            case DESCRIBE_HISTORY ->
                caller.answer(answer(id)
                        .setDescribeHistory(DescribeHistoryResponse.newBuilder().addAllLines(history))
                        .build());
            case COMMAND -> command(caller, id, request.getCommand());
            case ADD_VOTER, REMOVE_VOTER, TRANSFER_LEADERSHIP ->
                caller.answer(answer(id)
                        .setError(change.code())
                        .setMessage(changeMessage)
                        .setVoterChange(VoterChangeResponse.newBuilder().setLeaderId(NODE))
                        .build());
            default ->
                caller.answer(
                        answer(id).setError(Errors.UNSUPPORTED_VERSION.code()).build());
        }
    }

    private void command(EndpointCaller caller, long id, MetadataCommand command) {
        if (!active) {
            caller.answer(answer(id).setError(Errors.NOT_CONTROLLER.code()).build());
            return;
        }
        Decision decision = controller.decide(image, command, System.currentTimeMillis());
        if (!command.getStartJob().getValidateOnly()) {
            commands.add(command);
        }
        if (!decision.records().isEmpty()) {
            commit(decision.records());
        }
        caller.answer(answer(id)
                .setResult(decision.result().toBuilder().setMetadataOffset(image.offset()))
                .build());
    }

    private EndpointResponse.Builder answer(long id) {
        EndpointResponse.Builder answer = EndpointResponse.newBuilder().setCorrelationId(id);
        return active
                ? answer.setController(NodeHint.newBuilder()
                        .setNodeId(NODE)
                        .setHost("127.0.0.1")
                        .setPort(port()))
                : answer;
    }

    private DescribeQuorumResponse description() {
        DescribeQuorumResponse.Builder description = DescribeQuorumResponse.newBuilder()
                .setLeaderId(active ? NODE : -1)
                .setTerm(4)
                .setMetadataOffset(image.offset())
                .setCommitIndex(-1)
                .setLastIndex(-1);
        long nowMs = System.currentTimeMillis();
        for (int id = NODE; id <= VOTERS; id++) {
            int port = id == NODE ? port() : 1;
            description.addNodes(
                    NodeHint.newBuilder().setNodeId(id).setHost("127.0.0.1").setPort(port));
            if (active) {
                description.addVoters(VoterState.newBuilder()
                        .setNodeId(id)
                        .setPeerId(id + "-x")
                        .setDirectoryId(ByteString.copyFrom(new byte[16]))
                        .setHost("127.0.0.1")
                        .setRaftPort(1)
                        .setEndpointPort(port)
                        .setMatchIndex(LAST_INDEX)
                        .setLastFetchMs(nowMs)
                        .setLastCaughtUpMs(nowMs));
            }
        }
        if (active) {
            description.setCommitIndex(LAST_INDEX).setLastIndex(LAST_INDEX);
        }
        describing.accept(description);
        return description.build();
    }

    private synchronized void wake() {
        parked.removeIf(fetch -> {
            CommittedEntries.Slice slice = entries.read(fetch.from, 1 << 20);
            boolean nothing = slice.kind() == CommittedEntries.Kind.NOTHING_NEW;
            if (nothing && System.nanoTime() - fetch.deadlineNs < 0) {
                return false;
            }
            fetch.caller.answer(answer(fetch.id)
                    .setFetchMetadata(FetchMetadataResponse.newBuilder()
                            .setCommittedOffset(slice.endOffset())
                            .addAllEntries(slice.entries()))
                    .build());
            return true;
        });
    }

    @Override
    public synchronized void onClosed(EndpointCaller caller) {
        parked.removeIf(fetch -> fetch.caller.equals(caller));
    }

    @Override
    public void close() {
        server.close();
    }
}
