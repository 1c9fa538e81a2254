// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.see;

import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Connection;
import io.shiplog.tools.connect.Settings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Changes of settings: of all that are named, or of none. What is in force afterwards is shown. */
public abstract class ChangeConfigs implements Callable<Integer> {
    @Mixin
    private Connection connection;

    @Mixin
    private ConfigTarget target;

    /** Sets some. */
    @Command(
            name = "set",
            mixinStandardHelpOptions = true,
            description = "Sets settings of topics, nodes or groups; in force at once.",
            footer = {
                "",
                "Examples:",
                "  shiplog configs set --topic orders retention.ms=86400000 min.insync.replicas=2",
                "  shiplog configs set --all-nodes log.retention.ms=604800000"
            })
    public static final class SetConfigs extends ChangeConfigs {
        @Parameters(paramLabel = "KEY=VALUE", arity = "1..*", description = "What to set.")
        private Map<String, String> values;

        @Override
        public Integer call() throws Exception {
            List<AlterConfigOp> ops = new ArrayList<>();
            values.forEach(
                    (key, value) -> ops.add(new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET)));
            return change(ops, values.keySet());
        }
    }

    /** Takes some back. */
    @Command(
            name = "unset",
            mixinStandardHelpOptions = true,
            description =
                    "Takes settings back: what is said for all nodes, in the node's file or by default is in force then.",
            footer = {"", "Examples:", "  shiplog configs unset --topic orders retention.ms"})
    public static final class UnsetConfigs extends ChangeConfigs {
        @Parameters(paramLabel = "KEY", arity = "1..*", description = "What to take back.")
        private Set<String> keys;

        @Override
        public Integer call() throws Exception {
            List<AlterConfigOp> ops = new ArrayList<>();
            keys.forEach(key -> ops.add(new AlterConfigOp(new ConfigEntry(key, ""), AlterConfigOp.OpType.DELETE)));
            return change(ops, keys);
        }
    }

    final int change(List<AlterConfigOp> ops, Collection<String> keys) throws Exception {
        if (target.isEmpty()) {
            throw connection.usage("whose settings? --topic, --node, --all-nodes or --group says so");
        }
        try (Cluster cluster = connection.connect()) {
            List<ConfigResource> resources = target.resources(cluster.image());
            Settings.change(cluster.admin(), resources, ops, false);
            connection.print(ConfigsCommand.found(cluster.admin(), resources).rows(new LinkedHashSet<>(keys), false));
        }
        return 0;
    }
}
