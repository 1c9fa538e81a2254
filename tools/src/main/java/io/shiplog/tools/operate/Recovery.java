// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.operate;

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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.Errors;

/** Asks the controller for a recovery, or for what one would do, and shows it. */
final class Recovery {
    private Recovery() {}

    /** What users choose from. */
    enum HowMuchToHear {
        balanced(Strategy.BALANCED),
        aggressive(Strategy.AGGRESSIVE);

        private final Strategy strategy;

        HowMuchToHear(Strategy strategy) {
            this.strategy = strategy;
        }
    }

    static List<PartitionRecovery> ask(
            QuorumClient quorum,
            List<TopicPartitionName> partitions,
            HowMuchToHear strategy,
            boolean execute,
            int timeoutMs)
            throws InterruptedException {
        if (partitions.isEmpty()) {
            return List.of();
        }
        RecoverPartitionsCommand.Builder command = RecoverPartitionsCommand.newBuilder()
                .setStrategy(strategy.strategy)
                .setDryRun(!execute)
                .addAllPartitions(partitions);
        return quorum.await(quorum.client()
                        .submit(
                                MetadataCommand.newBuilder().setRecoverPartitions(command),
                                Cluster.origin(),
                                timeoutMs))
                .getRecoverPartitions()
                .getPartitionsList();
    }

    static void print(List<PartitionRecovery> outcomes, boolean executed, Connection connection) {
        var out = connection.out();
        if (connection.json()) {
            out.println(Json.write(
                    outcomes.stream().map(each -> object(each, executed)).toList()));
        } else if (outcomes.isEmpty()) {
            out.println("every partition has a leader");
        } else {
            out.print(replicas(outcomes).table());
            outcomes.forEach(each -> out.println(sentence(each, executed)));
            if (!executed) {
                out.println("nothing was changed; next: " + next(outcomes));
            }
        }
        out.flush();
    }

    private static String next(List<PartitionRecovery> outcomes) {
        boolean waits =
                outcomes.stream().anyMatch(each -> each.getError() != Errors.NONE.code() && each.getMissingCount() > 0);
        return waits
                ? "start the nodes that gave no answer; only if one of them is gone for good: shiplog recover plan --strategy aggressive"
                : "shiplog recover run, with the names of the partitions";
    }

    private static Rows replicas(List<PartitionRecovery> outcomes) {
        Rows rows = new Rows("partition", "replica", "lastEpoch", "logEnd", "highWatermark", "lost", "role");
        for (PartitionRecovery each : outcomes) {
            String partition = each.getTopic() + "-" + each.getPartition();
            long longest = each.getReplicasList().stream()
                    .filter(replica -> !replica.getFailed())
                    .mapToLong(ReplicaLogInfo::getLogEndOffset)
                    .max()
                    .orElse(0);
            for (ReplicaLogInfo replica : each.getReplicasList()) {
                boolean failed = replica.getFailed();
                rows.add(
                        partition,
                        replica.getBrokerId(),
                        failed ? null : replica.getLastEpoch(),
                        failed ? null : replica.getLogEndOffset(),
                        failed ? null : replica.getHighWatermark(),
                        failed ? null : longest - replica.getLogEndOffset(),
                        role(each, replica));
            }
            for (int missing : each.getMissingList()) {
                rows.add(partition, missing, null, null, null, null, "no answer");
            }
        }
        return rows;
    }

    private static String role(PartitionRecovery outcome, ReplicaLogInfo replica) {
        boolean elected = replica.getBrokerId() == outcome.getElected();
        String role = elected ? "longest log" : replica.getFailed() ? "no usable log" : null;
        if (!replica.getShortened()) {
            return role;
        }
        return role == null ? "cut at start" : role + ", cut at start";
    }

    /** What happened to a partition, or would. */
    private static String sentence(PartitionRecovery outcome, boolean executed) {
        String name = outcome.getTopic() + "-" + outcome.getPartition() + ": ";
        if (outcome.getError() != Errors.NONE.code()) {
            return name
                    + (outcome.getMessage().isEmpty()
                            ? Errors.forCode((short) outcome.getError()).message()
                            : outcome.getMessage());
        }
        String lost = outcome.getCommittedLost() > 0
                ? "at least " + outcome.getCommittedLost() + " acknowledged records " + (executed ? "are" : "would be")
                        + " lost (of " + outcome.getRecordsLost() + " that the longest log has more)"
                : outcome.getUnclean()
                        ? "no loss of acknowledged records is known, but nobody can rule it out"
                        : "nothing " + (executed ? "is" : "would be") + " lost";
        return name + outcome.getElected() + (executed ? " leads" : " would lead") + " from offset "
                + outcome.getLogEndOffset() + "; " + lost;
    }

    private static Map<String, Object> object(PartitionRecovery outcome, boolean executed) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("topic", outcome.getTopic());
        object.put("partition", outcome.getPartition());
        object.put("error", Errors.forCode((short) outcome.getError()).name());
        object.put("message", outcome.getMessage());
        object.put("executed", executed && outcome.getError() == Errors.NONE.code());
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
