// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.trial;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicasTest {
    private static final Uuid TOPIC = new Uuid(1, 2);

    @TempDir
    Path cluster;

    @Test
    void replicasThatRolledElsewhereAreIdentical() throws IOException {
        write(1, 0, batch(0, "a"), batch(1, "b"));
        write(2, 0, batch(0, "a"));
        write(2, 1, batch(1, "b"));
        assertThat(difference(2)).isNull();
    }

    @Test
    void bytesBehindTheHighWatermarkDoNotCount() throws IOException {
        write(1, 0, batch(0, "a"), batch(1, "b"));
        write(2, 0, batch(0, "a"), batch(1, "c"));
        assertThat(difference(1)).isNull();
        assertThat(difference(2)).contains("differs");
    }

    @Test
    void shortReplicaIsNamed() throws IOException {
        write(1, 0, batch(0, "a"), batch(1, "b"));
        write(2, 0, batch(0, "a"));
        assertThat(difference(2)).contains("storage-2").contains("ends at offset 1");
    }

    @Test
    void missingReplicaIsAFault() throws IOException {
        write(1, 0, batch(0, "a"));
        assertThat(difference(1)).contains("has 1 replicas");
    }

    private String difference(long endOffset) throws IOException {
        return new Replicas(cluster).difference(TOPIC, 0, endOffset, 2);
    }

    private void write(int node, long baseOffset, ByteBuffer... batches) throws IOException {
        Path directory = cluster.resolve("storage-" + node).resolve("data").resolve(TOPIC + "-0");
        Files.createDirectories(directory);
        Path segment = directory.resolve(String.format("%020d.log", baseOffset));
        for (ByteBuffer batch : batches) {
            byte[] bytes = new byte[batch.remaining()];
            batch.get(bytes);
            Files.write(segment, bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }
    }

    private static ByteBuffer batch(long offset, String value) {
        return MemoryRecords.withRecords(
                        offset, Compression.NONE, new SimpleRecord(7, value.getBytes(StandardCharsets.UTF_8)))
                .buffer();
    }
}
