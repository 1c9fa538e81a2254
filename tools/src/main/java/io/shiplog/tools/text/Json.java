// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.Map;

/** Writes maps, lists, strings, numbers, booleans and null as JSON, indented by two spaces; lists of plain values stay on one line. */
public final class Json {
    private static final JsonFactory FACTORY = new JsonFactory();
    private static final Separators SEPARATORS = Separators.createDefaultInstance()
            .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
            .withObjectEmptySeparator("")
            .withArrayEmptySeparator("");

    private Json() {}

    /** The text of one value; whatever is none of the above is written as its string. */
    public static String write(Object value) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text).setPrettyPrinter(new Printer())) {
            write(json, value);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return text.toString();
    }

    /** The same on one line, for files that have a value on each. */
    public static String line(Object value) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            write(json, value);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return text.toString();
    }

    private static void write(JsonGenerator json, Object value) throws IOException {
        if (value instanceof Map<?, ?> map) {
            json.writeStartObject(map);
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                json.writeFieldName(entry.getKey().toString());
                write(json, entry.getValue());
            }
            json.writeEndObject();
        } else if (value instanceof Iterable<?> list) {
            json.writeStartArray(list);
            for (Object element : list) {
                write(json, element);
            }
            json.writeEndArray();
        } else if (value == null) {
            json.writeNull();
        } else if (value instanceof Boolean truth) {
            json.writeBoolean(truth);
        } else if (value instanceof Double || value instanceof Float) {
            json.writeNumber(((Number) value).doubleValue());
        } else if (value instanceof Number whole) {
            json.writeNumber(whole.longValue());
        } else {
            json.writeString(value.toString());
        }
    }

    /** Elements that are objects or lists stand on lines of their own, plain ones beside each other. */
    private static final class Printer extends DefaultPrettyPrinter {
        private static final long serialVersionUID = 1L;
        private static final DefaultIndenter LINES = new DefaultIndenter("  ", "\n");

        Printer() {
            super(SEPARATORS);
            indentObjectsWith(LINES);
        }

        /** The first element tells: lists are of one kind. */
        private static boolean isFlat(Object list) {
            Iterator<?> elements = ((Iterable<?>) list).iterator();
            Object first = elements.hasNext() ? elements.next() : null;
            return !(first instanceof Map || first instanceof Iterable);
        }

        @Override
        public void writeStartArray(JsonGenerator json) throws IOException {
            json.writeRaw('[');
            if (!isFlat(json.currentValue())) {
                _nesting++;
            }
        }

        @Override
        public void beforeArrayValues(JsonGenerator json) throws IOException {
            if (!isFlat(json.currentValue())) {
                LINES.writeIndentation(json, _nesting);
            }
        }

        @Override
        public void writeArrayValueSeparator(JsonGenerator json) throws IOException {
            json.writeRaw(',');
            if (isFlat(json.currentValue())) {
                json.writeRaw(' ');
            } else {
                LINES.writeIndentation(json, _nesting);
            }
        }

        @Override
        public void writeEndArray(JsonGenerator json, int elements) throws IOException {
            if (!isFlat(json.currentValue())) {
                _nesting--;
                LINES.writeIndentation(json, _nesting);
            }
            json.writeRaw(']');
        }
    }
}
