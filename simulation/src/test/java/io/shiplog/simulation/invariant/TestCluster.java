// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.BrokerRegistrationRecord;
import io.shiplog.metadata.proto.BrokerStateRecord;
import io.shiplog.metadata.proto.ClusterRecord;
import io.shiplog.metadata.proto.ConfigRecord;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.PartitionChangeRecord;
import io.shiplog.metadata.proto.PartitionRecord;
import io.shiplog.metadata.proto.RemoveTopicRecord;
import io.shiplog.metadata.proto.TopicRecord;
import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.port.PartitionState;
import io.shiplog.simulation.invariant.Observation.Outcome;
import io.shiplog.simulation.invariant.Observation.Sent;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.Uuid;

/** Three brokers with a replica each of partition t-0, min ISR 2, on disks before it is acknowledged; all invariants watch. */
final class TestCluster implements ClusterSight {
    static final Uuid TOPIC = new Uuid(7, 7);
    private static final Uuid NEXT_TOPIC = new Uuid(7, 8);
    private static final int[] REPLICAS = {1, 2, 3};

    final TestBroker one = new TestBroker(1);
    final TestBroker two = new TestBroker(2);
    final TestBroker three = new TestBroker(3);
    final Checker checker = new Checker();
    private final List<MetadataImage> steps = new ArrayList<>();
    final List<MetadataImage> quorum = new ArrayList<>();
    MetadataImage image = MetadataImage.empty();
    long nowUs;
    boolean uncleanly;

    /** Led by 1 in epoch 0, all in sync. */
    TestCluster() {
        record(record().setCluster(ClusterRecord.newBuilder().setClusterId("c")));
        for (TestBroker broker : List.of(one, two, three)) {
            register(broker);
        }
        record(record().setTopic(TopicRecord.newBuilder()
                .setTopicId(Uuids.toBytes(TOPIC))
                .setName("t")));
        config("min.insync.replicas", "2");
        config("flush.policy", "commit");
        PartitionImage first = partition(1, 0, 0, new int[] {1, 2, 3}, new int[0], false);
        record(record().setPartition(PartitionRecord.newBuilder()
                .setTopicId(Uuids.toBytes(TOPIC))
                .addAllReplicas(List.of(1, 2, 3))
                .setState(ImageRecords.state(first))));
        lead(one, 0);
        checker.afterEvent(this);
    }

    private static PartitionImage partition(
            int leader, int epoch, int partitionEpoch, int[] isr, int[] elr, boolean unclean) {
        return new PartitionImage(
                REPLICAS, isr, elr, new int[0], leader, epoch, partitionEpoch, true, unclean, new int[0], new int[0]);
    }

    // ---- metadata

    private static MetadataRecord.Builder record() {
        return ImageRecords.record();
    }

    void record(MetadataRecord.Builder record) {
        image = image.candidate(List.of(record.build()));
        steps.add(image);
    }

    void config(String key, String value) {
        record(record().setConfig(ConfigRecord.newBuilder()
                .setResource(ImageRecords.topicResource(TOPIC))
                .setKey(key)
                .setValue(value)));
    }

    void deleteTopic() {
        record(record().setRemoveTopic(RemoveTopicRecord.newBuilder().setTopicId(Uuids.toBytes(TOPIC))));
    }

    /** Another topic of the same kind: led by the first of them, who are in sync; nobody has opened a log of it. */
    void createAgain(int... isr) {
        record(record().setTopic(TopicRecord.newBuilder()
                .setTopicId(Uuids.toBytes(NEXT_TOPIC))
                .setName("t")));
        record(record().setConfig(ConfigRecord.newBuilder()
                .setResource(ImageRecords.topicResource(NEXT_TOPIC))
                .setKey("min.insync.replicas")
                .setValue("2")));
        record(record().setPartition(PartitionRecord.newBuilder()
                .setTopicId(Uuids.toBytes(NEXT_TOPIC))
                .addAllReplicas(List.of(1, 2, 3))
                .setState(ImageRecords.state(partition(isr[0], 0, 0, isr, new int[0], false)))));
    }

    void agreeAgain(PartitionImage next) {
        record(record().setPartitionChange(PartitionChangeRecord.newBuilder()
                .setTopicId(Uuids.toBytes(NEXT_TOPIC))
                .setState(ImageRecords.state(next))));
    }

    /** Gives the broker its epoch, and unfences it. */
    void register(TestBroker broker) {
        long epoch = image.offset();
        record(record().setBrokerRegistration(BrokerRegistrationRecord.newBuilder()
                .setBrokerId(broker.id())
                .setIncarnationId(Uuids.toBytes(new Uuid(broker.id(), epoch + 1)))
                .setFenced(true)));
        broker.epoch = epoch;
        fence(broker, false);
    }

    void fence(TestBroker broker, boolean fenced) {
        record(record().setBrokerState(BrokerStateRecord.newBuilder()
                .setBrokerId(broker.id())
                .setBrokerEpoch(broker.epoch)
                .setFenced(fenced)));
    }

