// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.see;

import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Connection;
import io.shiplog.tools.connect.Failures;
import io.shiplog.tools.connect.Settings;
import io.shiplog.tools.connect.Unreachable;
import io.shiplog.tools.text.Rows;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Settings that differ from their defaults, and who said so. */
@Command(
        name = "configs",
        mixinStandardHelpOptions = true,
        description = "Shows settings that differ from their defaults, with who set them; set, unset.",
        footer = {
            "",
            "Examples:",
            "  shiplog configs                                   of nodes, topics and groups",
            "  shiplog configs --topic orders --all              with those that have their default",
            "  shiplog configs --node 2 flush.policy             this one setting",
            "  shiplog configs set --topic orders retention.ms=86400000"
        })
public final class ConfigsCommand implements Callable<Integer> {
    @Mixin
    private Connection connection;

    @Mixin
    private ConfigTarget target;

    @Option(names = "--all", description = "Those that have their default, too.")
    private boolean all;

    @Parameters(paramLabel = "KEY", arity = "0..*", description = "Only these settings, whatever they are.")
    private Set<String> keys = Set.of();

    @Override
    public Integer call() throws Exception {
        try (Cluster cluster = connection.connect()) {
            List<ConfigResource> resources =
                    target.isEmpty() ? ConfigTarget.everything(cluster.image()) : target.resources(cluster.image());
            Set<String> only = keys == null ? Set.of() : keys;
            Found found = found(cluster.admin(), resources);
            if (found.silent.isEmpty()) {
                found.refuseUnknown(only);
            }
            connection.print(found.rows(only, all));
            found.silent.forEach(each -> connection.err().println("shiplog: " + each));
            return found.silent.isEmpty() ? 0 : 1;
        }
    }

    /** Asks for the settings; one who does not answer keeps nobody else's back. */
    static Found found(Admin admin, List<ConfigResource> resources) throws InterruptedException {
        Map<ConfigResource, KafkaFuture<Config>> answers = admin.describeConfigs(
                        resources, new DescribeConfigsOptions().includeSynonyms(true))
                .values();
        Map<ConfigResource, List<ConfigEntry>> entries = new LinkedHashMap<>();
        List<String> silent = new ArrayList<>();
        for (ConfigResource resource : resources) {
            try {
                List<ConfigEntry> told =
                        new ArrayList<>(answers.get(resource).get().entries());
                told.sort(Comparator.comparing(ConfigEntry::name));
                entries.put(resource, told);
            } catch (ExecutionException e) {
                silent.add("no settings of " + Settings.name(resource) + ": " + Failures.sentence(e));
            }
        }
        return new Found(entries, silent);
    }

    /**
     * Settings as they were told.
     *
     * @param entries by name
     * @param silent who did not tell, and why, a sentence each
     */
    record Found(Map<ConfigResource, List<ConfigEntry>> entries, List<String> silent) {
        /** Each of these is a setting of somebody here. */
        void refuseUnknown(Set<String> wanted) {
            TreeSet<String> unknown = new TreeSet<>(wanted);
            entries.values().forEach(all -> all.forEach(entry -> unknown.remove(entry.name())));
            if (!unknown.isEmpty()) {
                throw Unreachable.because("nothing that was named has a setting " + String.join(", ", unknown)
                        + "; --all shows those that there are");
            }
        }

        /** One row for each setting: by name when {@code only} names some, else all or those that somebody has set. */
        Rows rows(Set<String> only, boolean all) {
            Rows rows = new Rows("resource", "key", "value", "source", "default", "readOnly");
            entries.forEach((resource, told) -> {
                for (ConfigEntry entry : told) {
                    boolean wanted = only.isEmpty() ? all || !entry.isDefault() : only.contains(entry.name());
                    if (wanted) {
                        rows.add(
                                Settings.name(resource),
                                entry.name(),
                                entry.isSensitive() ? "(hidden)" : entry.value(),
                                source(entry.source()),
                                defaultOf(entry),
                                entry.isReadOnly());
                    }
                }
            });
            return rows;
        }
    }

    private static String source(ConfigEntry.ConfigSource source) {
        return switch (source) {
            case DYNAMIC_TOPIC_CONFIG -> "topic";
            case DYNAMIC_BROKER_CONFIG, DYNAMIC_BROKER_LOGGER_CONFIG -> "node";
            case DYNAMIC_DEFAULT_BROKER_CONFIG -> "all nodes";
            case STATIC_BROKER_CONFIG -> "file";
            case DYNAMIC_GROUP_CONFIG -> "group";
            case DEFAULT_CONFIG -> "default";
            default -> source.name();
        };
    }

    private static String defaultOf(ConfigEntry entry) {
        for (ConfigEntry.ConfigSynonym synonym : entry.synonyms()) {
            if (synonym.source() == ConfigEntry.ConfigSource.DEFAULT_CONFIG) {
                return synonym.value();
            }
        }
        return null;
    }
}
