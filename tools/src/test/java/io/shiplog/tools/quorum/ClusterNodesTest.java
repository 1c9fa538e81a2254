// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.client.QuorumDescription;
import io.shiplog.metadata.client.QuorumDescription.QuorumMember;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.BrokerRegistrationRecord;
import io.shiplog.metadata.proto.BrokerStateRecord;
import io.shiplog.metadata.proto.Endpoint;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.PartitionRecord;
import io.shiplog.metadata.proto.PartitionState;
import io.shiplog.metadata.proto.TopicRecord;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class ClusterNodesTest {
    private static final Uuid TOPIC = new Uuid(1, 2);
    private static final QuorumDescription QUORUM = new QuorumDescription(
            2, 5, 10, List.of(new QuorumMember(1, "localhost", 9_001), new QuorumMember(2, "localhost", 9_002)));

    private MetadataImage image = MetadataImage.empty();

    @Test
    void storageNodesComeWithTheirLoadAndState() {
        broker(1, "rack-a");
        broker(2, "");
        state(1, BrokerStateRecord.newBuilder());
        add(MetadataRecord.newBuilder()
                .setTopic(TopicRecord.newBuilder()
                        .setTopicId(Uuids.toBytes(TOPIC))
                        .setName("orders")));
        add(MetadataRecord.newBuilder()
                .setPartition(PartitionRecord.newBuilder()
                        .setTopicId(Uuids.toBytes(TOPIC))
                        .addAllReplicas(List.of(1, 2))
                        .setState(PartitionState.newBuilder().setLeader(1).addIsr(1))));
        assertThat(ClusterNodes.of(image, QUORUM))
                .containsExactly(
                        new ClusterNodes.Row("storage", 1, "serving", "localhost:9092", "rack-a", 1, 1, 1),
                        new ClusterNodes.Row("storage", 2, "fenced", "localhost:9092", null, 0, 1, 0),
                        new ClusterNodes.Row("quorum", 1, "voter", "localhost:9001", null, 0, 0, 0),
                        new ClusterNodes.Row("quorum", 2, "leader", "localhost:9002", null, 0, 0, 0));
    }

    @Test
    void nodeThatIsStoppingOrDrainedSaysSo() {
        broker(1, "");
        broker(2, "");
        state(1, BrokerStateRecord.newBuilder().setInControlledShutdown(true));
        state(2, BrokerStateRecord.newBuilder().setDraining(true));
        assertThat(ClusterNodes.of(image, QUORUM))
                .extracting(ClusterNodes.Row::state)
                .containsExactly("stopping", "draining", "voter", "leader");
    }

    @Test
    void nodeThatGetsNoNewReplicasSaysSo() {
        broker(1, "");
        state(1, BrokerStateRecord.newBuilder().setCordoned(true));
        assertThat(ClusterNodes.of(image, QUORUM))
                .extracting(ClusterNodes.Row::state)
                .startsWith("serving, cordoned");
    }

    private void broker(int id, String rack) {
        add(MetadataRecord.newBuilder()
                .setBrokerRegistration(BrokerRegistrationRecord.newBuilder()
                        .setBrokerId(id)
                        .setIncarnationId(Uuids.toBytes(new Uuid(7, id)))
                        .setRack(rack)
                        .setFenced(true)
                        .addEndpoints(Endpoint.newBuilder()
                                .setName("PLAINTEXT")
                                .setHost("localhost")
                                .setPort(9092))));
    }

    private void state(int id, BrokerStateRecord.Builder state) {
        add(MetadataRecord.newBuilder()
                .setBrokerState(
                        state.setBrokerId(id).setBrokerEpoch(image.broker(id).epoch())));
    }

    private void add(MetadataRecord.Builder record) {
        image = image.candidate(List.of(record.setVersion(1).build()));
    }
}
