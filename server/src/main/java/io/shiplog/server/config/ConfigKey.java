// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.common.config.ConfigDef;

/**
 * One key of the configuration: its name, what it may hold and what it means.
 *
 * <p>A value is parsed in one step: the parser answers the value, or empty when the text is not {@link #allowed()}. So every
 * complaint about a value can say what would have been right.
 *
 * @param <T> the type of the value
 */
public final class ConfigKey<T> {
    private final String name;
    private final ConfigDef.Type type;
    private final String defaultText;
    private final String allowed;
    private final String documentation;
    private final Function<String, Optional<T>> parser;

    /**
     * @param type as tools are told
     * @param defaultText the value when the file does not name the key, as it would stand in the file; null: the key is required
     * @param allowed what the value may be, to end the sentence "allowed: …"
     * @param parser the value of a trimmed text, or empty when the text is not allowed
     */
    ConfigKey(
            String name,
            ConfigDef.Type type,
            String defaultText,
            String allowed,
            String documentation,
            Function<String, Optional<T>> parser) {
        this.name = name;
        this.type = type;
        this.defaultText = defaultText;
        this.allowed = allowed;
        this.documentation = documentation;
        this.parser = parser;
    }

    static ConfigKey<Integer> wholeNumber(String name, Integer defaultValue, int min, int max, String documentation) {
        return new ConfigKey<>(
                name,
                ConfigDef.Type.INT,
                text(defaultValue),
                range(min, max),
                documentation,
                text -> longIn(text, min, max).map(Math::toIntExact));
    }

    static ConfigKey<Long> longNumber(String name, Long defaultValue, long min, long max, String documentation) {
        return new ConfigKey<>(
                name,
                ConfigDef.Type.LONG,
                text(defaultValue),
                range(min, max),
                documentation,
                text -> longIn(text, min, max));
    }

    static ConfigKey<String> string(String name, String defaultValue, String documentation) {
        return new ConfigKey<>(name, ConfigDef.Type.STRING, defaultValue, "any text", documentation, Optional::of);
    }

    /** One of the given texts, or nothing, which is the default. */
    static ConfigKey<String> optional(String name, ConfigDef.Type type, List<String> texts, String documentation) {
        return new ConfigKey<>(
                name,
                type,
                "",
                "empty, or one of " + String.join(", ", texts),
                documentation,
                text -> Optional.of(text).filter(given -> given.isEmpty() || texts.contains(given)));
    }

    /** One of the given texts. */
    static ConfigKey<String> oneOf(String name, String defaultValue, List<String> texts, String documentation) {
        return new ConfigKey<>(
                name,
                ConfigDef.Type.STRING,
                defaultValue,
                "one of " + String.join(", ", texts),
                documentation,
                text -> Optional.of(text).filter(texts::contains));
    }

    /** True or false. */
    static ConfigKey<Boolean> bool(String name, boolean defaultValue, String documentation) {
        return new ConfigKey<>(
                name,
                ConfigDef.Type.BOOLEAN,
                Boolean.toString(defaultValue),
                "true or false",
                documentation,
                text -> Optional.of(text)
                        .filter(List.of("true", "false")::contains)
                        .map(Boolean::valueOf));
    }

    /** A comma-separated list of at least one element, none of them empty. */
    static <T> ConfigKey<List<T>> list(
            String name,
            String defaultText,
            String allowedElement,
            String documentation,
            Function<String, Optional<T>> element) {
        return new ConfigKey<>(
                name,
                ConfigDef.Type.LIST,
                defaultText,
                "one or more, separated by commas, of " + allowedElement,
                documentation,
                text -> {
                    List<T> values = new ArrayList<>();
                    for (String part : text.split(",", -1)) {
                        Optional<T> value = part.isBlank() ? Optional.empty() : element.apply(part.trim());
                        if (value.isEmpty()) {
                            return Optional.empty();
                        }
                        values.add(value.get());
                    }
                    return Optional.of(List.copyOf(values));
                });
    }

    public String name() {
        return name;
    }

    public ConfigDef.Type type() {
        return type;
    }

    public boolean required() {
        return defaultText == null;
    }

    /** The value when the file does not name the key, as it would stand in the file; null when the key is required. */
    public String defaultText() {
        return defaultText;
    }

    public String allowed() {
        return allowed;
    }

    public String documentation() {
        return documentation;
    }

    /** The value that the text stands for, or empty when the text is not {@link #allowed()}. */
    public Optional<T> parse(String text) {
        return parser.apply(text.trim());
    }

    @Override
    public String toString() {
        return name;
    }

    private static Optional<Long> longIn(String text, long min, long max) {
        try {
            long value = Long.parseLong(text);
            return value < min || value > max ? Optional.empty() : Optional.of(value);
        } catch (NumberFormatException notANumber) {
            return Optional.empty();
        }
    }

    private static String range(long min, long max) {
        boolean unbounded = max == Integer.MAX_VALUE || max == Long.MAX_VALUE;
        return unbounded ? "a whole number, " + min + " or more" : "a whole number from " + min + " to " + max;
    }

    private static String text(Number value) {
        return value == null ? null : value.toString();
    }
}
