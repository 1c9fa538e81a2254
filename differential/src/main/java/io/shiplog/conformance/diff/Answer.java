// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.diff;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.InvocationTargetException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.Records;

/**
 * What a node answered.
 *
 * @param message the decoded answer; null when there was none
 * @param json    the same as a tree, or what happened instead
 */
record Answer(ApiMessage message, ObjectNode json) {
    /** Without a message: the connection was closed, or the bytes are no such message. */
    static Answer without(String what) {
        return new Answer(null, JsonNodeFactory.instance.objectNode().put("answer", what));
    }

    /** The error that it tells first, or what happened instead of an answer. */
    String what() {
        if (message == null) {
            return json.get("answer").textValue();
        }
        for (JsonNode code : json.findValues("errorCode")) {
            if (code.shortValue() != 0) {
                return Errors.forCode(code.shortValue()).name();
            }
        }
        return "an answer";
    }

    /** Decodes a response with its header. Bytes that are left over are a field of their own. */
    static Answer read(ApiKeys api, short version, ByteBuffer bytes) {
        ApiMessage message;
        try {
            new ResponseHeaderData(new ByteBufferAccessor(bytes), api.responseHeaderVersion(version));
            message = api.messageType.newResponse();
            message.read(new ByteBufferAccessor(bytes), version);
        } catch (RuntimeException e) {
            // the generated readers throw whatever their buffer throws
            return without("cannot be decoded: " + e.getMessage());
        }
        ObjectNode json = json(message, version);
        if (bytes.hasRemaining()) {
            json.put("bytesLeft", bytes.remaining());
        }
        return new Answer(message, json);
    }

    private static ObjectNode json(ApiMessage message, short version) {
        ObjectNode json;
        try {
            json = (ObjectNode) Class.forName(message.getClass().getName() + "JsonConverter")
                    .getMethod("write", message.getClass(), short.class, boolean.class)
                    .invoke(null, message, version, false);
        } catch (ClassNotFoundException
                | NoSuchMethodException
                | IllegalAccessException
                | InvocationTargetException e) {
            throw new IllegalStateException("no JSON of " + message.getClass(), e);
        }
        if (message instanceof FetchResponseData fetch) {
            addBatches(fetch, json);
        }
        return json;
    }

    private static void addBatches(FetchResponseData fetch, ObjectNode json) {
        for (int t = 0; t < fetch.responses().size(); t++) {
            var topic = fetch.responses().get(t);
            for (int p = 0; p < topic.partitions().size(); p++) {
                JsonNode partition =
                        json.get("responses").get(t).get("partitions").get(p);
                ArrayNode batches = ((ObjectNode) partition).putArray("batches");
                if (topic.partitions().get(p).records() instanceof Records records) {
                    records.batches().forEach(batch -> batches.add(describe(batch)));
                }
            }
        }
    }

    /** No time and no producer id: they are of the run. */
    private static String describe(RecordBatch batch) {
        return "%d..%d epoch %d, %s, %s, sequence %d, producer epoch %d%s"
                .formatted(
                        batch.baseOffset(),
                        batch.lastOffset(),
                        batch.partitionLeaderEpoch(),
                        batch.compressionType(),
                        batch.timestampType(),
                        batch.baseSequence(),
                        batch.producerEpoch(),
                        batch.isValid() ? "" : ", CRC wrong");
    }
}
