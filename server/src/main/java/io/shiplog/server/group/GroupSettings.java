// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.group;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;

/**
 * How this node coordinates groups.
 *
 * @param nodeId    this node
 * @param maxGroups how many groups it coordinates at most
 * @param values    by Kafka's names, as text; what is missing has Kafka's default
 */
public record GroupSettings(int nodeId, int maxGroups, Map<String, String> values) {
    public GroupSettings {
        values = Map.copyOf(values);
    }

    /** @throws IllegalArgumentException when the values contradict each other */
    GroupCoordinatorConfig coordinator() {
        return new GroupCoordinatorConfig(parsed());
    }

    /** Share groups are not served, yet the library wants their settings. */
    ShareGroupConfig share() {
        return new ShareGroupConfig(parsed());
    }

    /** What keeps a group from having these settings of its own here, in Kafka's words; null for nothing. */
    public String problem(Map<String, String> ofGroup) {
        try {
            GroupConfig.validate(ofGroup, coordinator(), share());
            return null;
        } catch (ConfigException | InvalidConfigurationException e) {
            return e.getMessage();
        }
    }

    private AbstractConfig parsed() {
        ConfigDef both = Utils.mergeConfigs(List.of(GroupCoordinatorConfig.CONFIG_DEF, ShareGroupConfig.CONFIG_DEF));
        return new AbstractConfig(both, values, false);
    }
}
