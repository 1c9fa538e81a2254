// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.text;

import java.util.Iterator;
import java.util.Map;

/** Writes maps, lists, strings, numbers, booleans and null as JSON, indented by two spaces. */
public final class Json {
    private final StringBuilder out = new StringBuilder();

    private Json() {}

    /** The text of one value. */
    public static String write(Object value) {
        Json json = new Json();
        json.value(value, "\n");
        return json.out.toString();
    }

    private void value(Object value, String newLine) {
        if (value instanceof Map<?, ?> map) {
            object(map, newLine);
        } else if (value instanceof Iterable<?> list) {
            array(list, newLine);
        } else if (value == null || value instanceof Number || value instanceof Boolean) {
            out.append(value);
        } else {
            string(value.toString());
        }
    }

    private void object(Map<?, ?> map, String newLine) {
        out.append('{');
        String separator = newLine + "  ";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            out.append(separator);
            string(entry.getKey().toString());
            out.append(": ");
            value(entry.getValue(), newLine + "  ");
            separator = "," + newLine + "  ";
        }
        out.append(map.isEmpty() ? "}" : newLine + "}");
    }

    private void array(Iterable<?> list, String newLine) {
        out.append('[');
        Iterator<?> elements = list.iterator();
        boolean empty = !elements.hasNext();
        boolean flat = true;
        while (elements.hasNext()) {
            Object element = elements.next();
            flat = !(element instanceof Map || element instanceof Iterable);
            if (!flat) {
                out.append(newLine).append("  ");
            }
            value(element, newLine + "  ");
            if (elements.hasNext()) {
                out.append(flat ? ", " : ",");
            }
        }
        out.append(empty || flat ? "]" : newLine + "]");
    }

    private void string(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> out.append('\\').append(c);
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ') {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
