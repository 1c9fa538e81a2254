// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.controller.Controller;
import io.shiplog.metadata.controller.ControllerSettings;
import io.shiplog.metadata.controller.Decision;
import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.image.JobRecords;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.QuorumVoter;
import io.shiplog.metadata.proto.FormClusterCommand;
import io.shiplog.metadata.proto.JobMove;
import io.shiplog.metadata.proto.JobMovesRecord;
import io.shiplog.metadata.proto.JobRecord;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.RecordStateHashCommand;
import java.util.List;
import org.junit.jupiter.api.Test;

class QuorumUpkeepTest {
    private static final long REPAIR_WAIT_MS = 600_000;
    private static final QuorumVoter ONE = new QuorumVoter(1, "1-x", "a", 1, 2);
    private static final QuorumVoter TWO = new QuorumVoter(2, "2-x", "b", 3, 4);

    private final Controller controller = new Controller(ControllerSettings.defaults());
    private MetadataImage image = formed();

    private MetadataImage formed() {
        MetadataCommand form = MetadataCommand.newBuilder()
                .setBrokerId(-1)
                .setFormCluster(FormClusterCommand.newBuilder().setClusterId("c"))
                .build();
        return MetadataImage.empty()
                .candidate(decide(MetadataImage.empty(), form).records());
    }

    private Decision decide(MetadataImage on, MetadataCommand command) {
        Decision decision = controller.decide(on, command, 0);
        assertThat(decision.result().getError()).isZero();
        return decision;
    }

    private void carryOut(List<MetadataCommand> commands) {
        for (MetadataCommand command : commands) {
            image = image.candidate(decide(image, command).records());
        }
    }

    private void record(int times) {
        for (int i = 0; i < times; i++) {
            carryOut(List.of(QuorumNodeTest.registerBroker(i)));
        }
    }

    @Test
    void votersAreRecordedWhenTheyDifferAndThenNoMore() {
        QuorumUpkeep upkeep = new QuorumUpkeep(image.offset(), 0, REPAIR_WAIT_MS);
        carryOut(upkeep.poll(image, List.of(ONE, TWO), 0, 0));
        assertThat(image.quorumVoters()).containsExactly(ONE, TWO);
        assertThat(upkeep.poll(image, List.of(ONE, TWO), 5_000, 0)).isEmpty();
        QuorumVoter moved = new QuorumVoter(1, "1-y", "a", 1, 2);
        carryOut(upkeep.poll(image, List.of(moved), 6_000, 0));
        assertThat(image.quorumVoters()).containsExactly(moved);
    }

    @Test
    void votersThatAreNotKnownRemoveNobody() {
        QuorumUpkeep upkeep = new QuorumUpkeep(image.offset(), 0, REPAIR_WAIT_MS);
        carryOut(upkeep.poll(image, List.of(ONE), 0, 0));
        assertThat(upkeep.poll(image, List.of(), 5_000, 0)).isEmpty();
    }

    @Test
    void nothingIsRecordedBeforeTheClusterIsFormed() {
        QuorumUpkeep upkeep = new QuorumUpkeep(0, 0, REPAIR_WAIT_MS);
        assertThat(upkeep.poll(MetadataImage.empty(), List.of(ONE), 100_000, 0)).isEmpty();
    }

    @Test
    void theHashIsRecordedAfterAThousandRecordsAndOnceForThem() {
        QuorumUpkeep upkeep = new QuorumUpkeep(image.offset(), 0, REPAIR_WAIT_MS);
        record(999);
        assertThat(upkeep.poll(image, List.of(), 10, 0)).isEmpty();
        record(1);
        List<MetadataCommand> due = upkeep.poll(image, List.of(), 20, 0);
        assertThat(due).singleElement().matches(MetadataCommand::hasRecordStateHash);
        carryOut(due);
        assertThat(upkeep.poll(image, List.of(), 30, 0)).isEmpty();
    }

    @Test
    void onAQuietClusterTheHashIsRecordedAfterAMinuteAndItsOwnRecordIsNoReason() {
        QuorumUpkeep upkeep = new QuorumUpkeep(image.offset(), 0, REPAIR_WAIT_MS);
        record(2);
        assertThat(upkeep.poll(image, List.of(), 59_999, 0)).isEmpty();
        carryOut(upkeep.poll(image, List.of(), 60_000, 0));
        assertThat(upkeep.poll(image, List.of(), 600_000, 0)).isEmpty();
    }

    /** A job of a topic that is gone, which is seen at the first look. */
    @Test
    void stepsOfJobsAreTakenAndSayHowLongTheyWaitForRepairs() {
        QuorumUpkeep upkeep = new QuorumUpkeep(image.offset(), 0, 77);
        image = image.candidate(List.of(
                JobRecords.head(JobRecord.newBuilder()
                        .setJobId(1)
                        .setKind(JobRecord.Kind.REASSIGN)
                        .setState(JobRecord.State.RUNNING)),
                ImageRecords.record()
                        .setJobMoves(JobMovesRecord.newBuilder()
                                .setJobId(1)
                                .addMoves(JobMove.newBuilder().addReplicas(1)))
                        .build()));
        List<MetadataCommand> due = upkeep.poll(image, List.of(), 10, 0);
        assertThat(due)
                .singleElement()
                .satisfies(command ->
                        assertThat(command.getAdvanceJobs().getRepairWaitMs()).isEqualTo(77));
        carryOut(due);
        assertThat(image.jobs().open()).isEmpty();
    }

    @Test
    void aNodeWithAnotherStateSeesItAtTheRecord() {
        MetadataCommand hash = MetadataCommand.newBuilder()
                .setBrokerId(-1)
                .setRecordStateHash(RecordStateHashCommand.getDefaultInstance())
                .build();
        Decision decision = decide(image, hash);
        MetadataImage astray = MetadataImage.empty()
                .candidate(decide(
                                MetadataImage.empty(),
                                MetadataCommand.newBuilder()
                                        .setBrokerId(-1)
                                        .setFormCluster(
                                                FormClusterCommand.newBuilder().setClusterId("d"))
                                        .build())
                        .records());
        assertThat(astray.candidate(decision.records()).astrayAtOffset()).isEqualTo(astray.offset());
        assertThat(image.candidate(decision.records()).astrayAtOffset()).isEqualTo(-1);
        assertThat(image.candidate(decision.records()).stateHash()).isEqualTo(image.stateHash());
    }
}
