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
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ConsumerProtocolAssignment;
import org.apache.kafka.common.message.ConsumerProtocolSubscription;
import org.apache.kafka.common.message.FetchResponseData;
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
    private static final int MANY = 4_000;
    /** Arrays within arrays within arrays: the one with many elements is one of these. */
    private static final int DEPTHS = 3;
    /** Beside each other. */
    private static final int ARRAYS = 5;

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

    private final List<String> refused = new ArrayList<>();

    @Test
    void areReadWhateverTheApi() {
        for (ApiKeys api : ApiKeys.values()) {
            if (!NOT_SERVED.contains(api) && api.hasValidVersion()) {
                for (short version = api.oldestVersion(); version <= api.latestVersion(); version++) {
                    Schema schema = api.messageType.requestSchemas()[version];
                    boolean flexible = api.requestHeaderVersion(version) >= 2;
                    tryAll(api.name, api.messageType::newRequest, schema, version, flexible);
                }
            }
        }
        assertThat(refused).isEmpty();
    }

    @Test
    void soAreAnswersToFollowers() {
        for (short version = 12; version <= ApiKeys.FETCH.latestVersion(); version++) {
            Schema schema = ApiKeys.FETCH.messageType.responseSchemas()[version];
            tryAll("response", FetchResponseData::new, schema, version, true);
        }
        assertThat(refused).isEmpty();
    }

    @Test
    void soIsWhatMembersTellEachOther() {
        for (short version = 0; version <= ConsumerProtocolSubscription.HIGHEST_SUPPORTED_VERSION; version++) {
            Schema subscription = ConsumerProtocolSubscription.SCHEMAS[version];
            tryAll("subscription", ConsumerProtocolSubscription::new, subscription, version, false);
            Schema assignment = ConsumerProtocolAssignment.SCHEMAS[version];
            tryAll("assignment", ConsumerProtocolAssignment::new, assignment, version, false);
        }
        assertThat(refused).isEmpty();
    }

    private void tryAll(String name, Supplier<ApiMessage> message, Schema schema, short version, boolean flexible) {
        for (int depth = 0; depth < DEPTHS; depth++) {
            for (int array = 0; array < ARRAYS; array++) {
                Written written = new Written(depth, array);
                Struct struct = written.struct(schema, 0);
                if (written.arrays > array) {
                    String what = name + " version " + version + ", array " + array + " at depth " + depth;
                    tryOne(what, message.get(), schema, struct, version, flexible);
                }
            }
        }
    }

    private void tryOne(
            String what, ApiMessage message, Schema schema, Struct struct, short version, boolean flexible) {
        ByteBuffer bytes = ByteBuffer.allocate(schema.sizeOf(struct));
        schema.write(bytes, struct);
        try {
            message.read(new BoundedReadable(bytes.flip(), flexible, MAX_ELEMENTS, version), version);
            assertThat(bytes.hasRemaining()).isFalse();
        } catch (RuntimeException e) {
            refused.add(what + ", " + bytes.limit() / MANY + " bytes each: " + e.getMessage());
        }
    }

    /** A message with one element in each array, and many in one of those at one depth. */
    private static final class Written {
        private final int depthOfMany;
        private final int arrayOfMany;
        private int arrays; // at that depth
        private int index;
        private boolean isLong;

        Written(int depthOfMany, int arrayOfMany) {
            this.depthOfMany = depthOfMany;
            this.arrayOfMany = arrayOfMany;
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
                boolean many = depth == depthOfMany && arrays++ == arrayOfMany;
                Object[] elements = new Object[many ? MANY : 1];
                for (int i = 0; i < elements.length; i++) {
                    index = many ? i : index;
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
