// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Rows under named columns: a table for people, a list of objects for programs. */
public final class Rows {
    private static final String GAP = "  ";

    private final List<String> columns = new ArrayList<>();
    private final List<String> titles = new ArrayList<>();
    private final List<List<Object>> rows = new ArrayList<>();

    /** Column names are those of the JSON objects, in camel case; a title of its own may follow: {@code uptimeMs=uptime}. */
    public Rows(String... names) {
        for (String name : names) {
            int own = name.indexOf('=');
            columns.add(own < 0 ? name : name.substring(0, own));
            titles.add(title(own < 0 ? name : name.substring(own + 1)));
        }
    }

    /** Adds a row with one value, which may be null or a {@link Cell}, per column. */
    public void add(Object... values) {
        if (values.length != columns.size()) {
            throw new IllegalArgumentException(values.length + " values for " + columns.size() + " columns");
        }
        List<Object> row = new ArrayList<>(values.length);
        for (Object value : values) {
            row.add(value);
        }
        rows.add(row);
    }

    public boolean isEmpty() {
        return rows.isEmpty();
    }

    public int size() {
        return rows.size();
    }

    /** For programs: an object per row, in the order of columns. */
    public List<Map<String, Object>> objects() {
        List<Map<String, Object>> objects = new ArrayList<>(rows.size());
        for (List<Object> row : rows) {
            Map<String, Object> object = new LinkedHashMap<>();
            for (int c = 0; c < columns.size(); c++) {
                object.put(columns.get(c), row.get(c) instanceof Cell cell ? cell.value() : row.get(c));
            }
            objects.add(object);
        }
        return objects;
    }

    /** For people: columns that line up, under their titles. */
    public String table() {
        int[] widths = new int[columns.size()];
        List<String[]> lines = new ArrayList<>();
        lines.add(titles.toArray(new String[0]));
        rows.forEach(row -> lines.add(row.stream().map(Rows::cell).toArray(String[]::new)));
        for (String[] line : lines) {
            for (int c = 0; c < widths.length; c++) {
                widths[c] = Math.max(widths[c], line[c].length());
            }
        }
        StringBuilder table = new StringBuilder();
        for (String[] line : lines) {
            StringBuilder text = new StringBuilder();
            for (int c = 0; c < widths.length; c++) {
                text.append(line[c])
                        .append(" ".repeat(widths[c] - line[c].length()))
                        .append(GAP);
            }
            table.append(text.toString().stripTrailing()).append(System.lineSeparator());
        }
        return table.toString();
    }

    private static String title(String column) {
        return column.replaceAll("([A-Z])", " $1").toUpperCase(Locale.ROOT);
    }

    private static String cell(Object value) {
        if (value == null) {
            return "-";
        }
        if (value instanceof Cell twofold) {
            return twofold.text();
        }
        if (value instanceof List<?> list) {
            return list.isEmpty()
                    ? "-"
                    : String.join(",", list.stream().map(Object::toString).toList());
        }
        if (value instanceof Map<?, ?> map) {
            List<String> entries = new ArrayList<>();
            map.forEach((key, element) -> entries.add(key + "=" + element));
            return entries.isEmpty() ? "-" : String.join(",", entries);
        }
        return value.toString();
    }
}
