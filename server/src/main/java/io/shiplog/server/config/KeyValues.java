// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.config;

import io.shiplog.metadata.node.ConfigProblem;
import io.shiplog.metadata.node.ConfigValues;
import io.shiplog.server.api.NodeConfigs.NodeConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The values of a configuration by key: what the file says, and the default where it says nothing. Every problem that can be
 * seen in one key alone is found here.
 */
final class KeyValues {
    private final ConfigValues file;
    private final List<ConfigKey<?>> keys;
    private final Map<ConfigKey<?>, Object> values = new HashMap<>();

    /**
     * Reads all keys.
     *
     * @param file may hold other keys too
     * @throws ConfigProblem for a missing key or a value that is not allowed; the first in the order of the keys
     */
    KeyValues(ConfigValues file, List<ConfigKey<?>> keys) {
        this.file = file;
        this.keys = List.copyOf(keys);
        for (ConfigKey<?> key : keys) {
            values.put(key, parse(key, file.string(key.name(), null)));
        }
    }

    @SuppressWarnings("unchecked") // put under this key by the constructor, parsed by the key itself
    <T> T get(ConfigKey<T> key) {
        return (T) values.get(key);
    }

    /** What is in force, for people; in the order of the keys. */
    List<NodeConfig> describe() {
        List<NodeConfig> described = new ArrayList<>(keys.size());
        for (ConfigKey<?> key : keys) {
            String given = file.string(key.name(), null);
            described.add(new NodeConfig(
                    key.name(),
                    given == null ? key.defaultText() : given,
                    given != null,
                    key.defaultText(),
                    key.type(),
                    key.documentation()));
        }
        return described;
    }

    /** A problem that shows only when several keys are seen together, put down to one of them. */
    ConfigProblem notAllowed(ConfigKey<?> key, String allowed) {
        return notAllowed(key, file.string(key.name(), key.defaultText()), allowed);
    }

    private Object parse(ConfigKey<?> key, String text) {
        if (text == null && key.required()) {
            throw file.problem(key.name(), "is missing; allowed: " + key.allowed());
        }
        String given = text == null ? key.defaultText() : text;
        Optional<?> value = key.parse(given);
        return value.orElseThrow(() -> notAllowed(key, given, key.allowed()));
    }

    private ConfigProblem notAllowed(ConfigKey<?> key, String given, String allowed) {
        return file.problem(key.name(), '"' + given + "\" is not allowed; allowed: " + allowed);
    }
}
