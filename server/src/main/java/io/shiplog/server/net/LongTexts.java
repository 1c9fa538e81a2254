// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.net;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Collection;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.utils.Utils;

/**
 * Texts of an answer that do not fit into the protocol. A name may have 32,767 bytes, and what says that it is no good name has more when it repeats it: the
 * generated classes throw then, which must not end the node. Such texts are cut.
 */
public final class LongTexts {
    private static final int MAX_BYTES = Short.MAX_VALUE;
    private static final int KEPT_CHARS = 1_000;

    private LongTexts() {}

    /** As {@link ApiMessage#size}, of an answer with texts of any length: those that are too long are cut in it. */
    public static int size(ApiMessage answer, ObjectSerializationCache cache, short version) {
        try {
            return answer.size(cache, version);
        } catch (RuntimeException tooLong) {
            if (!cut(answer)) {
                throw tooLong;
            }
            return answer.size(cache, version); // which writes over what is in the cache
        }
    }

    /** Returns whether there was one. */
    private static boolean cut(Message part) {
        boolean any = false;
        for (Field field : part.getClass().getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers())) {
                any |= cut(part, field);
            }
        }
        return any;
    }

    private static boolean cut(Message part, Field field) {
        try {
            field.setAccessible(true);
            Object value = field.get(part);
            if (value instanceof String text && Utils.utf8Length(text) > MAX_BYTES) {
                field.set(part, text.substring(0, KEPT_CHARS) + "…");
                return true;
            }
            return value instanceof Message inner ? cut(inner) : value instanceof Collection<?> many && cut(many);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean cut(Collection<?> parts) {
        boolean any = false;
        for (Object part : parts) {
            any |= part instanceof Message inner && cut(inner);
        }
        return any;
    }
}
