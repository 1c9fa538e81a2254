// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.metadata;

import com.google.protobuf.InvalidProtocolBufferException;
import io.shiplog.metadata.controller.Controller;
import io.shiplog.metadata.controller.Decision;
import io.shiplog.metadata.image.MetadataDelta;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.MetadataEntry;
import io.shiplog.metadata.proto.SweepCommand;
import io.shiplog.metadata.snapshot.SnapshotFormat;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * C9: the pure parts of the metadata path, on three nodes that hold every partition: one of them is fenced, which changes every partition, a
 * third of them with a new leader. Each method is one operation on all of them; nothing here waits for a disk or a peer. Kafka's image is given
 * the same changes.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class MetadataBenchmark {
    private static final int FENCED = 1;

    @Param({"1000", "100000"})
    int partitions;

    private Controller controller;
    private MetadataImage image;
    private MetadataCommand fence;
    private MetadataCommand sweep;
    private Decision fencing;
    private MetadataEntry entry;
    private byte[] entryBytes;
    private MetadataEntry one;
    private MetadataImage after;
    private byte[] snapshot;
    private KafkaMetadata kafka;

    @Setup
    public void build() {
        controller = SyntheticMetadata.controller();
        image = SyntheticMetadata.image(controller, partitions);
        fence = SyntheticMetadata.brokerState(image, FENCED, true).build();
        sweep = MetadataCommand.newBuilder()
                .setBrokerId(Controller.NO_BROKER)
                .setSweep(SweepCommand.newBuilder().setMaxPartitions(1))
                .build();
        fencing = controller.decide(image, fence, 0);
        entry = SyntheticMetadata.entry(image, fencing.records());
        entryBytes = entry.toByteArray();
        one = SyntheticMetadata.entry(
                image,
                fencing.records()
                        .subList(fencing.records().size() - 1, fencing.records().size()));
        after = image.apply(entry);
        snapshot = SnapshotFormat.toBytes(image);
        kafka = new KafkaMetadata(partitions);
    }

    /** The decision: who leaves which ISR, who leads instead. */
    @Benchmark
    public Decision decideFence() {
        return controller.decide(image, fence, 0);
    }

    /** A look for partitions that need an election, which finds none. */
    @Benchmark
    public Decision sweepOfNothing() {
        return controller.decide(image, sweep, 0);
    }

    /** From the bytes of a log entry to the next image: what every quorum node does. */
    @Benchmark
    public MetadataImage parseAndApply() throws InvalidProtocolBufferException {
        return image.apply(MetadataEntry.parseFrom(entryBytes));
    }

    /** The replay alone: what a storage node does, and the controller for its candidate image. */
    @Benchmark
    public MetadataImage apply() {
        return image.apply(entry);
    }

    @Benchmark
    public Object applyKafka() {
        return kafka.apply();
    }

    @Benchmark
    public Object applyOneChangeKafka() {
        return kafka.applyOneChange();
    }

    /** One partition changes: what an entry costs by itself, whatever else there is. */
    @Benchmark
    public MetadataImage applyOneChange() {
        return image.apply(one);
    }

    @Benchmark
    public MetadataDelta delta() {
        return MetadataDelta.between(image, List.of(entry), after);
    }

    /** The delta between two images that share nothing but what did not change. */
    @Benchmark
    public MetadataDelta fullDelta() {
        return MetadataDelta.full(image, after);
    }

    @Benchmark
    public byte[] snapshotEncode() {
        return SnapshotFormat.toBytes(image);
    }

    @Benchmark
    public MetadataImage snapshotDecode() throws IOException {
        return SnapshotFormat.fromBytes(snapshot).image();
    }
}
