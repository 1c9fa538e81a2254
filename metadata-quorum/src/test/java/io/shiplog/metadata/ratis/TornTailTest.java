// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.StateMachineLogEntryProto;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TornTailTest {
    private static final int PREALLOCATED = 4_096;

    @TempDir
    private Path current;

    private final ByteArrayOutputStream good = new ByteArrayOutputStream();

    @BeforeEach
    void threeEntries() throws IOException {
        good.writeBytes("RaftLog1".getBytes(StandardCharsets.UTF_8));
        for (int index = 0; index < 3; index++) {
            good.writeBytes(entry(index));
        }
    }

    static byte[] entry(int index) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        LogEntryProto.newBuilder()
                .setTerm(1)
                .setIndex(index)
                .setStateMachineLogEntry(
                        StateMachineLogEntryProto.newBuilder().setLogData(ByteString.copyFrom(new byte[200])))
                .build()
                .writeDelimitedTo(out);
        CRC32C crc = new CRC32C();
        crc.update(out.toByteArray());
        new DataOutputStream(out).writeInt((int) crc.getValue());
        return out.toByteArray();
    }

    private Path segment(byte[] content) throws IOException {
        Path file = current.resolve("log_inprogress_0");
        Files.write(file, Arrays.copyOf(content, PREALLOCATED));
        return file;
    }

    private byte[] goodFollowedBy(byte[]... more) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(good.toByteArray());
        for (byte[] bytes : more) {
            all.writeBytes(bytes);
        }
        return all.toByteArray();
    }

    @Test
    void aGoodSegmentIsLeftAlone() throws IOException {
        Path file = segment(good.toByteArray());
        TornTail.repair(current);
        assertThat(Files.size(file)).isEqualTo(PREALLOCATED);
    }

    @Test
    void aTornLastEntryIsCut() throws IOException {
        byte[] torn = entry(3);
        Arrays.fill(torn, 60, torn.length, (byte) 0);
        Path file = segment(goodFollowedBy(torn));
        TornTail.repair(current);
        assertThat(Files.readAllBytes(file)).isEqualTo(good.toByteArray());
    }

    @Test
    void garbageBehindTheEndIsCut() throws IOException {
        byte[] garbage = new byte[100];
        Arrays.fill(garbage, (byte) 0x5a);
        Path file = segment(goodFollowedBy(new byte[8], garbage));
        TornTail.repair(current);
        assertThat(Files.readAllBytes(file)).isEqualTo(good.toByteArray());
    }

    @Test
    void aBadEntryBeforeAGoodOneIsDamageAndIsNotTouched() throws IOException {
        byte[] flipped = entry(3);
        flipped[50] ^= 1;
        Path file = segment(goodFollowedBy(flipped, entry(4)));
        byte[] before = Files.readAllBytes(file);
        assertThatThrownBy(() -> TornTail.repair(current))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("damaged")
                .hasMessageContaining(file.toString());
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    @Test
    void aClosedSegmentIsNobodysTail() throws IOException {
        byte[] torn = Arrays.copyOf(good.toByteArray(), good.size() - 3);
        Path closed = current.resolve("log_0-2");
        Files.write(closed, torn);
        TornTail.repair(current);
        assertThat(Files.readAllBytes(closed)).isEqualTo(torn);
    }

    @Test
    void thereMayBeNoLogYet() throws IOException {
        TornTail.repair(current.resolve("missing"));
        TornTail.repair(current);
        assertThat(current).isEmptyDirectory();
    }
}