    PartitionImage agreedPartition() {
        return image.partition(TOPIC, 0);
    }

    void agree(int leader, int epoch, int[] isr, int[] elr) {
        agree(partition(leader, epoch, agreedPartition().partitionEpoch() + 1, isr, elr, false), List.of());
    }

    void agreeUncleanly(int leader, int epoch) {
        int[] isr = {leader};
        agree(partition(leader, epoch, agreedPartition().partitionEpoch() + 1, isr, new int[0], true), List.of());
    }

    void agree(PartitionImage next, List<Integer> replicas) {
        record(record().setPartitionChange(PartitionChangeRecord.newBuilder()
                .setTopicId(Uuids.toBytes(TOPIC))
                .addAllReplicas(replicas)
                .setState(ImageRecords.state(next))));
    }

    // ---- replicas

    /** The broker leads by what the metadata say now; the others follow. */
    void lead(TestBroker leader, int epoch) {
        for (TestBroker broker : List.of(one, two, three)) {
            broker.replica.leads = broker == leader;
            broker.replica.leaderEpoch = epoch;
            broker.replica.epochStart = broker == leader ? broker.replica.logEnd() : -1;
            broker.replica.state = state();
        }
    }

    /** What a leader would know if it knew all. */
    PartitionState state() {
        PartitionImage agreed = agreedPartition();
        List<AssignedReplica> replicas = new ArrayList<>();
        for (TestBroker broker : List.of(one, two, three)) {
            replicas.add(new AssignedReplica(
                    broker.id(), agreed.inIsr(broker.id()), agreed.inElr(broker.id()), broker.epoch, false, false));
        }
        return new PartitionState(
                agreed.leader(), agreed.leaderEpoch(), agreed.partitionEpoch(), replicas, true, false, 2, true);
    }

    /** Records of epoch 0 with values that are their offsets, on all three, committed up to the end. */
    TestCluster committed(int count) {
        for (int offset = 0; offset < count; offset++) {
            Entry entry = Entry.plain(offset, 0, offset);
            for (TestBroker broker : List.of(one, two, three)) {
                broker.replica.append(entry);
            }
        }
        step();
        one.replica.highWatermark = count;
        step();
        two.replica.highWatermark = count;
        three.replica.highWatermark = count;
        step();
        for (int offset = 0; offset < count; offset++) {
            heard(sent(offset, offset));
        }
        return this;
    }

    /** A new process of the broker, registered and with its log as it is. */
    void restart(TestBroker broker, boolean cleanly) {
        broker.running = false;
        broker.clean = cleanly;
        step();
        broker.running = true;
        broker.life++;
        broker.replica.leads = false;
        broker.replica.leaderEpoch = -1;
    }

    // ---- what happens

    void step() {
        nowUs += 1_000;
        checker.afterEvent(this);
    }

    /** Acknowledged with acks=all by broker 1: began and ended within this event. */
    Sent sent(long value, long offset) {
        return sent(value, offset, nowUs, nowUs + 1);
    }

    Sent sent(long value, long offset, long beganAt, long endedAt) {
        return new Sent(TOPIC, 0, value, 1, value, true, (short) -1, beganAt, beganAt, endedAt, Outcome.OK, 1, offset);
    }

    void heard(Observation observation) {
        nowUs += 1_000;
        checker.heard(observation, this);
    }

    void read(int broker, long beganAt, Entry... entries) {
        heard(new Observation.Read(
                TOPIC,
                0,
                9,
                broker,
                entries.length == 0 ? 0 : entries[0].offset(),
                beganAt,
                nowUs,
                0,
                List.of(entries)));
    }

    void end() {
        end(new Ending(true, List.of(1, 2, 3), nowUs, -1, 0));
    }

    void end(Ending ending) {
        nowUs += 1_000;
        checker.atEnd(ending, this);
    }

    /** The numbers of the invariants that found something. */
    Set<String> broken() {
        Set<String> ids = new TreeSet<>();
        checker.violations().forEach(violation -> ids.add(violation.invariant()));
        return ids;
    }

    // ---- as the invariants see it

    @Override
    public long nowUs() {
        return nowUs;
    }

    @Override
    public int touched() {
        return ALL;
    }

    @Override
    public boolean electsUncleanly() {
        return uncleanly;
    }

    @Override
    public MetadataImage agreed() {
        return image;
    }

    /** Each record is a command. */
    @Override
    public List<MetadataImage> agreedSince(MetadataImage known) {
        List<MetadataImage> since = List.copyOf(steps);
        steps.clear();
        return since;
    }

    @Override
    public List<BrokerSight> brokers() {
        return List.of(one, two, three);
    }

    @Override
    public List<MetadataImage> quorumImages() {
        return quorum.isEmpty() ? List.of(image) : quorum;
    }
}
