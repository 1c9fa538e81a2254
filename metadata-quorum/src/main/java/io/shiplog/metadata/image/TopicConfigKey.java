// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import java.util.List;

/**
 * One setting that a topic can have.
 *
 * @param name Kafka's name where the meaning is Kafka's
 * @param defaultValue what holds without an override, as text
 * @param allowed the permitted values of a {@link Type#STRING} or {@link Type#LIST}; empty for the other types
 * @param min least permitted number
 * @param max greatest permitted number
 * @param documentation what it does, for people
 */
public record TopicConfigKey(
        String name, Type type, String defaultValue, List<String> allowed, long min, long max, String documentation) {

    /** What the text of a value means. */
    public enum Type {
        BOOLEAN,
        INT,
        LONG,
        STRING,
        LIST
    }

    public TopicConfigKey {
        allowed = List.copyOf(allowed);
    }

    static TopicConfigKey flag(String name, boolean defaultValue, String documentation) {
        return new TopicConfigKey(
                name, Type.BOOLEAN, Boolean.toString(defaultValue), List.of("true", "false"), 0, 0, documentation);
    }

    static TopicConfigKey number(String name, int defaultValue, int min, String documentation) {
        return new TopicConfigKey(
                name, Type.INT, Integer.toString(defaultValue), List.of(), min, Integer.MAX_VALUE, documentation);
    }

    static TopicConfigKey longNumber(String name, long defaultValue, long min, String documentation) {
        return new TopicConfigKey(
                name, Type.LONG, Long.toString(defaultValue), List.of(), min, Long.MAX_VALUE, documentation);
    }

    static TopicConfigKey choice(Type type, String name, String defaultValue, List<String> allowed, String doc) {
        return new TopicConfigKey(name, type, defaultValue, allowed, 0, 0, doc);
    }

    /** Why {@code value} is not permitted; null when it is. */
    String problem(String value) {
        return switch (type) {
            case BOOLEAN, STRING -> allowed.contains(value) ? null : refusal(value, "one of " + allowed);
            case LIST -> problemOfList(value);
            case INT, LONG -> problemOfNumber(value);
        };
    }

    private String problemOfList(String value) {
        for (String element : value.split(",", -1)) {
            if (!allowed.contains(element.trim())) {
                return refusal(value, "a list of " + allowed);
            }
        }
        return null;
    }

    private String problemOfNumber(String value) {
        try {
            long number = Long.parseLong(value.trim());
            return number >= min && number <= max ? null : refusal(value, "a number from " + min + " to " + max);
        } catch (NumberFormatException e) {
            return refusal(value, "a number");
        }
    }

    private String refusal(String value, String wanted) {
        return "Invalid value " + value + " for configuration " + name + ": must be " + wanted;
    }
}
