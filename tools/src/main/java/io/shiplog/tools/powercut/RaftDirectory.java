// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.powercut;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.stream.Stream;

/** What a quorum node keeps below its data directory, read from outside. */
final class RaftDirectory {
    private final Path data;

    /** Term and vote on the disk; {@code votedFor} is empty when there is none in this term. */
    record Vote(long term, String votedFor) {}

    RaftDirectory(Path data) {
        this.data = data;
    }

    /** Peer id of a voter as of the formation. */
    String peerId(int nodeId) throws IOException {
        Properties stamp = properties(data.resolve("quorum.stamp"));
        String peer = stamp.getProperty("voter." + nodeId);
        if (peer == null) {
            throw new IOException(data + " knows no voter " + nodeId);
        }
        return peer;
    }

    /** Whether the node has seen the cluster formed, and a Raft log exists. */
    boolean isFormed() throws IOException {
        Path stamp = data.resolve("quorum.stamp");
        return Files.exists(stamp) && "FORMED".equals(properties(stamp).getProperty("phase")) && !groups().isEmpty();
    }

    UUID group() throws IOException {
        return UUID.fromString(groupDirectory().getFileName().toString());
    }

    /** The file with term and vote; it may be empty or damaged. */
    Path voteFile() throws IOException {
        return current().resolve("raft-meta");
    }

    Vote vote() throws IOException {
        Properties file = properties(voteFile());
        String term = file.getProperty("term");
        if (term == null) {
            throw new IOException(voteFile() + " holds no term");
        }
        String votedFor = file.getProperty("votedFor", "");
        return new Vote(Long.parseLong(term), votedFor);
    }

    /** Names of the segments of the log, oldest first. */
    List<Path> segments() throws IOException {
        return list(current(), "log_.*").stream()
                .sorted((a, b) -> Long.compare(firstIndex(a), firstIndex(b)))
                .toList();
    }

    /** Index of the first entry of a segment. */
    static long firstIndex(Path segment) {
        String name =
                segment.getFileName().toString().replace("log_inprogress_", "").replace("log_", "");
        int dash = name.indexOf('-');
        return Long.parseLong(dash < 0 ? name : name.substring(0, dash));
    }

    /** Whole snapshots, newest last, without their digests. */
    List<Path> snapshots() throws IOException {
        return list(groupDirectory().resolve("sm"), "snapshot\\.\\d+_\\d+").stream()
                .sorted((a, b) -> Long.compare(lastIndex(a), lastIndex(b)))
                .toList();
    }

    private static long lastIndex(Path snapshot) {
        String name = snapshot.getFileName().toString();
        return Long.parseLong(name.substring(name.indexOf('_') + 1));
    }

    /** Where Ratis puts what it is about to receive. */
    Path temporary() throws IOException {
        return groupDirectory().resolve("tmp");
    }

    private Path current() throws IOException {
        return groupDirectory().resolve("current");
    }

    private Path groupDirectory() throws IOException {
        List<Path> groups = groups();
        if (groups.size() != 1) {
            throw new IOException(data + " holds " + groups.size() + " Raft groups");
        }
        return groups.get(0);
    }

    private List<Path> groups() throws IOException {
        return list(data.resolve("raft"), "[0-9a-f]{8}-[0-9a-f-]{27}");
    }

    /** Where snapshots are; away for a moment while Ratis puts a received one in its place. */
    boolean hasSnapshotDirectory() throws IOException {
        return Files.isDirectory(groupDirectory().resolve("sm"));
    }

    private static List<Path> list(Path directory, String pattern) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        List<Path> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            files.filter(file -> file.getFileName().toString().matches(pattern)).forEach(found::add);
        }
        return found;
    }

    private static Properties properties(Path file) throws IOException {
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(file)) {
            properties.load(in);
        }
        return properties;
    }
}
