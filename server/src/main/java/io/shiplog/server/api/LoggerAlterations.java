// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.server.api.ConfigAlterations.Change;
import io.shiplog.server.api.ConfigAlterations.Outcome;
import io.shiplog.server.api.ConfigAlterations.Resource;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.LogLevelConfig;
import org.apache.kafka.common.protocol.Errors;

/** Changes the levels of this node's loggers: all that a request names, or none. The rules are those of Kafka's RuntimeLoggerManager. */
final class LoggerAlterations {
    private final ClusterView cluster;
    private final NodeLoggers loggers;

    LoggerAlterations(ClusterView cluster, NodeLoggers loggers) {
        this.cluster = cluster;
        this.loggers = loggers;
    }

    /**
     * Alters, in this node alone.
     *
     * @param resource whose changes have an operation each, and a value where that needs one
     */
    Outcome alter(Resource resource, boolean validateOnly) {
        String own = Integer.toString(cluster.nodeId());
        if (!resource.name().equals(own)) {
            return refused(
                    resource,
                    Errors.INVALID_REQUEST,
                    "Unexpected node id, expected " + own + " but received " + resource.name() + ".");
        }
        Set<String> known = loggers.levels().keySet();
        for (Change change : resource.changes()) {
            Outcome refusal = refusal(resource, change, known);
            if (refusal != null) {
                return refusal;
            }
        }
        if (!validateOnly) {
            for (Change change : resource.changes()) {
                loggers.setLevel(change.key(), change.op() == OpType.DELETE ? null : change.value());
            }
        }
        return new Outcome(resource, Errors.NONE, "");
    }

    private static Outcome refusal(Resource resource, Change change, Set<String> known) {
        if (change.op() != OpType.SET && change.op() != OpType.DELETE) {
            return refused(
                    resource,
                    Errors.INVALID_REQUEST,
                    "Levels of loggers are no lists: " + change.op() + " has no meaning.");
        }
        if (!known.contains(change.key())) {
            return refused(resource, Errors.INVALID_CONFIG, "There is no logger " + change.key() + ".");
        }
        if (change.op() == OpType.DELETE) {
            return change.key().equals(NodeLoggers.ROOT)
                    ? refused(
                            resource,
                            Errors.INVALID_REQUEST,
                            "The logger root has no other one to take its level from.")
                    : null;
        }
        if (!LogLevelConfig.VALID_LOG_LEVELS.contains(change.value())) {
            List<String> levels = List.copyOf(new TreeSet<>(LogLevelConfig.VALID_LOG_LEVELS));
            return refused(
                    resource,
                    Errors.INVALID_CONFIG,
                    change.value() + " is no level; there are " + String.join(", ", levels) + ".");
        }
        return null;
    }

    private static Outcome refused(Resource resource, Errors error, String message) {
        return new Outcome(resource, error, message);
    }
}
