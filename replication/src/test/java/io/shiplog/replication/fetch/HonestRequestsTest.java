// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;
import org.junit.jupiter.api.Test;

/** Large requests with short names and few replicas, of every API in every version: what bounds hostile ones must not refuse them. */
class HonestRequestsTest {
    private static final int MAX_ELEMENTS = 200_000;
    /** Partitions that tools reassign, elect leaders of, or create with replicas of their choice, in one request. */
    private static final int MANY = 10_000;
    /** Arrays within arrays within arrays: the one with many elements is one of these. */
    private static final int DEPTHS = 3;

    /** Of topics, groups and users. */
    private static final String SHORT_NAME = "t%04d";
    /** Of members and settings. */
    private static final String LONG_NAME = "the-member-%04d";

    /** Not spoken here. */
    private static final Set<ApiKeys> NOT_SERVED = EnumSet.of(
            ApiKeys.BEGIN_QUORUM_EPOCH,
            ApiKeys.BROKER_REGISTRATION,
            ApiKeys.CONTROLLER_REGISTRATION,
            ApiKeys.DELETE_ACLS,
            ApiKeys.END_QUORUM_EPOCH,
            ApiKeys.FETCH_SNAPSHOT,
            ApiKeys.VOTE);

    @Test
    void areReadWhateverTheApi() {
        List<String> refused = new ArrayList<>();
        for (ApiKeys api : ApiKeys.values()) {
            if (!NOT_SERVED.contains(api) && api.hasValidVersion()) {
                for (short version = api.oldestVersion(); version <= api.latestVersion(); version++) {
                    tryEachDepth(api, version, refused);
                }
            }
        }
        assertThat(refused).isEmpty();
    }

    private static void tryEachDepth(ApiKeys api, short version, List<String> refused) {
        for (int depth = 0; depth < DEPTHS; depth++) {
            Schema schema = api.messageType.requestSchemas()[version];
            Struct request = new Written(depth).struct(schema, 0);
            ByteBuffer bytes = ByteBuffer.allocate(schema.sizeOf(request));
            schema.write(bytes, request);
            ApiMessage read = api.messageType.newRequest();
            boolean flexible = api.requestHeaderVersion(version) >= 2;
            try {
                read.read(new BoundedReadable(bytes.flip(), flexible, MAX_ELEMENTS, version), version);
                assertThat(bytes.hasRemaining()).isFalse();
            } catch (RuntimeException e) {
                refused.add(api + " version " + version + ", " + MANY + " at depth " + depth + ", "
                        + bytes.limit() / MANY + " bytes each: " + e.getMessage());
            }
        }
    }

    /** A message with one element in each array, and many in those at one depth. */
    private static final class Written {
        private final int depthOfMany;
        private int index;
        private boolean isLong;

        Written(int depthOfMany) {
            this.depthOfMany = depthOfMany;
        }

        Struct struct(Schema schema, int depth) {
            Struct struct = new Struct(schema);
            for (BoundField field : schema.fields()) {
                isLong = field.def.name.equals("member_id") || schema.get("value") != null;
                struct.set(field, value(field.def.type, depth));
            }
            return struct;
        }

        private Object value(Type type, int depth) {
            if (type.isArray()) {
                Object[] elements = new Object[depth == depthOfMany ? MANY : 1];
                for (int i = 0; i < elements.length; i++) {
                    index = depth <= depthOfMany ? i : index;
                    elements[i] = value(type.arrayElementType().orElseThrow(), depth + 1);
                }
                return elements;
            }
            if (type instanceof TaggedFields) {
                return new TreeMap<Integer, Object>();
            }
            if (type.isNullable()) {
                return null;
            }
            return type instanceof Schema schema ? struct(schema, depth) : primitive(type);
        }

        private Object primitive(Type type) {
            return switch (type.toString()) {
                case "BOOLEAN" -> true;
                case "INT8" -> (byte) 1;
                case "INT16" -> (short) 1;
                case "UINT16" -> 1;
                case "INT32" -> index;
                case "UNSIGNED_INT32" -> 1L;
                case "INT64" -> 1L;
                case "FLOAT64" -> 1.0;
                case "UUID" -> new Uuid(1, index);
                case "STRING", "COMPACT_STRING" -> String.format(Locale.ROOT, isLong ? LONG_NAME : SHORT_NAME, index);
                case "BYTES", "COMPACT_BYTES" -> ByteBuffer.allocate(20);
                default -> throw new AssertionError(type);
            };
        }
    }
}
