// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import io.shiplog.metadata.disk.DurableFiles;
import io.shiplog.metadata.formation.Phase;
import io.shiplog.metadata.formation.Stamp;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * {@code quorum.stamp}: whose disk this is. Text of {@code key=value} lines, for people; the last line is a checksum of the ones before it.
 * Replaced as one step and synced with its name.
 */
final class StampFile {
    private static final String NAME = "quorum.stamp";
    private static final String PEER = "voter.";
    private static final String CHECKSUM = "crc32c=";

    private final Path file;

    StampFile(Path dataDir) {
        file = dataDir.resolve(NAME);
    }

    /**
     * The stamp on the disk; null on a new disk.
     *
     * @throws IOException when it is damaged
     */
    Stamp read() throws IOException {
        if (!Files.exists(file)) {
            return null;
        }
        String text = Files.readString(file, StandardCharsets.UTF_8);
        int end = text.lastIndexOf(CHECKSUM);
        if (end < 0 || !text.substring(end).equals(checksumLine(text.substring(0, end)))) {
            throw new IOException(
                    file + " is damaged: this disk cannot be trusted, empty it and let the node join again");
        }
        Properties properties = new Properties();
        properties.load(new StringReader(text.substring(0, end)));
        SortedMap<Integer, String> peers = new TreeMap<>();
        for (String key : properties.stringPropertyNames()) {
            if (key.startsWith(PEER)) {
                peers.put(Integer.valueOf(key.substring(PEER.length())), properties.getProperty(key));
            }
        }
        return new Stamp(
                Integer.parseInt(properties.getProperty("node.id")),
                properties.getProperty("peer.id"),
                Phase.valueOf(properties.getProperty("phase")),
                properties.getProperty("cluster.id"),
                peers);
    }

    /** Makes the stamp durable. */
    void write(Stamp stamp) throws IOException {
        StringBuilder text = new StringBuilder();
        text.append("node.id=").append(stamp.nodeId()).append('\n');
        text.append("phase=").append(stamp.phase()).append('\n');
        text.append("cluster.id=").append(stamp.clusterId()).append('\n');
        text.append("peer.id=").append(stamp.peerId()).append('\n');
        for (Map.Entry<Integer, String> peer : stamp.peerIds().entrySet()) {
            text.append(PEER)
                    .append(peer.getKey())
                    .append('=')
                    .append(peer.getValue())
                    .append('\n');
        }
        DurableFiles.replace(file, (text + checksumLine(text.toString())).getBytes(StandardCharsets.UTF_8));
    }

    private static String checksumLine(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return CHECKSUM + Long.toHexString(crc.getValue()) + "\n";
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
