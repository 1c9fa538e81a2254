// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import java.util.List;
import java.util.regex.Pattern;

/**
 * One setting that a topic can have.
 *
 * @param name Kafka's name where the meaning is Kafka's
 * @param defaultValue what holds when nobody says anything, as text
 * @param allowed the permitted values of a {@link Type#STRING} or {@link Type#LIST}; empty for the other types
 * @param min least permitted number
 * @param max greatest permitted number
 * @param documentation what it does, for people
 * @param brokerKey the setting of a broker, or of all, that is its default ({@link BrokerConfigs}); empty when there is none
 * @param agreed whether controller, leader and followers must have the same value, so that no broker may have its own
 */
public record TopicConfigKey(
        String name,
        Type type,
        String defaultValue,
        List<String> allowed,
        long min,
        long max,
        String documentation,
        String brokerKey,
        boolean agreed) {

    /** What the text of a value means. */
    public enum Type {
        BOOLEAN,
        INT,
        LONG,
        DOUBLE,
        STRING,
        LIST
    }

    /** In {@link #allowed}: an element may be a partition and a broker, as in 3:101. */
    static final String PARTITION_AND_BROKER = "PARTITION:BROKER";

    private static final Pattern PAIR = Pattern.compile("\\d{1,9}:\\d{1,9}");

    public TopicConfigKey {
        allowed = List.copyOf(allowed);
    }

    static TopicConfigKey flag(String name, boolean defaultValue, String documentation) {
        return key(name, Type.BOOLEAN, Boolean.toString(defaultValue), List.of("true", "false"), 0, 0, documentation);
    }

    static TopicConfigKey number(String name, int defaultValue, int min, String documentation) {
        return key(name, Type.INT, Integer.toString(defaultValue), List.of(), min, Integer.MAX_VALUE, documentation);
    }

    static TopicConfigKey longNumber(String name, long defaultValue, long min, String documentation) {
        return key(name, Type.LONG, Long.toString(defaultValue), List.of(), min, Long.MAX_VALUE, documentation);
    }

    static TopicConfigKey choice(Type type, String name, String defaultValue, List<String> allowed, String doc) {
        return key(name, type, defaultValue, allowed, Long.MIN_VALUE, Long.MAX_VALUE, doc);
    }

    /** A setting of Kafka's that asks for what is not there: its default, which asks for nothing, is all that is permitted. */
    static TopicConfigKey onlyDefault(Type type, String name, String defaultValue, String documentation) {
        return key(name, type, defaultValue, List.of(defaultValue), 0, 0, documentation);
    }

    private static TopicConfigKey key(
            String name, Type type, String defaultValue, List<String> allowed, long min, long max, String doc) {
        return new TopicConfigKey(name, type, defaultValue, allowed, min, max, doc, "", false);
    }

    TopicConfigKey between(long least, long most) {
        return new TopicConfigKey(name, type, defaultValue, allowed, least, most, documentation, brokerKey, agreed);
    }

    /** The same with a default that brokers can have, each its own. */
    TopicConfigKey defaultOf(String key) {
        return new TopicConfigKey(name, type, defaultValue, allowed, min, max, documentation, key, false);
    }

    /** The same with a default for all that is agreed on, under this key. */
    TopicConfigKey agreedAs(String key) {
        return new TopicConfigKey(name, type, defaultValue, allowed, min, max, documentation, key, true);
    }

    /** Why {@code value} is not permitted; null when it is. */
    String problem(String value) {
        return problem(name, value);
    }

    /** The same when the setting is known by another name, as one of a broker. */
    String problem(String knownAs, String value) {
        String wanted = wanted(value);
        return wanted == null
                ? null
                : "Invalid value " + value + " for configuration " + knownAs + ": must be " + wanted;
    }

    private String wanted(String value) {
        if (allowed.size() == 1 && type != Type.LIST) {
            return allowed.contains(value.trim()) ? null : allowed.get(0) + ". " + documentation;
        }
        return switch (type) {
            case BOOLEAN, STRING -> allowed.contains(value) ? null : "one of " + allowed;
            case LIST -> wantedList(value);
            case INT, LONG ->
                allowed.isEmpty() || allowed.contains(value.trim()) ? wantedWholeNumber(value) : "one of " + allowed;
            case DOUBLE -> wantedNumber(value);
        };
    }

    private String wantedList(String value) {
        boolean pairs = allowed.contains(PARTITION_AND_BROKER);
        if (pairs && value.isBlank()) {
            return null;
        }
        for (String element : value.split(",", -1)) {
            boolean pair = pairs && PAIR.matcher(element.trim()).matches();
            if (!pair && (element.trim().equals(PARTITION_AND_BROKER) || !allowed.contains(element.trim()))) {
                return "a list of " + allowed + ". " + documentation;
            }
        }
        return null;
    }

    private String wantedWholeNumber(String value) {
        try {
            long number = Long.parseLong(value.trim());
            return number >= min && number <= max ? null : "a number from " + min + " to " + max;
        } catch (NumberFormatException e) {
            return "a number";
        }
    }

    private String wantedNumber(String value) {
        try {
            double number = Double.parseDouble(value.trim());
            return number >= min && number <= max ? null : "a number from " + min + " to " + max;
        } catch (NumberFormatException e) {
            return "a number";
        }
    }
}
