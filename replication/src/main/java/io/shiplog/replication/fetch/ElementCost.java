// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Collection;
import org.apache.kafka.common.utils.ImplicitLinkedHashCollection;

/**
 * What an array element costs, in bytes of the message that must be there for it: about a sixteenth of the memory that it becomes. No honest element
 * is smaller; a hundred thousand empty names are what this is for.
 */
final class ElementCost {
    /** A number. */
    static final int CHEAPEST = 4;

    private static final int TEXT = 5;
    /** An object of few fields; larger ones by what they take. */
    private static final int OBJECT = 8;

    private static final int MEMORY_PER_COST = 12;
    private static final int HEADER_BYTES = 16;
    private static final int REFERENCE_BYTES = 4;
    /** A reference, and the smallest string or list behind it. */
    private static final int REFERENT_BYTES = 28;
    /** An element that is read twice ({@link KeyedArrays}), and its place in a table that is made twice. */
    private static final int KEYED = 12;

    /** Objects that even the shortest message may have: as many cost less than any message may. */
    private static final int LEAST_OBJECTS = 256;

    private static final ClassValue<Integer> BY_READER = new ClassValue<>() {
        @Override
        protected Integer computeValue(Class<?> reader) {
            int least = Integer.MAX_VALUE;
            int most = CHEAPEST;
            for (Field field : reader.getDeclaredFields()) {
                if (isArray(field)) {
                    least = Math.min(least, of(field));
                    most = Math.max(most, of(field));
                }
            }
            return least == CHEAPEST ? CHEAPEST : most;
        }
    };

    private ElementCost() {}

    /** What all elements of a message may cost together. */
    static long allowedFor(int messageBytes) {
        return (long) LEAST_OBJECTS * OBJECT + messageBytes;
    }

    /**
     * What the arrays of a message or of a part of one consist of. The class does not say which of them is being read: numbers if there are
     * any, since there may be many of them, and otherwise the dearest.
     */
    static int of(Class<?> reader) {
        return BY_READER.get(reader);
    }

    private static boolean isArray(Field field) {
        return !Modifier.isStatic(field.getModifiers())
                && Collection.class.isAssignableFrom(field.getType())
                && !field.getName().equals("_unknownTaggedFields");
    }

    private static int of(Field field) {
        if (ImplicitLinkedHashCollection.class.isAssignableFrom(field.getType())) {
            return KEYED;
        }
        Type element = ((ParameterizedType) field.getGenericType()).getActualTypeArguments()[0];
        if (!(element instanceof Class<?> kind)) {
            return OBJECT;
        }
        if (kind == String.class) {
            return TEXT;
        }
        return Number.class.isAssignableFrom(kind) ? CHEAPEST : Math.max(OBJECT, memory(kind) / MEMORY_PER_COST);
    }

    /** What an object with nothing in it takes. */
    private static int memory(Class<?> kind) {
        int bytes = HEADER_BYTES;
        for (Field field : kind.getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers())) {
                continue;
            }
            boolean referent = field.getType() == String.class || isArray(field);
            bytes += referent ? REFERENT_BYTES : field.getType() == long.class ? Long.BYTES : REFERENCE_BYTES;
        }
        return bytes;
    }
}
