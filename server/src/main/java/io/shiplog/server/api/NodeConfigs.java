// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;

/** The settings that this node was started with, for DescribeConfigs. */
public interface NodeConfigs {
    /**
     * One setting.
     *
     * @param name          as in the configuration file
     * @param value         in force; null when it has none
     * @param fromFile      whether the file names it; else {@code value} is the default
     * @param defaultValue  null when there is none
     * @param type          of the value
     * @param documentation for people
     */
    record NodeConfig(
            String name,
            String value,
            boolean fromFile,
            String defaultValue,
            ConfigDef.Type type,
            String documentation) {}

    /** All settings, in the order of documentation. */
    List<NodeConfig> all();

    /** What keeps a group from having these settings where this node coordinates it, as a sentence; null for nothing. */
    default String problemOfGroup(Map<String, String> settings) {
        return null;
    }
}
