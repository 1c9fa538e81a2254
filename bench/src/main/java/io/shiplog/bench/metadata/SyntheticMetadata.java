// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.metadata;

import com.google.protobuf.ByteString;
import io.shiplog.metadata.controller.Controller;
import io.shiplog.metadata.controller.ControllerSettings;
import io.shiplog.metadata.controller.Decision;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.ChangeBrokerStateCommand;
import io.shiplog.metadata.proto.CreateTopicsCommand;
import io.shiplog.metadata.proto.Endpoint;
import io.shiplog.metadata.proto.FormClusterCommand;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.MetadataEntry;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.NewTopic;
import io.shiplog.metadata.proto.RegisterBrokerCommand;
import java.util.List;
import org.apache.kafka.common.Uuid;

/** Images of three storage nodes and many partitions, made by the controller's own decisions; the same ones every time. */
public final class SyntheticMetadata {
    public static final int BROKERS = 3;
    static final int REPLICATION = 3;
    static final int PARTITIONS_PER_TOPIC = 1_000;

    private static final String CLUSTER_ID = new Uuid(1, 1).toString();
    private static final long DIRECTORY_HALF = 77;

    private SyntheticMetadata() {}

    /** A controller whose decisions are not cut into pieces. */
    public static Controller controller() {
        ControllerSettings defaults = ControllerSettings.defaults();
        return new Controller(new ControllerSettings(
                defaults.defaultPartitions(),
                defaults.defaultReplicationFactor(),
                defaults.maxPartitionsPerCall(),
                Integer.MAX_VALUE,
                Integer.MAX_VALUE));
    }

    /** So many partitions in topics of {@link #PARTITIONS_PER_TOPIC}, all in sync on three unfenced nodes. */
    public static MetadataImage image(Controller controller, int partitions) {
        MetadataImage image = decide(
                controller,
                MetadataImage.empty(),
                own().setFormCluster(FormClusterCommand.newBuilder().setClusterId(CLUSTER_ID)));
        for (int id = 1; id <= BROKERS; id++) {
            image = decide(controller, image, registration(id));
            image = decide(controller, image, brokerState(image, id, false));
        }
        int topic = 0;
        for (int left = partitions; left > 0; left -= PARTITIONS_PER_TOPIC) {
            image = decide(controller, image, creation(topic++, Math.min(left, PARTITIONS_PER_TOPIC)));
        }
        return image;
    }

    private static MetadataImage decide(Controller controller, MetadataImage image, MetadataCommand.Builder command) {
        Decision decision = controller.decide(image, command.build(), 0);
        if (decision.records().isEmpty()) {
            throw new IllegalStateException("nothing decided: " + decision.result());
        }
        return image.candidate(decision.records());
    }

    private static MetadataCommand.Builder own() {
        return MetadataCommand.newBuilder().setBrokerId(Controller.NO_BROKER);
    }

    private static MetadataCommand.Builder registration(int id) {
        ByteString some = Uuids.toBytes(new Uuid(DIRECTORY_HALF, id));
        return MetadataCommand.newBuilder()
                .setBrokerId(id)
                .setRegisterBroker(RegisterBrokerCommand.newBuilder()
                        .setClusterId(CLUSTER_ID)
                        .setIncarnationId(some)
                        .setCleanShutdownEpoch(-1)
                        .addEndpoints(Endpoint.newBuilder()
                                .setName("PLAINTEXT")
                                .setHost("127.0.0.1")
                                .setPort(9_000 + id))
                        .addDirectoryIds(some));
    }

    /** Fences or unfences a node. */
    static MetadataCommand.Builder brokerState(MetadataImage image, int id, boolean fenced) {
        return own().setChangeBrokerState(ChangeBrokerStateCommand.newBuilder()
                .setTargetBrokerId(id)
                .setTargetBrokerEpoch(image.broker(id).epoch())
                .setFenced(fenced)
                .setCause("benchmark"));
    }

    private static MetadataCommand.Builder creation(int topic, int partitions) {
        return own().setCreateTopics(CreateTopicsCommand.newBuilder()
                .addTopics(NewTopic.newBuilder()
                        .setName("topic-" + topic)
                        .setPartitions(partitions)
                        .setReplicationFactor(REPLICATION)
                        .setTopicId(Uuids.toBytes(new Uuid(DIRECTORY_HALF + 1, topic + 1)))));
    }

    /** The entry that carries {@code records} onto {@code image}. */
    static MetadataEntry entry(MetadataImage image, List<MetadataRecord> records) {
        return MetadataEntry.newBuilder()
                .setFormat(1)
                .setDecidedOnOffset(image.offset())
                .setProposer(1)
                .setProposal(image.offset() + 1)
                .addAllRecords(records)
                .build();
    }
}
