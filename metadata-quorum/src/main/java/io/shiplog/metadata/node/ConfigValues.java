// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;

/** A properties file, read key by key; whatever is wrong becomes a {@link ConfigProblem}. */
public final class ConfigValues {
    private final String source;
    private final Map<String, String> values;

    /**
     * Values that are in memory already.
     *
     * @param source what to name in problems, usually the file
     */
    public ConfigValues(String source, Map<String, String> values) {
        this.source = source;
        this.values = new TreeMap<>(values);
    }

    public static ConfigValues load(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new ConfigProblem(file.toString(), "cannot be read: " + e);
        }
        Map<String, String> values = new TreeMap<>();
        for (String key : properties.stringPropertyNames()) {
            values.put(key, properties.getProperty(key).trim());
        }
        return new ConfigValues(file.toString(), values);
    }

    /** Refuses a key that is not among those given. */
    public void rejectUnknown(Set<String> known) {
        for (String key : values.keySet()) {
            if (!known.contains(key)) {
                throw problem(key, "unknown key; allowed: " + String.join(", ", known));
            }
        }
    }

    public String required(String key) {
        String value = values.get(key);
        if (value == null || value.isEmpty()) {
            throw problem(key, "is missing");
        }
        return value;
    }

    public String string(String key, String defaultValue) {
        return values.getOrDefault(key, defaultValue);
    }

    public int integer(String key, int defaultValue, int min, int max) {
        return (int) number(key, defaultValue, min, max);
    }

    public int requiredInteger(String key, int min, int max) {
        required(key);
        return (int) number(key, min, min, max);
    }

    public long number(String key, long defaultValue, long min, long max) {
        String text = values.get(key);
        if (text == null) {
            return defaultValue;
        }
        try {
            long value = Long.parseLong(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // told below, like a number out of range
        }
        throw problem(key, "\"" + text + "\" is not allowed; allowed: a whole number from " + min + " to " + max);
    }

    /** A key that is true or false. */
    public boolean flag(String key, boolean defaultValue) {
        String text = values.getOrDefault(key, Boolean.toString(defaultValue));
        if (!text.equals("true") && !text.equals("false")) {
            throw problem(key, "\"" + text + "\" is not allowed; allowed: true, false");
        }
        return text.equals("true");
    }

    public ConfigProblem problem(String key, String problem) {
        return new ConfigProblem(source, key, problem);
    }
}
