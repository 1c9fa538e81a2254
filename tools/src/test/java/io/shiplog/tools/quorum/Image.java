// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.quorum;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.BrokerRegistrationRecord;
import io.shiplog.metadata.proto.BrokerStateRecord;
import io.shiplog.metadata.proto.ConfigRecord;
import io.shiplog.metadata.proto.ConfigResource;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.PartitionRecord;
import io.shiplog.metadata.proto.PartitionState;
import io.shiplog.metadata.proto.TopicRecord;
import java.util.List;
import org.apache.kafka.common.Uuid;

/** Metadata of a small cluster, as tests want it: storage nodes, and one topic with min ISR 2. */
final class Image {
    static final Uuid TOPIC = new Uuid(1, 2);
    static final int NOBODY = -1;

    private MetadataImage image = MetadataImage.empty();
    private int partitions;

    /** Storage nodes 1 to n that serve, and the topic without partitions. */
    Image(int nodes) {
        for (int id = 1; id <= nodes; id++) {
            add(MetadataRecord.newBuilder()
                    .setBrokerRegistration(BrokerRegistrationRecord.newBuilder()
                            .setBrokerId(id)
                            .setIncarnationId(Uuids.toBytes(new Uuid(7, id)))
                            .setFenced(true)));
            state(id, BrokerStateRecord.newBuilder());
        }
        add(MetadataRecord.newBuilder()
                .setTopic(TopicRecord.newBuilder()
                        .setTopicId(Uuids.toBytes(TOPIC))
                        .setName("orders")));
        add(MetadataRecord.newBuilder()
                .setConfig(ConfigRecord.newBuilder()
                        .setResource(ConfigResource.newBuilder()
                                .setType(ConfigResource.Type.TOPIC)
                                .setName(TOPIC.toString()))
                        .setKey("min.insync.replicas")
                        .setValue("2")));
    }

    Image partition(List<Integer> replicas, List<Integer> isr, int leader) {
        return add(MetadataRecord.newBuilder()
                .setPartition(PartitionRecord.newBuilder()
                        .setTopicId(Uuids.toBytes(TOPIC))
                        .setPartition(partitions++)
                        .addAllReplicas(replicas)
                        .setState(PartitionState.newBuilder().setLeader(leader).addAllIsr(isr))));
    }

    Image fenced(int id) {
        return state(id, BrokerStateRecord.newBuilder().setFenced(true));
    }

    Image draining(int id) {
        return state(id, BrokerStateRecord.newBuilder().setDraining(true));
    }

    private Image state(int id, BrokerStateRecord.Builder state) {
        return add(MetadataRecord.newBuilder()
                .setBrokerState(
                        state.setBrokerId(id).setBrokerEpoch(image.broker(id).epoch())));
    }

    private Image add(MetadataRecord.Builder record) {
        image = image.candidate(List.of(record.setVersion(1).build()));
        return this;
    }

    MetadataImage get() {
        return image;
    }
}
