// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.jobs;

import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Names;
import io.shiplog.tools.connect.Settings;
import io.shiplog.tools.plan.Goal;
import io.shiplog.tools.plan.Plan;
import io.shiplog.tools.text.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Changes topics: how many replicas, which settings. */
@Command(
        name = "alter",
        mixinStandardHelpOptions = true,
        description = "Changes a topic's replication factor (a job) and settings.",
        footer = {
            "",
            "Examples:",
            "  shiplog topics alter orders --replication-factor 3 --wait",
            "  shiplog topics alter orders --config retention.ms=86400000 --delete-config max.message.bytes"
        })
public final class TopicAlterCommand extends JobCommand {
    @Mixin
    private JobOptions options;

    @Parameters(paramLabel = "TOPIC", arity = "1..*", description = "Their names.")
    private List<String> topics;

    @Option(names = "--replication-factor", paramLabel = "N", description = "Replicas of each partition.")
    private Integer factor;

    @Option(names = "--config", paramLabel = "KEY=VALUE", description = "Set this; may be repeated.")
    private Map<String, String> configs = new LinkedHashMap<>();

    @Option(names = "--delete-config", paramLabel = "KEY", description = "Back to the default; may be repeated.")
    private List<String> deleted = new ArrayList<>();

    @Override
    int run(Cluster cluster) throws Exception {
        if (factor == null && configs.isEmpty() && deleted.isEmpty()) {
            throw new IllegalArgumentException(
                    "nothing to change: give --replication-factor, --config or --delete-config");
        }
        for (String topic : topics) {
            Names.topic(topic, cluster.image());
        }
        JobStarter starter = new JobStarter(cluster, target(), options);
        Plan plan = null;
        if (factor != null) {
            plan = starter.plan(new Goal.ReplicationFactor(new TreeSet<>(topics), factor));
            if (!configs.isEmpty() || !deleted.isEmpty()) {
                // What would be refused is refused before a setting changes.
                starter.check(plan);
            }
        }
        if (!configs.isEmpty() || !deleted.isEmpty()) {
            alterConfigs(cluster);
        }
        return plan == null ? YES : starter.start(plan, List.of());
    }

    private void alterConfigs(Cluster cluster) throws Exception {
        List<AlterConfigOp> changes = new ArrayList<>();
        configs.forEach(
                (key, value) -> changes.add(new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET)));
        deleted.forEach(key -> changes.add(new AlterConfigOp(new ConfigEntry(key, ""), AlterConfigOp.OpType.DELETE)));
        List<ConfigResource> resources = topics.stream()
                .distinct()
                .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                .toList();
        Settings.change(cluster.admin(), resources, changes, options.dryRun());
        String outcome = options.dryRun() ? "the settings may be changed" : "settings changed";
        if (!target().json()) {
            target().out().println(outcome);
        } else if (factor == null) {
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("topics", topics);
            answer.put("outcome", outcome);
            target().out().println(Json.write(answer));
        }
        target().out().flush();
    }
}
