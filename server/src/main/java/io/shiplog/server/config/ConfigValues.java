// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.config;

import io.shiplog.server.api.NodeConfigs.NodeConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The values of a configuration by key: what the file says, and the default where it says nothing. Every problem that can be
 * seen in one key alone is found here.
 */
final class ConfigValues {
    private final String source;
    private final Map<String, String> properties;
    private final List<ConfigKey<?>> keys;
    private final Map<ConfigKey<?>, Object> values = new HashMap<>();

    /**
     * @param source the file's name, for what goes wrong
     * @param keys all keys that may stand in it
     * @throws ConfigProblem for an unknown key, a missing one or a value that is not allowed; the first in the order of the keys
     */
    ConfigValues(String source, Map<String, String> properties, List<ConfigKey<?>> keys) {
        this.source = source;
        this.properties = Map.copyOf(properties);
        this.keys = List.copyOf(keys);
        TreeSet<String> unknown = new TreeSet<>(properties.keySet());
        for (ConfigKey<?> key : keys) {
            unknown.remove(key.name());
        }
        if (!unknown.isEmpty()) {
            throw problem(unknown.first(), "is no key of a storage node; allowed: " + ConfigKey.joined(keys));
        }
        for (ConfigKey<?> key : keys) {
            values.put(key, parse(key, properties.get(key.name())));
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
            String given = properties.get(key.name());
            described.add(new NodeConfig(
                    key.name(),
                    given == null ? key.defaultText() : given.trim(),
                    given != null,
                    key.defaultText(),
                    key.documentation()));
        }
        return described;
    }

    /** A problem that shows only when several keys are seen together, put down to one of them. */
    ConfigProblem notAllowed(ConfigKey<?> key, String allowed) {
        return problem(key.name(), "is " + get(key) + "; allowed: " + allowed);
    }

    private Object parse(ConfigKey<?> key, String text) {
        if (text == null && key.required()) {
            throw problem(key.name(), "is missing; allowed: " + key.allowed());
        }
        String given = text == null ? key.defaultText() : text;
        Optional<?> value = key.parse(given);
        return value.orElseThrow(() -> problem(key.name(), "is '" + given + "'; allowed: " + key.allowed()));
    }

    private ConfigProblem problem(String key, String sentence) {
        return new ConfigProblem(source, key, sentence);
    }
}
