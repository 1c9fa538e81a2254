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
    private static final int OBJECT = 8;
    /** An object, and its place in a table that is made twice; before that it is looked at once ({@link KeyedArrays}). */
    private static final int KEYED = 12;

    /** Objects that even the shortest message may have: as many cost less than any message may. */
    private static final int LEAST_OBJECTS = 256;

    private static final ClassValue<Integer> BY_READER = new ClassValue<>() {
        @Override
        protected Integer computeValue(Class<?> reader) {
            int least = Integer.MAX_VALUE;
            for (Field field : reader.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && Collection.class.isAssignableFrom(field.getType())) {
                    least = Math.min(least, of(field));
                }
            }
            return least == Integer.MAX_VALUE ? CHEAPEST : least;
        }
    };

    private ElementCost() {}

    /** What all elements of a message may cost together. */
    static long allowedFor(int messageBytes) {
        return (long) LEAST_OBJECTS * OBJECT + messageBytes;
    }

    /** The cheapest of what the arrays of a message or a part of one consist of; the class does not say which of them is being read. */
    static int of(Class<?> reader) {
        return BY_READER.get(reader);
    }

    private static int of(Field field) {
        if (ImplicitLinkedHashCollection.class.isAssignableFrom(field.getType())) {
            return KEYED;
        }
        if (field.getName().equals("_unknownTaggedFields") || !(field.getGenericType() instanceof ParameterizedType list)) {
            return Integer.MAX_VALUE;
        }
        Type element = list.getActualTypeArguments()[0];
        if (element == String.class) {
            return TEXT;
        }
        return element instanceof Class<?> number && Number.class.isAssignableFrom(number) ? CHEAPEST : OBJECT;
    }
}
