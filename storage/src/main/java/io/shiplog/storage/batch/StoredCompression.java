// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.batch;

import java.nio.ByteBuffer;
import java.util.Map;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;

/**
 * How the batches of a topic are kept: {@code compression.type} and the level that belongs to it. The names are Kafka's topic configuration.
 *
 * @param codec as in the attributes of a batch; {@link #AS_PRODUCED}: whichever the producer took
 * @param level of the codecs that have one
 */
public record StoredCompression(int codec, int level) {
    private static final int AS_PRODUCED = -1;

    /** Batches are kept as producers compressed them. */
    public static final StoredCompression PRODUCER = new StoredCompression(AS_PRODUCED, 0);

    /**
     * What a topic's own configuration says, else {@code otherwise}.
     *
     * @throws IllegalArgumentException naming key, value and what is allowed
     */
    public static StoredCompression of(Map<String, String> configs, StoredCompression otherwise) {
        String type = configs.get("compression.type");
        if (type == null) return otherwise;
        return switch (type) {
            case "producer" -> PRODUCER;
            case "uncompressed" -> new StoredCompression(CompressionType.NONE.id, 0);
            case "snappy" -> new StoredCompression(CompressionType.SNAPPY.id, 0);
            case "gzip", "lz4", "zstd" -> leveled(CompressionType.forName(type), configs);
            default ->
                throw new IllegalArgumentException(
                        "compression.type=" + type + ": producer, uncompressed, gzip, snappy, lz4 or zstd");
        };
    }

    private static StoredCompression leveled(CompressionType type, Map<String, String> configs) {
        String key = "compression." + type.name + ".level";
        String text = configs.get(key);
        if (text == null) return new StoredCompression(type.id, type.defaultLevel());
        try {
            int level = Integer.parseInt(text.trim());
            type.levelValidator().ensureValid(key, level);
            return new StoredCompression(type.id, level);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(key + "=" + text + ": a level that " + type.name + " has", e);
        }
    }

    public boolean isAsProduced() {
        return codec == AS_PRODUCED;
    }

    /** Whether the batch at {@code at}, of which there is at least the header, is to be kept otherwise than it is. */
    public boolean changes(ByteBuffer batch, int at) {
        return codec != AS_PRODUCED
                && codec != (RecordBatchHeader.attributes(batch, at) & RecordBatchHeader.CODEC_MASK);
    }

    Compression compression() {
        return switch (CompressionType.forId(codec)) {
            case NONE -> Compression.NONE;
            case GZIP -> Compression.gzip().level(level).build();
            case SNAPPY -> Compression.snappy().build();
            case LZ4 -> Compression.lz4().level(level).build();
            case ZSTD -> Compression.zstd().level(level).build();
        };
    }
}
