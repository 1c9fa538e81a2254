// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.operate;

import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.PartitionRecovery;
import io.shiplog.metadata.proto.RecoverPartitionsCommand;
import io.shiplog.metadata.proto.RecoverPartitionsCommand.Strategy;
import io.shiplog.metadata.proto.ReplicaLogInfo;
import io.shiplog.metadata.proto.TopicPartitionName;
import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Connection;
import io.shiplog.tools.quorum.QuorumClient;
import io.shiplog.tools.text.Json;
import io.shiplog.tools.text.Rows;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
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
        description = {
            "Brings back partitions that no in-sync or eligible replica can lead: the live replicas are asked how far their logs go, and",
            "the longest log leads. Acknowledged records may be lost. Without --execute nothing changes: it shows who has what, who would",
            "lead, and what would be lost."
        })
public final class RecoverCommand implements Callable<Integer> {
    /** What users choose from. */
    enum HowMuchToHear {
        balanced(Strategy.BALANCED),
        aggressive(Strategy.AGGRESSIVE);

        private final Strategy strategy;

        HowMuchToHear(Strategy strategy) {
            this.strategy = strategy;
        }
    }

    @Mixin
    private Connection connection;

    @Parameters(paramLabel = "TOPIC", description = "Its partitions without a leader.")
    private String topic;

    @Option(names = "--partition", paramLabel = "N", description = "Only this one.")
    private Optional<Integer> partition;

    @Option(
            names = "--strategy",
            paramLabel = "balanced|aggressive",
            description = {
                "balanced: only when every replica that was in sync or eligible last has answered; aggressive: whoever answers.",
                "(${DEFAULT-VALUE})"
            })
    private HowMuchToHear strategy = HowMuchToHear.balanced;

    @Option(names = "--execute", description = "Do it.")
    private boolean execute;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws ExecutionException, InterruptedException {
        try (Cluster cluster = connection.connect()) {
            QuorumClient quorum = cluster.quorum();
            RecoverPartitionsCommand.Builder command = RecoverPartitionsCommand.newBuilder()
                    .setStrategy(strategy.strategy)
                    .setDryRun(!execute);
            for (int number : leaderless(quorum)) {
                command.addPartitions(
                        TopicPartitionName.newBuilder().setTopic(topic).setPartition(number));
            }
            List<PartitionRecovery> outcomes = command.getPartitionsCount() == 0
                    ? List.of()
                    : quorum.await(quorum.client()
                                    .submit(
                                            MetadataCommand.newBuilder().setRecoverPartitions(command),
                                            Cluster.origin(),
                                            connection.timeoutMs()))
                            .getRecoverPartitions()
                            .getPartitionsList();
            print(outcomes);
            return outcomes.stream().allMatch(each -> each.getError() == Errors.NONE.code()) ? 0 : 1;
        }
    }

    private List<Integer> leaderless(QuorumClient quorum) {
        TopicImage found = quorum.image().topic(topic);
        if (found == null) {
            throw new ParameterException(spec.commandLine(), "There is no topic " + topic + ".");
        }
        List<Integer> numbers = new ArrayList<>();
        for (int number = 0; number < found.partitionCount(); number++) {
            PartitionImage each = found.partition(number);
            boolean wanted = partition.isPresent() ? partition.get() == number : !each.hasLeader();
            if (wanted) {
                numbers.add(number);
            }
        }
        if (partition.isPresent() && numbers.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    topic + " has " + found.partitionCount() + " partitions, none is number " + partition.get() + ".");
        }
        return numbers;
    }

    private void print(List<PartitionRecovery> outcomes) {
        var out = spec.commandLine().getOut();
        if (connection.json()) {
            out.println(Json.write(outcomes.stream().map(this::object).toList()));
        } else if (outcomes.isEmpty()) {
            out.println("every partition of " + topic + " has a leader");
        } else {
            out.print(replicas(outcomes).table());
            outcomes.forEach(each -> out.println(sentence(each)));
            if (!execute) {
                out.println("nothing was changed; --execute does it");
            }
        }
        out.flush();
    }

    private static Rows replicas(List<PartitionRecovery> outcomes) {
        Rows rows = new Rows("partition", "replica", "lastEpoch", "logEnd", "highWatermark", "role");
        for (PartitionRecovery each : outcomes) {
            for (ReplicaLogInfo replica : each.getReplicasList()) {
                boolean elected = replica.getBrokerId() == each.getElected();
                String role = elected ? "longest log" : replica.getFailed() ? "no usable log" : null;
                if (replica.getShortened()) {
                    role = role == null ? "cut at start" : role + ", cut at start";
                }
                rows.add(
                        each.getTopic() + "-" + each.getPartition(),
                        replica.getBrokerId(),
                        replica.getFailed() ? null : replica.getLastEpoch(),
                        replica.getFailed() ? null : replica.getLogEndOffset(),
                        replica.getFailed() ? null : replica.getHighWatermark(),
                        role);
            }
            for (int missing : each.getMissingList()) {
                rows.add(each.getTopic() + "-" + each.getPartition(), missing, null, null, null, "no answer");
            }
        }
        return rows;
    }

    /** What happened to a partition, or would. */
    private String sentence(PartitionRecovery outcome) {
        String name = outcome.getTopic() + "-" + outcome.getPartition() + ": ";
        if (outcome.getError() != Errors.NONE.code()) {
            return name
                    + (outcome.getMessage().isEmpty()
                            ? Errors.forCode((short) outcome.getError()).message()
                            : outcome.getMessage());
        }
        String lost = outcome.getCommittedLost() > 0
                ? "at least " + outcome.getCommittedLost() + " acknowledged records " + verb("are", "would be")
                        + " lost (of " + outcome.getRecordsLost() + " that the longest log has more)"
                : outcome.getUnclean()
                        ? "no loss of acknowledged records is known, but nobody can rule it out"
                        : "nothing " + verb("is", "would be") + " lost";
        return name + outcome.getElected() + verb(" leads", " would lead") + " from offset " + outcome.getLogEndOffset()
                + "; " + lost;
    }

    private String verb(String done, String would) {
        return execute ? done : would;
    }

    private Map<String, Object> object(PartitionRecovery outcome) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("topic", outcome.getTopic());
        object.put("partition", outcome.getPartition());
        object.put("error", Errors.forCode((short) outcome.getError()).name());
        object.put("message", outcome.getMessage());
        object.put("executed", execute && outcome.getError() == Errors.NONE.code());
        object.put("elected", outcome.getElected());
        object.put("unclean", outcome.getUnclean());
        object.put("logEndOffset", outcome.getLogEndOffset());
        object.put("highWatermark", outcome.getHighWatermark());
        object.put("acknowledgedRecordsLost", outcome.getCommittedLost());
        object.put("recordsLost", outcome.getRecordsLost());
        object.put("replicas", replicas(List.of(outcome)).objects());
        return object;
    }
}
