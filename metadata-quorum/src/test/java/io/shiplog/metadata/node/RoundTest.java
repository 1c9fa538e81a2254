// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.controller.Controller;
import io.shiplog.metadata.controller.ControllerSettings;
import io.shiplog.metadata.controller.Decision;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.ChangeBrokerStateCommand;
import io.shiplog.metadata.proto.CommandOrigin;
import io.shiplog.metadata.proto.CreateTopicsCommand;
import io.shiplog.metadata.proto.FormClusterCommand;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.MetadataEntry;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.NewTopic;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How the decisions of a round become entries, and what is left when the controller dies between two of them. */
class RoundTest {
    private static final int MAX_ENTRY_BYTES = 800;

    private final Controller controller = new Controller(new ControllerSettings(1, 1, 10_000, 750, 5_000));
    private MetadataImage image = MetadataImage.empty();
    private long proposals;

    @BeforeEach
    void begin() {
        apply(own().setFormCluster(FormClusterCommand.newBuilder().setClusterId("c")));
        apply(QuorumNodeTest.registerBroker(1).toBuilder());
        apply(own().setChangeBrokerState(ChangeBrokerStateCommand.newBuilder()
                .setTargetBrokerId(1)
                .setTargetBrokerEpoch(image.broker(1).epoch())));
    }

    private static MetadataCommand.Builder own() {
        return MetadataCommand.newBuilder().setBrokerId(-1);
    }

    private void apply(MetadataCommand.Builder command) {
        Decision decision = controller.decide(image, command.build(), 0);
        assertThat(decision.result().getError()).isZero();
        image = image.apply(entry(decision.records()));
    }

    private MetadataEntry entry(List<MetadataRecord> records) {
        return MetadataEntry.newBuilder()
                .setDecidedOnOffset(image.offset())
                .setProposal(++proposals)
                .addAllRecords(records)
                .build();
    }

    private static MetadataCommand creation(String principal, String... names) {
        CreateTopicsCommand.Builder command = CreateTopicsCommand.newBuilder();
        for (String name : names) {
            command.addTopics(NewTopic.newBuilder()
                    .setName(name)
                    .setTopicId(Uuids.toBytes(Uuid.randomUuid()))
                    .setPartitions(5)
                    .setReplicationFactor(1)
                    .putConfigs("retention.ms", "5"));
        }
        return own().setPrincipal(principal).setCreateTopics(command).build();
    }

    private Round round(MetadataCommand... commands) {
        Round round = new Round(image, MAX_ENTRY_BYTES);
        for (MetadataCommand command : commands) {
            round.add(new PendingCommand(command, result -> {}), controller.decide(round.candidate(), command, 0));
        }
        return round;
    }

    @Test
    void controllerThatDiesBetweenEntriesLeavesWholeTopicsOrNone() {
        MetadataCommand[] commands = {
            creation("User:a", "a", "b"), creation("User:b", "c"), creation("User:c", "d", "e"), creation("User:d", "f")
        };
        int entries = 0;
        Round all = round(commands);
        while (!all.isWhollyProposed()) {
            all.nextEntry();
            entries++;
        }
        assertThat(entries).isGreaterThan(2);
        MetadataImage start = image;
        for (int survived = 0; survived <= entries; survived++) {
            image = start;
            Round round = round(commands);
            for (int i = 0; i < survived; i++) {
                image = image.apply(entry(round.nextEntry()));
            }
            for (TopicImage topic : image.topics()) {
                assertThat(topic.partitionCount()).as(topic.name()).isEqualTo(5);
                assertThat(image.topicConfigs(topic.id())).containsEntry("retention.ms", "5");
            }
        }
        assertThat(image.topics()).hasSize(6);
    }

    @Test
    void originsOfAnEntryCountItsRecords() {
        Round round = round(creation("User:a", "a"), creation("User:b", "b"), creation("User:c", "c"));
        List<String> principals = new ArrayList<>();
        while (!round.isWhollyProposed()) {
            List<MetadataRecord> records = round.nextEntry();
            int counted = 0;
            for (CommandOrigin origin : round.origins()) {
                counted += origin.getRecords();
                principals.add(origin.getPrincipal());
                assertThat(origin.getCommand()).isEqualTo("CREATE_TOPICS");
            }
            assertThat(counted).isEqualTo(records.size());
        }
        assertThat(principals).containsExactly("User:a", "User:b", "User:c");
    }

    @Test
    void longNamesOfClientsAreCut() {
        Round round = round(creation("User:" + "x".repeat(5_000), "a"));
        round.nextEntry();
        assertThat(round.origins().get(0).getPrincipal()).hasSize(255);
    }

    @Test
    void refusalsHaveNoOrigins() {
        Round round = round(creation("User:a", "not a name"));
        assertThat(round.nextEntry()).isEmpty();
        assertThat(round.origins()).isEmpty();
    }
}
