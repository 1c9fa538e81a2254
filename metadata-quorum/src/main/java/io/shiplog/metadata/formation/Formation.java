// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.formation;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;

/**
 * One node's side of the first formation; see the package. Not thread-safe.
 *
 * <p>Use: feed reports of the other nodes; when {@link #next()} gives a stamp, sync it to the disk and confirm with {@link #onPersisted};
 * speak only through {@link #self()}. Done when {@link #stamp()} is of a phase that runs.
 */
public final class Formation {
    private final SortedMap<Integer, String> voters;
    private final String votersDigest;
    private final SortedMap<Integer, Report> heard = new TreeMap<>();
    private Stamp stamp;

    /**
     * Begins from what the disk holds.
     *
     * @param voters node id to address of every configured quorum node; a node that is not among them takes no part in a first formation,
     *     and waits for a quorum that it can be added to
     * @param stamp what the disk holds
     */
    public Formation(SortedMap<Integer, String> voters, Stamp stamp) {
        this.voters = Collections.unmodifiableSortedMap(new TreeMap<>(voters));
        this.votersDigest = digest(voters.toString()).toString();
        this.stamp = stamp;
    }

    /** What the disk holds. */
    public Stamp stamp() {
        return stamp;
    }

    /** What to tell other nodes. */
    public Report self() {
        return new Report(stamp.nodeId(), stamp.peerId(), stamp.phase(), stamp.clusterId(), votersDigest);
    }

    /** Another node spoke. Reports of nodes that are not configured, or of this one's own id, count for nothing. */
    public void onReport(Report report) {
        if (voters.containsKey(report.nodeId()) && report.nodeId() != stamp.nodeId()) {
            heard.put(report.nodeId(), report);
        }
    }

    /** Another node cannot be reached: what it said before counts no more. */
    public void onUnreachable(int nodeId) {
        heard.remove(nodeId);
    }

    /** A stamp that {@link #next()} gave is on the disk. */
    public void onPersisted(Stamp persisted) {
        stamp = persisted;
    }

    /** The stamp that this node's disk may hold next; empty while it has to wait. */
    public Optional<Stamp> next() {
        return switch (stamp.phase()) {
            case EMPTY -> joining().or(this::prepared);
            case PREPARED -> formed().or(this::joining);
            case FORMED, JOINING, REMOVED -> Optional.empty();
        };
    }

    /**
     * A member of another formed cluster was heard, so this node's own formation can never complete: that would need the other's disk to be
     * empty, or bound to the same formation. Two different clusters at once are an operator's mistake to be mended.
     */
    private Optional<Stamp> joining() {
        String cluster = runningCluster();
        return cluster.isEmpty() || cluster.equals(stamp.clusterId())
                ? Optional.empty()
                : Optional.of(new Stamp(
                        stamp.nodeId(), stamp.peerId(), Phase.JOINING, cluster, Collections.emptySortedMap()));
    }

    /** The one cluster that running nodes said they belong to; empty when there is none or more than one. */
    private String runningCluster() {
        String cluster = "";
        for (Report report : heard.values()) {
            if (report.phase().runs()) {
                if (!cluster.isEmpty() && !cluster.equals(report.clusterId())) {
                    return "";
                }
                cluster = report.clusterId();
            }
        }
        return cluster;
    }

    private Optional<Stamp> prepared() {
        if (!voters.containsKey(stamp.nodeId()) || heard.size() < voters.size() - 1) {
            return Optional.empty();
        }
        SortedMap<Integer, String> peerIds = new TreeMap<>();
        peerIds.put(stamp.nodeId(), stamp.peerId());
        for (Report report : heard.values()) {
            if (!report.votersDigest().equals(votersDigest)) {
                return Optional.empty();
            }
            peerIds.put(report.nodeId(), report.peerId());
        }
        String cluster = clusterId(peerIds);
        for (Report report : heard.values()) {
            boolean agrees = report.phase() == Phase.EMPTY
                    || (report.phase() == Phase.PREPARED && report.clusterId().equals(cluster));
            if (!agrees) {
                return Optional.empty();
            }
        }
        return Optional.of(new Stamp(stamp.nodeId(), stamp.peerId(), Phase.PREPARED, cluster, peerIds));
    }

    private Optional<Stamp> formed() {
        int agreeing = 0;
        boolean complete = false;
        for (Report report : heard.values()) {
            if (report.phase() != Phase.EMPTY && report.clusterId().equals(stamp.clusterId())) {
                agreeing++;
                // Somebody went ahead, which needed everybody, so everybody has prepared.
                complete |= report.phase().runs();
            }
        }
        return complete || agreeing == voters.size() - 1
                ? Optional.of(
                        new Stamp(stamp.nodeId(), stamp.peerId(), Phase.FORMED, stamp.clusterId(), stamp.peerIds()))
                : Optional.empty();
    }

    /** Why this node has to wait, for people; empty when it does not. */
    public String waitingFor() {
        if (stamp.phase().runs() || stamp.phase() == Phase.REMOVED || next().isPresent()) {
            return "";
        }
        if (!voters.containsKey(stamp.nodeId())) {
            return "a node that is not among quorum.voters joins a quorum that runs; none was reached among " + voters;
        }
        for (Report report : heard.values()) {
            String problem = problemWith(report);
            if (!problem.isEmpty()) {
                return problem;
            }
        }
        SortedMap<Integer, String> missing = new TreeMap<>(voters);
        missing.remove(stamp.nodeId());
        missing.keySet().removeAll(heard.keySet());
        return missing.isEmpty() ? "" : "first formation needs all quorum nodes; not reached: " + missing;
    }

    private String problemWith(Report report) {
        String node = "quorum node " + report.nodeId();
        if (!report.votersDigest().equals(votersDigest)) {
            return node + " is configured with other quorum.voters than this node: " + voters;
        }
        if (report.phase().runs() && runningCluster().isEmpty()) {
            return node + " belongs to cluster " + report.clusterId()
                    + " and another node to another cluster: give each cluster its own quorum.voters";
        }
        boolean allHeard = heard.size() == voters.size() - 1;
        if (stamp.phase() == Phase.EMPTY && report.phase() == Phase.PREPARED && allHeard) {
            return node
                    + " began a formation with a disk that is gone: empty its data directory, nothing was stored yet,"
                    + " unless two disks of a running quorum were lost";
        }
        String expected = stamp.peerIds().get(report.nodeId());
        if (expected != null && !expected.equals(report.peerId())) {
            return node + " lost its disk during the first formation: if no quorum ran here before, empty the data"
                    + " directories of all quorum nodes and start again";
        }
        return "";
    }

    private String clusterId(SortedMap<Integer, String> peerIds) {
        StringBuilder text = new StringBuilder();
        for (Map.Entry<Integer, String> peer : peerIds.entrySet()) {
            text.append(peer.getKey()).append('@').append(voters.get(peer.getKey()));
            text.append('=').append(peer.getValue()).append('\n');
        }
        return digest(text.toString()).toString();
    }

    private static Uuid digest(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            // The top bit stays clear, so that the text form never begins with a dash.
            return new Uuid(bits(hash, 0) & Long.MAX_VALUE, bits(hash, Long.BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static long bits(byte[] hash, int from) {
        long bits = 0;
        for (int i = from; i < from + Long.BYTES; i++) {
            bits = (bits << Byte.SIZE) | (hash[i] & 0xff);
        }
        return bits;
    }
}
