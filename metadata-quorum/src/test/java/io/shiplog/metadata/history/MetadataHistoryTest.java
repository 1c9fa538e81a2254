// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.image.JobRecords;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.BrokerRegistrationRecord;
import io.shiplog.metadata.proto.BrokerStateRecord;
import io.shiplog.metadata.proto.ChangeCause;
import io.shiplog.metadata.proto.ClusterRecord;
import io.shiplog.metadata.proto.CommandOrigin;
import io.shiplog.metadata.proto.ConfigRecord;
import io.shiplog.metadata.proto.ConfigResource;
import io.shiplog.metadata.proto.DescribeHistoryRequest;
import io.shiplog.metadata.proto.DescribeHistoryResponse;
import io.shiplog.metadata.proto.FeatureLevelRecord;
import io.shiplog.metadata.proto.HistoryLine;
import io.shiplog.metadata.proto.HistoryLine.Kind;
import io.shiplog.metadata.proto.JobMove;
import io.shiplog.metadata.proto.JobMovesRecord;
import io.shiplog.metadata.proto.JobRecord;
import io.shiplog.metadata.proto.MetadataEntry;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.PartitionChangeRecord;
import io.shiplog.metadata.proto.PartitionRecord;
import io.shiplog.metadata.proto.ProducerIdsRecord;
import io.shiplog.metadata.proto.QuorumVoterRecord;
import io.shiplog.metadata.proto.RemoveQuorumVoterRecord;
import io.shiplog.metadata.proto.RemoveTopicRecord;
import io.shiplog.metadata.proto.ScramCredentialRecord;
import io.shiplog.metadata.proto.TopicRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetadataHistoryTest {
    private static final Uuid TOPIC = new Uuid(1, 1);

    @TempDir
    private Path directory;

    private MetadataImage image = MetadataImage.empty();
    private long proposals;

    // ---- an entry and what comes of it

    private MetadataEntry entry(MetadataRecord.Builder... records) {
        MetadataEntry.Builder entry = MetadataEntry.newBuilder()
                .setDecidedOnOffset(image.offset())
                .setProposal(++proposals)
                .setDecidedAtMs(1_000 * proposals);
        for (MetadataRecord.Builder record : records) {
            entry.addRecords(record.setVersion(1));
        }
        return entry.build();
    }

    private static MetadataEntry by(MetadataEntry entry, CommandOrigin... origins) {
        return entry.toBuilder().addAllOrigins(List.of(origins)).build();
    }

    private static CommandOrigin origin(int records, String principal, String command) {
        return CommandOrigin.newBuilder()
                .setRecords(records)
                .setPrincipal(principal)
                .setClient("admin 127.0.0.1")
                .setCommand(command)
                .setBrokerId(-1)
                .build();
    }

    private List<HistoryLine> lines(MetadataEntry entry) {
        List<HistoryLine> lines = new ArrayList<>();
        try {
            HistoryLines.write(image, entry, (share, line) -> lines.add(line.build()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        image = image.apply(entry);
        return lines;
    }

    private static MetadataRecord.Builder topic(Uuid id, String name) {
        return ImageRecords.record()
                .setTopic(TopicRecord.newBuilder().setTopicId(Uuids.toBytes(id)).setName(name));
    }

    private static PartitionImage state(int leader, int epoch) {
        int[] replicas = {1, 2};
        return new PartitionImage(replicas, replicas, new int[0], new int[0], leader, epoch, epoch, true, false);
    }

    private static MetadataRecord.Builder partition(int number) {
        return ImageRecords.record()
                .setPartition(PartitionRecord.newBuilder()
                        .setTopicId(Uuids.toBytes(TOPIC))
                        .setPartition(number)
                        .addReplicas(1)
                        .addReplicas(2)
                        .setState(ImageRecords.state(state(1, 0))));
    }

    private static MetadataRecord.Builder change(int number, int leader, int epoch) {
        return ImageRecords.record()
                .setPartitionChange(PartitionChangeRecord.newBuilder()
                        .setTopicId(Uuids.toBytes(TOPIC))
                        .setPartition(number)
                        .setCause(ChangeCause.REPLICA_FENCED)
                        .setState(ImageRecords.state(state(leader, epoch))));
    }

    private static MetadataRecord.Builder config(String key, String value) {
        return ImageRecords.record()
                .setConfig(ConfigRecord.newBuilder()
                        .setResource(ImageRecords.topicResource(TOPIC))
                        .setKey(key)
                        .setValue(value)
                        .setRemoved(value.isEmpty()));
    }

    private static MetadataRecord.Builder producerIds(long next) {
        return ImageRecords.record()
                .setProducerIds(ProducerIdsRecord.newBuilder().setNextProducerId(next));
    }

    @Test
    void lineTellsWhoAndWhenAndWhatWasThereBefore() {
        lines(entry(topic(TOPIC, "t"), partition(0)));
        MetadataEntry set = by(entry(config("retention.ms", "5")), origin(1, "User:alice", "ALTER_CONFIGS"));
        HistoryLine line = lines(set).get(0);
        assertThat(line.getOffset()).isEqualTo(2);
        assertThat(line.getTimeMs()).isEqualTo(2_000);
        assertThat(line.getPrincipal()).isEqualTo("User:alice");
        assertThat(line.getClient()).isEqualTo("admin 127.0.0.1");
        assertThat(line.getCause()).isEqualTo("ALTER_CONFIGS");
        assertThat(line.getKind()).isEqualTo(Kind.CONFIG);
        assertThat(line.getName()).isEqualTo("topic t");
        assertThat(line.getKey()).isEqualTo("retention.ms");
        assertThat(line.getOldValue()).isEmpty();
        assertThat(line.getNewValue()).isEqualTo("5");

        HistoryLine removed = lines(entry(config("retention.ms", ""))).get(0);
        assertThat(removed.getOldValue()).isEqualTo("5");
        assertThat(removed.getNewValue()).isEmpty();
    }

    @Test
    void eachLineHasTheOriginOfItsRecord() {
        List<HistoryLine> lines = lines(by(
                entry(topic(TOPIC, "t"), partition(0), producerIds(1_000)),
                origin(2, "User:alice", "CREATE_TOPICS"),
                origin(0, "User:nobody", "DELETE_TOPICS"),
                CommandOrigin.newBuilder()
                        .setRecords(1)
                        .setCommand("ALLOCATE_PRODUCER_IDS")
                        .setBrokerId(3)
                        .build()));
        assertThat(lines).extracting(HistoryLine::getPrincipal).containsExactly("User:alice", "User:alice", "broker 3");
    }

    @Test
    void partitionLinesShowWhatEarlierRecordsOfTheSameEntryLeft() {
        List<HistoryLine> lines = lines(by(
                entry(topic(TOPIC, "t"), partition(0), change(0, 2, 1), change(0, 1, 2)),
                origin(4, "", "CHANGE_BROKER_STATE")));
        assertThat(lines.get(2).getName()).isEqualTo("t-0");
        assertThat(lines.get(2).getPrincipal()).isEqualTo("controller");
        assertThat(lines.get(2).getCause()).isEqualTo("CHANGE_BROKER_STATE: REPLICA_FENCED");
        assertThat(lines.get(2).getOldValue()).startsWith("leader 1, leader epoch 0");
        assertThat(lines.get(2).getNewValue()).startsWith("leader 2, leader epoch 1");
        assertThat(lines.get(3).getOldValue()).isEqualTo(lines.get(2).getNewValue());
        HistoryLine next = lines(entry(change(0, 2, 3))).get(0);
        assertThat(next.getOldValue()).isEqualTo(lines.get(3).getNewValue());
    }

    private static MetadataRecord.Builder moved(int number, int epoch, int... replicas) {
        MetadataRecord.Builder record = change(number, 1, epoch);
        record.getPartitionChangeBuilder().setCause(ChangeCause.REASSIGNMENT);
        Arrays.stream(replicas).forEach(record.getPartitionChangeBuilder()::addReplicas);
        return record;
    }

    @Test
    void partitionLineNamesTheJobThatMovesIt() {
        image = image.apply(entry(topic(TOPIC, "t"), partition(0), partition(1)));
        image = image.apply(entry(
                JobRecords.head(JobRecord.newBuilder()
                                .setJobId(7)
                                .setKind(JobRecord.Kind.REASSIGN)
                                .setState(JobRecord.State.RUNNING))
                        .toBuilder(),
                ImageRecords.record()
                        .setJobMoves(JobMovesRecord.newBuilder()
                                .setJobId(7)
                                .addMoves(JobMove.newBuilder()
                                        .setTopicId(Uuids.toBytes(TOPIC))
                                        .addReplicas(2)
                                        .addExpected(1)))));
        CommandOrigin own = origin(4, "", "ADVANCE_JOBS");
        List<HistoryLine> lines =
                lines(by(entry(moved(0, 1, 2, 1), moved(0, 2), change(0, 2, 3), moved(1, 1, 2, 1)), own));
        assertThat(lines)
                .extracting(HistoryLine::getCause)
                .containsExactly(
                        "ADVANCE_JOBS: REASSIGNMENT of job 7",
                        "ADVANCE_JOBS: REASSIGNMENT of job 7",
                        "ADVANCE_JOBS: REPLICA_FENCED",
                        "ADVANCE_JOBS: REASSIGNMENT");
    }

    @Test
    void brokersAreToldWithTheirStates() {
        MetadataRecord.Builder registration = ImageRecords.record()
                .setBrokerRegistration(BrokerRegistrationRecord.newBuilder()
                        .setBrokerId(4)
                        .setIncarnationId(Uuids.toBytes(new Uuid(9, 9)))
                        .setRack("r1")
                        .setFenced(true));
        MetadataRecord.Builder unfenced = ImageRecords.record()
                .setBrokerState(BrokerStateRecord.newBuilder()
                        .setBrokerId(4)
                        .setBrokerEpoch(0)
                        .setCause("caught up"));
        List<HistoryLine> lines = lines(entry(registration, unfenced));
        assertThat(lines.get(0).getNewValue())
                .contains("epoch 0")
                .contains("rack r1")
                .contains("fenced");
        assertThat(lines.get(1).getOldValue()).isEqualTo("fenced");
        assertThat(lines.get(1).getNewValue()).isEqualTo("unfenced");
        assertThat(lines.get(1).getCause()).isEqualTo("caught up");
    }

    @Test
    void everyKindOfRecordHasALine() {
        List<HistoryLine> lines = lines(entry(
                ImageRecords.record().setCluster(ClusterRecord.newBuilder().setClusterId("c")),
                topic(TOPIC, "t"),
                ImageRecords.record()
                        .setRemoveTopic(RemoveTopicRecord.newBuilder().setTopicId(Uuids.toBytes(TOPIC))),
                ImageRecords.record()
                        .setFeatureLevel(
                                FeatureLevelRecord.newBuilder().setName("f").setLevel(2)),
                ImageRecords.record()
                        .setScramCredential(ScramCredentialRecord.newBuilder()
                                .setUser("alice")
                                .setMechanism(1)
                                .setIterations(4_096)
                                .setSalt(ByteString.copyFromUtf8("pepper")))));
        assertThat(lines)
                .extracting(HistoryLine::getKind)
                .containsExactly(Kind.CLUSTER, Kind.TOPIC, Kind.TOPIC, Kind.FEATURE, Kind.SCRAM);
        assertThat(lines.get(2).getOldValue()).contains("0 partitions");
        assertThat(lines.get(4).toString()).doesNotContain("pepper").contains("4096 iterations");
    }

    @Test
    void votersAreToldWithWhereTheyAreReached() {
        List<HistoryLine> lines = lines(entry(
                ImageRecords.record()
                        .setQuorumVoter(QuorumVoterRecord.newBuilder()
                                .setNodeId(3)
                                .setPeerId("3-abc")
                                .setHost("q3")
                                .setEndpointPort(9093)),
                ImageRecords.record()
                        .setRemoveQuorumVoter(
                                RemoveQuorumVoterRecord.newBuilder().setNodeId(3))));
        assertThat(lines).extracting(HistoryLine::getName).containsOnly("quorum voter 3");
        assertThat(lines.get(0).getNewValue()).isEqualTo("q3:9093, peer 3-abc");
        assertThat(lines.get(1).getNewValue()).isEmpty();
    }

    @Test
    void secretsAreMaskedAndLongValuesCut() {
        lines(entry(topic(TOPIC, "t")));
        List<HistoryLine> lines = lines(entry(
                ImageRecords.record()
                        .setConfig(ConfigRecord.newBuilder()
                                .setResource(ConfigResource.newBuilder().setType(ConfigResource.Type.BROKER))
                                .setKey("ssl.key.Password")
                                .setValue("s3cret")),
                config("long", "x".repeat(10_000))));
        assertThat(lines.get(0).getName()).isEqualTo("all brokers");
        assertThat(lines.get(0).getNewValue()).isEqualTo("[hidden]");
        assertThat(lines.get(1).getNewValue().length()).isLessThan(600);
    }

    // ---- in files

    private static List<HistoryLine> all(Path directory, Share share) throws IOException {
        List<HistoryLine> lines = new ArrayList<>();
        for (Path file : HistoryFiles.files(directory, share)) {
            HistoryFiles.read(file, lines::add);
        }
        return lines;
    }

    /** Of both shares, in the order of the records; a gap that both tell of once. */
    private static List<HistoryLine> all(Path directory) throws IOException {
        List<HistoryLine> lines = all(directory, Share.ADMINISTRATIVE);
        lines.addAll(all(directory, Share.AUTOMATIC));
        return lines.stream()
                .distinct()
                .sorted(Comparator.comparingLong(HistoryLine::getOffset))
                .toList();
    }

    private void record(HistoryRecorder recorder, MetadataRecord.Builder... records) {
        MetadataEntry entry = entry(records);
        recorder.onApplied(image, entry.toByteString());
        image = image.apply(entry);
    }

    /** As a command of {@code principal}; empty: of a broker. */
    private void recordBy(HistoryRecorder recorder, String principal, MetadataRecord.Builder... records) {
        MetadataEntry entry = by(entry(records), origin(records.length, principal, "COMMAND"));
        recorder.onApplied(image, entry.toByteString());
        image = image.apply(entry);
    }

    private static DescribeHistoryResponse ask(HistoryRecorder recorder, DescribeHistoryRequest.Builder question)
            throws Exception {
        CompletableFuture<DescribeHistoryResponse> answer = new CompletableFuture<>();
        assertThat(recorder.find(question.build(), answer::complete)).isTrue();
        return answer.get(10, TimeUnit.SECONDS);
    }

    @Test
    void linesOutliveARestartAndAreNotWrittenTwice() throws IOException {
        HistoryRecorder first = new HistoryRecorder(directory);
        first.start();
        MetadataImage before = image;
        MetadataEntry entry = entry(producerIds(1_000));
        first.onApplied(before, entry.toByteString());
        first.close();

        HistoryRecorder second = new HistoryRecorder(directory);
        second.start();
        second.onApplied(before, entry.toByteString());
        image = image.apply(entry);
        record(second, producerIds(2_000));
        second.close();
        assertThat(all(directory)).extracting(HistoryLine::getOffset).containsExactly(0L, 1L);
    }

    @Test
    void whatIsMissingIsToldAsAGap() throws IOException {
        HistoryRecorder recorder = new HistoryRecorder(directory);
        recorder.start();
        record(recorder, producerIds(1_000));
        image = image.apply(entry(producerIds(2_000), producerIds(3_000)));
        record(recorder, producerIds(4_000));
        recorder.close();
        List<HistoryLine> lines = all(directory);
        assertThat(lines).extracting(HistoryLine::getOffset).containsExactly(0L, 1L, 3L);
        assertThat(lines.get(1).getKind()).isEqualTo(Kind.GAP);
        assertThat(lines.get(1).getMissing()).isEqualTo(2);
    }

    @Test
    void historyThatBeginsLateBeginsWithAGap() throws IOException {
        image = image.apply(entry(producerIds(1_000)));
        HistoryRecorder recorder = new HistoryRecorder(directory);
        recorder.start();
        record(recorder, producerIds(2_000));
        recorder.close();
        assertThat(all(directory)).extracting(HistoryLine::getKind).containsExactly(Kind.GAP, Kind.PRODUCER_IDS);
    }

    @Test
    void tornEndIsCutAndTheLinesBeforeItStay() throws IOException {
        HistoryRecorder first = new HistoryRecorder(directory);
        first.start();
        record(first, producerIds(1_000));
        MetadataImage second = image;
        MetadataEntry entry = entry(producerIds(2_000));
        first.onApplied(second, entry.toByteString());
        image = image.apply(entry);
        first.close();
        Path file = HistoryFiles.files(directory, Share.AUTOMATIC).get(0);
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 3), StandardOpenOption.TRUNCATE_EXISTING);

        HistoryRecorder again = new HistoryRecorder(directory);
        again.start();
        again.onApplied(second, entry.toByteString());
        again.close();
        assertThat(all(directory)).extracting(HistoryLine::getOffset).containsExactly(0L, 1L);
    }

    @Test
    void zerosAtTheEndAreNoLines() throws IOException {
        HistoryRecorder first = new HistoryRecorder(directory);
        first.start();
        record(first, producerIds(1_000));
        first.close();
        Path file = HistoryFiles.files(directory, Share.AUTOMATIC).get(0);
        Files.write(file, new byte[100], StandardOpenOption.APPEND);
        HistoryRecorder again = new HistoryRecorder(directory);
        again.start();
        record(again, producerIds(2_000));
        again.close();
        assertThat(all(directory)).extracting(HistoryLine::getOffset).containsExactly(0L, 1L);
    }

    @Test
    void damagedLineEndsWhatCanBeReadOfItsFile() throws IOException {
        HistoryRecorder recorder = new HistoryRecorder(directory);
        recorder.start();
        record(recorder, producerIds(1_000));
        record(recorder, producerIds(2_000));
        recorder.close();
        Path file = HistoryFiles.files(directory, Share.AUTOMATIC).get(0);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 2] ^= 1;
        Files.write(file, bytes);
        assertThat(all(directory)).hasSize(1);
    }

    @Test
    void oldestFileGoesForTheNewest() throws IOException {
        HistoryRecorder recorder = new HistoryRecorder(directory, 200, 3);
        recorder.start();
        for (int i = 1; i <= 100; i++) {
            record(recorder, producerIds(i * 1_000L));
        }
        recorder.close();
        assertThat(HistoryFiles.files(directory, Share.AUTOMATIC)).hasSize(3);
        List<HistoryLine> left = all(directory);
        assertThat(left.get(left.size() - 1).getOffset()).isEqualTo(99);
        assertThat(left.size()).isBetween(3, 20);
    }

    @Test
    void diskThatFailsCostsLinesAndNothingElse() throws IOException {
        Path occupied = directory.resolve("occupied");
        Files.writeString(occupied, "a file where the directory should be");
        HistoryRecorder recorder = new HistoryRecorder(occupied);
        recorder.start();
        record(recorder, producerIds(1_000));
        recorder.close();
        Files.delete(occupied);

        HistoryRecorder again = new HistoryRecorder(occupied);
        again.start();
        record(again, producerIds(2_000));
        again.close();
        assertThat(all(occupied)).extracting(HistoryLine::getKind).containsExactly(Kind.GAP, Kind.PRODUCER_IDS);
    }

    @Test
    void fullQueueCostsLinesAndDoesNotBlock() throws IOException {
        HistoryRecorder recorder = new HistoryRecorder(directory);
        for (int i = 1; i <= 5_000; i++) {
            record(recorder, producerIds(i * 1_000L));
        }
        recorder.start();
        recorder.close();
        assertThat(all(directory).size()).isLessThanOrEqualTo(4_097);
        assertThat(all(directory).get(0).getOffset()).isZero();
    }

    // ---- two shares

    @Test
    void whatHappensByItselfDoesNotPushOutWhatPeopleDid() throws Exception {
        try (HistoryRecorder recorder = new HistoryRecorder(directory, 300, 2)) {
            recorder.start();
            recordBy(recorder, "User:alice", topic(TOPIC, "t"), partition(0));
            recordBy(recorder, "User:alice", config("retention.ms", "5"));
            for (int epoch = 1; epoch <= 100; epoch++) {
                recordBy(recorder, "", change(0, 1 + epoch % 2, epoch));
            }
            awaitWritten(recorder, 102);
            assertThat(HistoryFiles.files(directory, Share.AUTOMATIC)).hasSize(2);
            DescribeHistoryResponse all =
                    ask(recorder, DescribeHistoryRequest.newBuilder().setLimit(1_000));
            List<Long> offsets =
                    all.getLinesList().stream().map(HistoryLine::getOffset).toList();
            assertThat(offsets).isSortedAccordingTo(Comparator.reverseOrder()).endsWith(2L, 1L, 0L);
            assertThat(offsets.size()).isBetween(5, 20);
        }
    }

    private static void awaitWritten(HistoryRecorder recorder, long offset) throws Exception {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            List<HistoryLine> newest = ask(
                            recorder, DescribeHistoryRequest.newBuilder().setLimit(1))
                    .getLinesList();
            if (!newest.isEmpty() && newest.get(0).getOffset() >= offset) {
                return;
            }
            assertThat(System.nanoTime()).as("line %d is not there", offset).isLessThan(deadlineNs);
        }
    }

    @Test
    void shareThatNothingConcernedIsCompleteAllTheSame() throws IOException {
        writeAndClose("User:alice", config("retention.ms", "5"));
        writeAndClose("", producerIds(1_000), producerIds(2_000));
        writeAndClose("User:alice", config("retention.ms", "6"));
        assertThat(all(directory)).extracting(HistoryLine::getKind).doesNotContain(Kind.GAP);
        assertThat(all(directory, Share.ADMINISTRATIVE))
                .extracting(HistoryLine::getNewValue)
                .contains("5", "6");
    }

    @Test
    void lostEndOfOneShareIsToldThoughTheOtherGoesOn() throws IOException {
        writeAndClose("User:alice", config("retention.ms", "5"));
        writeAndClose("User:alice", config("retention.ms", "6"));
        writeAndClose("", producerIds(1_000));
        Path file = HistoryFiles.files(directory, Share.ADMINISTRATIVE).get(0);
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 3), StandardOpenOption.TRUNCATE_EXISTING);
        writeAndClose("", producerIds(2_000));
        List<HistoryLine> gaps = all(directory, Share.ADMINISTRATIVE).stream()
                .filter(line -> line.getKind() == Kind.GAP)
                .toList();
        assertThat(gaps).hasSize(1);
        assertThat(gaps.get(0).getOffset()).isEqualTo(3);
        assertThat(gaps.get(0).getMissing()).isEqualTo(2);
        assertThat(all(directory, Share.AUTOMATIC))
                .extracting(HistoryLine::getKind)
                .doesNotContain(Kind.GAP);
    }

    private void writeAndClose(String principal, MetadataRecord.Builder... records) {
        try (HistoryRecorder recorder = new HistoryRecorder(directory)) {
            recorder.start();
            if (image.offset() == 0) {
                recordBy(recorder, "User:alice", topic(TOPIC, "t"), partition(0));
            }
            recordBy(recorder, principal, records);
        }
    }

    @Test
    void partitionsThatAreCreatedTogetherHaveOneLine() throws Exception {
        List<HistoryLine> lines = lines(by(
                entry(topic(TOPIC, "t"), partition(0), partition(1), partition(2), change(1, 2, 1), partition(3)),
                origin(4, "User:alice", "CREATE_TOPICS"),
                origin(2, "User:bob", "CREATE_PARTITIONS")));
        assertThat(lines).extracting(HistoryLine::getOffset).containsExactly(0L, 1L, 4L, 5L);
        assertThat(lines.get(1).getName()).isEqualTo("t");
        assertThat(lines.get(1).getPartitions()).isEqualTo(3);
        assertThat(lines.get(1).getNewValue()).isEqualTo("partitions 0 to 2, replicas [1, 2] [1, 2] [1, 2]");
        assertThat(lines.get(2).getOldValue()).startsWith("leader 1, leader epoch 0");
        assertThat(lines.get(3).getName()).isEqualTo("t-3");
        assertThat(lines.get(3).getPrincipal()).isEqualTo("User:bob");
    }

    @Test
    void partitionsOfTwoCommandsHaveTwoLines() {
        List<HistoryLine> lines = lines(by(
                entry(topic(TOPIC, "t"), partition(0), partition(1)),
                origin(2, "User:alice", "CREATE_TOPICS"),
                origin(1, "User:bob", "CREATE_PARTITIONS")));
        assertThat(lines).extracting(HistoryLine::getName).containsExactly("t", "t-0", "t-1");
    }

    @Test
    void lineOfManyPartitionsIsFoundByTheNameOfEach() throws Exception {
        try (HistoryRecorder recorder = new HistoryRecorder(directory)) {
            recorder.start();
            record(recorder, topic(TOPIC, "t"), partition(0), partition(1), partition(2));
            awaitWritten(recorder, 1);
            for (String name : List.of("t-0", "t-2")) {
                assertThat(ask(recorder, DescribeHistoryRequest.newBuilder().setName(name))
                                .getLinesList())
                        .extracting(HistoryLine::getOffset)
                        .containsExactly(1L);
            }
            for (String name : List.of("t-3", "t--1", "u-1", "t-x", "-")) {
                assertThat(ask(recorder, DescribeHistoryRequest.newBuilder().setName(name))
                                .getLinesList())
                        .isEmpty();
            }
        }
    }

    // ---- asked

    private HistoryRecorder filled() {
        HistoryRecorder recorder = new HistoryRecorder(directory, 60, 100);
        recorder.start();
        record(recorder, topic(TOPIC, "t"), partition(0), config("retention.ms", "5"));
        record(recorder, topic(new Uuid(2, 2), "t-0x"));
        record(recorder, change(0, 2, 1));
        record(recorder, producerIds(1_000));
        recorder.close();
        HistoryRecorder reading = new HistoryRecorder(directory, 60, 100);
        reading.start();
        return reading;
    }

    @Test
    void linesAreFoundNewestFirstOverAllFiles() throws Exception {
        try (HistoryRecorder recorder = filled()) {
            assertThat(HistoryFiles.files(directory, Share.AUTOMATIC).size()).isGreaterThan(1);
            DescribeHistoryResponse all = ask(recorder, DescribeHistoryRequest.newBuilder());
            assertThat(all.getLinesList()).extracting(HistoryLine::getOffset).containsExactly(5L, 4L, 3L, 2L, 1L, 0L);
            assertThat(all.getMore()).isFalse();
        }
    }

    @Test
    void limitLeavesOutTheOldestAndSaysSo() throws Exception {
        try (HistoryRecorder recorder = filled()) {
            DescribeHistoryResponse some =
                    ask(recorder, DescribeHistoryRequest.newBuilder().setLimit(2));
            assertThat(some.getLinesList()).extracting(HistoryLine::getOffset).containsExactly(5L, 4L);
            assertThat(some.getMore()).isTrue();
            assertThat(ask(recorder, DescribeHistoryRequest.newBuilder().setLimit(6))
                            .getMore())
                    .isFalse();
        }
    }

    @Test
    void linesAreFoundByKindAndNameAndTime() throws Exception {
        try (HistoryRecorder recorder = filled()) {
            assertThat(ask(recorder, DescribeHistoryRequest.newBuilder().setKind(Kind.PARTITION))
                            .getLinesList())
                    .extracting(HistoryLine::getOffset)
                    .containsExactly(4L, 1L);
            assertThat(ask(recorder, DescribeHistoryRequest.newBuilder().setName("t"))
                            .getLinesList())
                    .extracting(HistoryLine::getOffset)
                    .containsExactly(4L, 2L, 1L, 0L);
            assertThat(ask(recorder, DescribeHistoryRequest.newBuilder().setName("t-0"))
                            .getLinesList())
                    .extracting(HistoryLine::getOffset)
                    .containsExactly(4L, 1L);
            assertThat(ask(recorder, DescribeHistoryRequest.newBuilder().setSinceMs(3_000))
                            .getLinesList())
                    .extracting(HistoryLine::getOffset)
                    .containsExactly(5L, 4L);
        }
    }

    @Test
    void badQuestionsAreNone() {
        assertThat(HistoryRecorder.isValid(
                        DescribeHistoryRequest.newBuilder().setLimit(-1).build()))
                .isFalse();
        assertThat(HistoryRecorder.isValid(
                        DescribeHistoryRequest.newBuilder().setLimit(1_001).build()))
                .isFalse();
        assertThat(HistoryRecorder.isValid(
                        DescribeHistoryRequest.newBuilder().setKindValue(99).build()))
                .isFalse();
        assertThat(HistoryRecorder.isValid(
                        DescribeHistoryRequest.newBuilder().setLimit(1_000).build()))
                .isTrue();
    }
}
