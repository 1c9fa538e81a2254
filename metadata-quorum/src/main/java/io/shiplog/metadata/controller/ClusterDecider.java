// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.AllocateProducerIdsResult;
import io.shiplog.metadata.proto.ClusterRecord;
import io.shiplog.metadata.proto.FormClusterCommand;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.ProducerIdsRecord;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/** What concerns the cluster as a whole: its id, and the producer ids that are given out in blocks. */
final class ClusterDecider {
    /** Producer ids in a block (Kafka: {@code ProducerIdsBlock.PRODUCER_ID_BLOCK_SIZE}). */
    static final int BLOCK_SIZE = 1_000;

    private final FeatureDecider features;

    ClusterDecider(FeatureDecider features) {
        this.features = features;
    }

    Decision form(MetadataImage image, FormClusterCommand command) {
        String clusterId = command.getClusterId();
        if (clusterId.isEmpty()) {
            return Decision.refused(image.offset(), Errors.INVALID_REQUEST, "A cluster needs an id.");
        }
        if (image.clusterId().equals(clusterId)) {
            return Decision.atomic(image.offset(), List.of(), MetadataResult.newBuilder());
        }
        if (!image.clusterId().isEmpty()) {
            return Decision.refused(
                    image.offset(),
                    Errors.INCONSISTENT_CLUSTER_ID,
                    "This is cluster " + image.clusterId() + ", not " + clusterId + ".");
        }
        List<MetadataRecord> records = new ArrayList<>();
        records.add(ImageRecords.record()
                .setCluster(ClusterRecord.newBuilder().setClusterId(clusterId))
                .build());
        records.addAll(features.initial());
        return Decision.atomic(image.offset(), records, MetadataResult.newBuilder());
    }

    Decision allocateProducerIds(MetadataImage image, MetadataCommand command) {
        long first = image.nextProducerId();
        if (first > Long.MAX_VALUE - BLOCK_SIZE) {
            return Decision.refused(
                    image.offset(), Errors.UNKNOWN_SERVER_ERROR, "All producer ids have been given out.");
        }
        MetadataRecord record = ImageRecords.record()
                .setProducerIds(ProducerIdsRecord.newBuilder()
                        .setBrokerId(command.getBrokerId())
                        .setBrokerEpoch(command.getBrokerEpoch())
                        .setNextProducerId(first + BLOCK_SIZE))
                .build();
        MetadataResult.Builder result = MetadataResult.newBuilder()
                .setAllocateProducerIds(AllocateProducerIdsResult.newBuilder()
                        .setFirstProducerId(first)
                        .setCount(BLOCK_SIZE));
        return Decision.atomic(image.offset(), List.of(record), result);
    }
}
