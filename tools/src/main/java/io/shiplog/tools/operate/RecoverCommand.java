// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.operate;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.PartitionRecovery;
import io.shiplog.metadata.proto.TopicPartitionName;
import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Connection;
import io.shiplog.tools.connect.Names;
import io.shiplog.tools.quorum.PartitionHealth;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.kafka.common.protocol.Errors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Brings partitions back that nobody may lead, by the longest log that is left; first shows what that would lose. */
@Command(
        name = "recover",
        mixinStandardHelpOptions = true,
        description =
                "Brings back partitions that no in-sync or eligible replica can lead; shows first what is lost: plan, run.",
        footer = {
            "",
            "The live replicas are asked how far their logs go, and the longest log leads. Acknowledged records may be lost.",
            "",
            "Examples:",
            "  shiplog recover plan                       of all partitions that nobody leads",
            "  shiplog recover run orders-0 orders-3      does it with these two"
        })
public final class RecoverCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "plan or run? shiplog recover plan changes nothing");
    }

    /** Shows. */
    @Command(
            name = "plan",
            mixinStandardHelpOptions = true,
            description = "Shows who has what, who would lead, and what would be lost. Changes nothing.",
            footer = {
                "",
                "Examples:",
                "  shiplog recover plan                       all partitions that nobody leads",
                "  shiplog recover plan orders payments-3     those of a topic, and this one",
                "  shiplog recover plan --strategy aggressive when replicas are gone for good"
            })
    public static final class Plan extends Asking {
        @Override
        public Integer call() throws Exception {
            return ask(false, true);
        }
    }

    /** Does it. */
    @Command(
            name = "run",
            mixinStandardHelpOptions = true,
            description = "Does what the plan shows. Asks for each partition by its name, or for --yes.",
            footer = {
                "",
                "Examples:",
                "  shiplog recover run orders-0",
                "  shiplog recover run orders --yes           all partitions of the topic that nobody leads",
                "  shiplog recover run orders-0 --strategy aggressive"
            })
    public static final class Run extends Asking {
        @Option(names = "--yes", description = "Records may be lost, and that is understood.")
        private boolean yes;

        @Override
        public Integer call() throws Exception {
            return ask(true, yes);
        }
    }

    /** What both do. */
    abstract static class Asking implements Callable<Integer> {
        @Mixin
        private Connection connection;

        @Parameters(
                paramLabel = "TOPIC[-PARTITION]",
                arity = "0..*",
                description = "Partitions by their names, or topics: their partitions that nobody leads.")
        private List<String> named = List.of();

        @Option(
                names = "--strategy",
                paramLabel = "balanced|aggressive",
                description = {
                    "balanced: only when every replica that was in sync or eligible last has answered; aggressive: whoever",
                    "answers. (${DEFAULT-VALUE})"
                })
        private Recovery.HowMuchToHear strategy = Recovery.HowMuchToHear.balanced;

        final int ask(boolean execute, boolean whole) throws Exception {
            List<String> wanted = named == null ? List.of() : named;
            if (wanted.isEmpty() && execute) {
                throw connection.usage("which partitions? shiplog recover plan shows those that nobody leads");
            }
            try (Cluster cluster = connection.connect()) {
                List<TopicPartitionName> partitions = partitions(cluster.image(), wanted, whole);
                List<PartitionRecovery> outcomes =
                        Recovery.ask(cluster.quorum(), partitions, strategy, execute, connection.timeoutMs());
                Recovery.print(outcomes, execute, connection);
                return outcomes.stream().allMatch(each -> each.getError() == Errors.NONE.code()) ? 0 : 1;
            }
        }

        /** Whole topics only where that was said to be meant. */
        private List<TopicPartitionName> partitions(MetadataImage image, List<String> wanted, boolean whole) {
            List<TopicPartitionName> partitions = new ArrayList<>();
            if (wanted.isEmpty()) {
                PartitionHealth.visit(image, each -> addLeaderless(each, partitions));
            }
            for (String name : wanted) {
                Names.PartitionName partition = Names.partitionName(name);
                if (image.topic(name) != null || partition == null) {
                    var topic = Names.topic(name, image);
                    List<TopicPartitionName> of = new ArrayList<>();
                    PartitionHealth.visit(image, topic, each -> addLeaderless(each, of));
                    if (!whole && !of.isEmpty()) {
                        throw connection.usage("records may be lost: name each partition ("
                                + name + "-" + of.get(0).getPartition() + " ...), or give --yes for all "
                                + of.size() + " of " + name + " that nobody leads");
                    }
                    partitions.addAll(of);
                } else {
                    Names.partition(Names.topic(partition.topic(), image), partition.number());
                    partitions.add(name(partition.topic(), partition.number()));
                }
            }
            return partitions;
        }

        private static void addLeaderless(PartitionHealth each, List<TopicPartitionName> partitions) {
            if (each.offline()) {
                partitions.add(name(each.topic().name(), each.number()));
            }
        }

        private static TopicPartitionName name(String topic, int number) {
            return TopicPartitionName.newBuilder()
                    .setTopic(topic)
                    .setPartition(number)
                    .build();
        }
    }
}
