// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.connect;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigsOptions;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;

/** Changes of settings, in the same way for every command. */
public final class Settings {
    private Settings() {}

    /**
     * Makes the same changes to all of these, or to none: they are checked together first. Where the second step is refused all the same, because
     * something else has changed in between, the refusal names whose settings are other ones by now.
     *
     * @param validateOnly whether they are only checked
     * @throws Unreachable when something is refused
     */
    public static void change(
            Admin admin, List<ConfigResource> resources, Collection<AlterConfigOp> ops, boolean validateOnly)
            throws InterruptedException {
        List<String> changed = new ArrayList<>();
        List<String> refused = alter(admin, resources, ops, true, changed);
        if (refused.isEmpty() && !validateOnly) {
            changed.clear();
            refused = alter(admin, resources, ops, false, changed);
        } else {
            changed.clear();
        }
        if (!refused.isEmpty()) {
            throw Unreachable.because(String.join("; ", refused)
                    + (changed.isEmpty() ? "; nothing was changed" : "; changed: " + String.join(", ", changed)));
        }
    }

    private static List<String> alter(
            Admin admin,
            List<ConfigResource> resources,
            Collection<AlterConfigOp> ops,
            boolean validateOnly,
            List<String> changed)
            throws InterruptedException {
        Map<ConfigResource, Collection<AlterConfigOp>> changes = new LinkedHashMap<>();
        resources.forEach(resource -> changes.put(resource, ops));
        Map<ConfigResource, KafkaFuture<Void>> answers = admin.incrementalAlterConfigs(
                        changes, new AlterConfigsOptions().validateOnly(validateOnly))
                .values();
        List<String> refused = new ArrayList<>();
        for (ConfigResource resource : changes.keySet()) {
            try {
                answers.get(resource).get();
                changed.add(name(resource));
            } catch (ExecutionException e) {
                refused.add(name(resource) + ": " + Failures.sentence(e));
            }
        }
        return refused;
    }

    /** As people call it. */
    public static String name(ConfigResource resource) {
        return switch (resource.type()) {
            case BROKER -> resource.name().isEmpty() ? "all nodes" : "storage-" + resource.name();
            case TOPIC -> "topic " + resource.name();
            default -> "group " + resource.name();
        };
    }
}
