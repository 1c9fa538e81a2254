// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.fuzz.bytes;

import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Field;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;

/**
 * Writes a message of a schema with values by chance. An honest one has the form that the schema says; a lying one has counts, lengths and
 * tags that are not what follows. A broad one has one array with many elements, each as small as it can be.
 */
public final class SchemaBytes {
    private static final int BROAD_ELEMENTS = 4_000;
    private static final int MAX_BYTES = 256 * 1024;

    private final Dice dice;
    private final boolean lying;
    private final Bytes out = new Bytes();
    private boolean broadLeft;
    private int broadDepth;

    private SchemaBytes(Dice dice) {
        this.dice = dice;
        this.lying = dice.oneIn(4);
        this.broadLeft = dice.oneIn(400);
    }

    public static byte[] write(Schema schema, Dice dice) {
        SchemaBytes bytes = new SchemaBytes(dice);
        bytes.struct(schema);
        return bytes.out.toArray();
    }

    private void struct(Schema schema) {
        for (BoundField field : schema.fields()) {
            value(field.def.type);
        }
    }

    private boolean lie() {
        return lying && dice.oneIn(12);
    }

    private void value(Type type) {
        if (type.isArray()) {
            array(type);
        } else if (type instanceof TaggedFields tagged) {
            tags(tagged);
        } else if (type instanceof Schema schema) {
            if (schema.isNullable()) {
                boolean absent = dice.oneIn(3);
                out.int8(absent ? -1 : 1);
                if (absent) {
                    return;
                }
            }
            struct(schema);
        } else {
            primitive(type);
        }
    }

    private void array(Type type) {
        boolean compact = type.toString().startsWith("COMPACT")
                || type.getClass().getSimpleName().startsWith("Compact");
        if (type.isNullable() && dice.oneIn(6)) {
            count(compact, -1);
            return;
        }
        boolean broad = broadLeft && dice.oneIn(3);
        int elements = out.size() > MAX_BYTES || broadDepth > 0 ? 0 : dice.few();
        if (broad) {
            broadLeft = false;
            elements = 1 + dice.below(BROAD_ELEMENTS);
        }
        count(compact, lie() ? dice.number() : elements);
        broadDepth += broad ? 1 : 0;
        for (int i = 0; i < elements; i++) {
            value(type.arrayElementType().orElseThrow());
        }
        broadDepth -= broad ? 1 : 0;
    }

    private void count(boolean compact, long count) {
        if (compact) {
            out.unsignedVarint(count + 1);
        } else {
            out.int32(count);
        }
    }

    private void tags(TaggedFields tagged) {
        Map<Integer, Field> known = tagged.fields();
        Bytes fields = new Bytes();
        int count = 0;
        if (broadDepth == 0) {
            for (Map.Entry<Integer, Field> field : known.entrySet()) {
                if (dice.oneIn(2)) {
                    tag(fields, field.getKey(), of(field.getValue().type));
                    count++;
                }
            }
            while (lying && dice.oneIn(3)) {
                int tag = dice.oneIn(2) ? 10_000 + dice.below(10) : (int) dice.number();
                tag(fields, tag, dice.bytes(dice.oneIn(2) ? dice.below(20) : 8));
                count++;
            }
        }
        out.unsignedVarint(lie() ? dice.number() : count).raw(fields.toArray());
    }

    private void tag(Bytes fields, int tag, byte[] content) {
        fields.unsignedVarint(Integer.toUnsignedLong(tag))
                .unsignedVarint(lie() ? dice.number() : content.length)
                .raw(content);
    }

    private byte[] of(Type type) {
        SchemaBytes inner = new SchemaBytes(dice);
        inner.broadLeft = false;
        inner.value(type);
        return inner.out.toArray();
    }

    private void primitive(Type type) {
        if (type == Type.BOOLEAN || type == Type.INT8) {
            out.int8(dice.oneIn(4) ? dice.number() : dice.below(3));
        } else if (type == Type.INT16 || type == Type.UINT16) {
            out.int16(dice.number());
        } else if (type == Type.INT32 || type == Type.UNSIGNED_INT32) {
            out.int32(dice.number());
        } else if (type == Type.INT64 || type == Type.FLOAT64) {
            out.int64(dice.number());
        } else if (type == Type.UUID) {
            Uuid id = Words.id(dice);
            out.int64(id.getMostSignificantBits()).int64(id.getLeastSignificantBits());
        } else if (type == Type.STRING || type == Type.NULLABLE_STRING) {
            text(type.isNullable(), false);
        } else if (type == Type.COMPACT_STRING || type == Type.COMPACT_NULLABLE_STRING) {
            text(type.isNullable(), true);
        } else if (type == Type.BYTES || type == Type.NULLABLE_BYTES) {
            content(type.isNullable(), false, GroupBytes.of(dice));
        } else if (type == Type.COMPACT_BYTES || type == Type.COMPACT_NULLABLE_BYTES) {
            content(type.isNullable(), true, GroupBytes.of(dice));
        } else if (type == Type.RECORDS || type == Type.NULLABLE_RECORDS) {
            content(true, false, BatchBytes.write(dice));
        } else if (type == Type.COMPACT_RECORDS || type == Type.COMPACT_NULLABLE_RECORDS) {
            content(true, true, BatchBytes.write(dice));
        } else {
            throw new IllegalArgumentException("a type that nobody writes here: " + type);
        }
    }

    private void text(boolean nullable, boolean compact) {
        String word = broadDepth > 0 ? "" : Words.word(dice);
        byte[] bytes = new Bytes().text(word).toArray();
        boolean absent = nullable && dice.oneIn(4);
        long length = lie() ? dice.number() : absent ? -1 : bytes.length;
        if (compact) {
            out.unsignedVarint(length + 1);
        } else {
            out.int16(length);
        }
        if (!absent) {
            out.raw(bytes);
        }
    }

    private void content(boolean nullable, boolean compact, byte[] bytes) {
        boolean absent = nullable && dice.oneIn(8);
        count(compact, lie() ? dice.number() : absent ? -1 : bytes.length);
        if (!absent) {
            out.raw(bytes);
        }
    }
}
