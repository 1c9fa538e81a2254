// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads JSON into what {@link Json} writes: maps (in the order of the text), lists, strings, {@link Long}, {@link Double}, booleans and null.
 * Bounded in depth and in the length of what it reads; a key that comes twice in an object is an error.
 */
public final class JsonReader {
    /** Characters of a text. */
    public static final int MAX_CHARS = 16 << 20;

    private static final int MAX_DEPTH = 32;
    private static final int MAX_STRING = 100_000;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(MAX_STRING)
                    .maxNumberLength(100)
                    .maxDocumentLength(MAX_CHARS)
                    .build())
            .build();

    private JsonReader() {}

    /** What is wrong with a text: one line that names the place. */
    public static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1;

        Malformed(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * Reads one value and nothing behind it.
     *
     * @throws Malformed when the text is not JSON, with line and column (both from 1)
     */
    public static Object read(String text) {
        if (text.length() > MAX_CHARS) {
            throw new Malformed("longer than " + MAX_CHARS + " characters", null);
        }
        try (JsonParser parser = FACTORY.createParser(text)) {
            if (parser.nextToken() == null) {
                throw new Malformed("empty; a JSON object is expected", null);
            }
            Object value = value(parser);
            if (parser.nextToken() != null) {
                throw new Malformed(
                        place(parser.currentTokenLocation()) + ": nothing is expected behind the value", null);
            }
            return value;
        } catch (StreamConstraintsException e) {
            throw new Malformed("nested deeper than " + MAX_DEPTH + " or with texts that are too long", e);
        } catch (JsonParseException e) {
            throw new Malformed(place(e.getLocation()) + ": " + what(e), e);
        } catch (IOException e) {
            throw new Malformed(firstLine(e.getMessage()), e);
        }
    }

    /** Without the place where what is not ended began: the parser names a source there that means nothing to people. */
    private static String what(JsonParseException e) {
        String line = firstLine(e.getOriginalMessage());
        int startMarker = line.indexOf(" (start marker");
        return startMarker < 0 ? line : line.substring(0, startMarker);
    }

    private static Object value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> array(parser);
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> whole(parser);
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> null;
        };
    }

    private static Long whole(JsonParser parser) throws IOException {
        if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
            throw new Malformed(place(parser.currentTokenLocation()) + ": the number is too large", null);
        }
        return parser.getLongValue();
    }

    private static Map<String, Object> object(JsonParser parser) throws IOException {
        Map<String, Object> object = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            parser.nextToken();
            object.put(key, value(parser));
        }
        return object;
    }

    private static List<Object> array(JsonParser parser) throws IOException {
        List<Object> array = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            array.add(value(parser));
        }
        return array;
    }

    private static String place(JsonLocation location) {
        return location == null ? "somewhere" : "line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    private static String firstLine(String message) {
        return message == null ? "not readable" : message.lines().findFirst().orElse("not readable");
    }
}
