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
 * What an array element costs: the bytes of memory that it becomes, names as short as they may be in it. A message may cost sixteen times its bytes. A
 * hundred thousand empty names are what this is for: honest elements, with names and one replica or partition each, stay below that, and a test holds every
 * request against it.
 */
final class ElementCost {
    /** An array of a few elements, whatever they are: nobody looks. */
    static final int OF_SHORT_ARRAY = 28;

    private static final long PER_BYTE = 16;
    /** What even the shortest message may cost. */
    private static final long LEAST = 32 * 1024;

    private static final int PLACE_BYTES = 4;
    private static final int HEADER_BYTES = 12;
    private static final int REFERENCE_BYTES = 4;
    private static final int ALIGNMENT = 8;
    /** A number that is no cached one. */
    private static final int NUMBER_BYTES = 16;

    private static final int TEXT_BYTES = 48;
    private static final int EMPTY_TEXT_BYTES = 24;
    private static final int LIST_BYTES = 40;
    /** Links, and the place in a table that is larger than the elements are many. */
    private static final int KEYED_BYTES = 8;

    private static final ClassValue<Integer> BY_READER = new ClassValue<>() {
        @Override
        protected Integer computeValue(Class<?> reader) {
            int most = 0;
            for (Field field : reader.getDeclaredFields()) {
                if (isArray(field)) {
                    if (isOfNumbers(field)) {
                        return of(field);
                    }
                    most = Math.max(most, of(field));
                }
            }
            return most == 0 ? OF_SHORT_ARRAY : most;
        }
    };

    private static final ClassValue<Integer> FIRST_BY_READER = new ClassValue<>() {
        @Override
        protected Integer computeValue(Class<?> reader) {
            for (Field field : reader.getDeclaredFields()) {
                if (isArray(field)) {
                    return of(field);
                }
            }
            return OF_SHORT_ARRAY;
        }
    };

    private ElementCost() {}

    /** What all elements of a message may cost together. */
    static long allowedFor(int messageBytes) {
        return LEAST + PER_BYTE * messageBytes;
    }

    /**
     * What the arrays of a message or of a part of one consist of. The class does not say which of them is being read: numbers if there are
     * any, since there may be many of them, and otherwise the dearest.
     */
    static int of(Class<?> reader) {
        return BY_READER.get(reader);
    }

    /** The same for the first array of a message: that is the first one of its class. Subscriptions have their names there, and objects behind them. */
    static int ofFirst(Class<?> reader) {
        return FIRST_BY_READER.get(reader);
    }

    private static boolean isOfNumbers(Field field) {
        return elementOf(field) instanceof Class<?> kind && Number.class.isAssignableFrom(kind);
    }

    private static boolean isArray(Field field) {
        return !Modifier.isStatic(field.getModifiers())
                && Collection.class.isAssignableFrom(field.getType())
                && !field.getName().equals("_unknownTaggedFields");
    }

    /** Hash collections extend the collection of their element. */
    private static Type elementOf(Field field) {
        Type declared = field.getGenericType();
        Type collection = declared instanceof Class<?> keyed ? keyed.getGenericSuperclass() : declared;
        return ((ParameterizedType) collection).getActualTypeArguments()[0];
    }

    private static int of(Field field) {
        Type element = elementOf(field);
        if (!(element instanceof Class<?> kind)) {
            return PLACE_BYTES + LIST_BYTES;
        }
        if (kind == String.class) {
            return PLACE_BYTES + TEXT_BYTES;
        }
        if (Number.class.isAssignableFrom(kind)) {
            return kind == Byte.class ? PLACE_BYTES : PLACE_BYTES + NUMBER_BYTES;
        }
        boolean keyed = ImplicitLinkedHashCollection.class.isAssignableFrom(field.getType());
        return PLACE_BYTES + memory(kind) + (keyed ? 2 * KEYED_BYTES : 0);
    }

    /** What an object takes with one short name, others empty, and one element in its arrays, which is charged by itself. Ids pay for themselves. */
    private static int memory(Class<?> kind) {
        int own = HEADER_BYTES;
        int behind = 0;
        boolean named = false;
        for (Field field : kind.getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers())) {
                continue;
            }
            Class<?> type = field.getType();
            own += type == long.class || type == double.class ? Long.BYTES : REFERENCE_BYTES;
            if (type == String.class) {
                behind += named ? EMPTY_TEXT_BYTES : TEXT_BYTES;
                named = true;
            } else if (isArray(field)) {
                behind += LIST_BYTES;
            }
        }
        return (own + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT + behind;
    }
}
