// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.powercut;

import io.shiplog.tools.powercut.raft.VoteRequester;
import io.shiplog.tools.trial.Fault;
import io.shiplog.tools.trial.Site;
import io.shiplog.tools.trial.Until;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * P5: the disk of a quorum node is full from one moment to the next. The node ends with a reason, its vote is whole, the others go on, and it
 * comes back when there is room.
 *
 * <p>Unwatched, the node does not look at its disk, as if it had filled up between two looks, and a candidate asks for its vote: Ratis has a
 * vote to write and no room for it, which is what empties the vote file.
 */
final class FullDiskScenario extends QuorumScenario {
    private static final int DISK_MIB = 160;
    private static final int FULL = 3;
    private static final long END_MS = 10_000;
    private static final String BALLAST = "ballast";

    private final boolean watched;
    /** The highest term that the node has spoken of. */
    private long lastTerm;

    FullDiskScenario(Site site, boolean watched, long seed) throws IOException, InterruptedException {
        super(site, watched ? "full-disk" : "full-disk-unwatched", seed);
        this.watched = watched;
    }

    @Override
    public void open() throws Exception {
        if (!watched) {
            cluster.set(List.of(node(FULL)), "metadata.reserve.bytes", "0");
        }
        cluster.giveDisk(node(FULL), DISK_MIB);
        form();
    }

    @Override
    public String cycle(int number) throws Exception {
        return watched ? watched() : unwatched();
    }

    private String watched() throws Exception {
        boolean leads = leader() == FULL;
        RaftDirectory directory = new RaftDirectory(cluster.data(node(FULL)));
        long term = directory.vote().term();
        Path ballast = cluster.data(node(FULL)).resolve(BALLAST);
        cluster.fill(ballast);
        Until.must("the node with the full disk ends", END_MS, () -> !cluster.isRunning(node(FULL)));
        String reason = lastLine(node(FULL));
        long bytes = Files.size(directory.voteFile());
        issue(5);
        Copies.delete(ballast);
        cluster.start(List.of(node(FULL)));
        verify(List.of(1, 2, 3));
        RaftDirectory.Vote kept = kept(directory, term);
        return (leads ? "the leader's disk" : "a follower's disk") + " full, its vote file had " + bytes
                + " bytes then; the others went on, back with room and the vote of term " + kept.term() + "; "
                + reason.substring(Math.max(0, reason.indexOf("stopping")));
    }

    /** Alone, because a log that is written or closed fails, or makes room, before the vote does. */
    private String unwatched() throws Exception {
        List<String> others = List.of(node(1), node(2));
        cluster.kill(others);
        RaftDirectory directory = new RaftDirectory(cluster.data(node(FULL)));
        Path ballast = cluster.data(node(FULL)).resolve(BALLAST);
        String what = fillAndAsk(directory, ballast);
        cluster.kill(List.of(node(FULL)));
        long bytes = Files.size(directory.voteFile());
        Copies.delete(ballast);
        cluster.start(cluster.quorumNodes());
        verify(List.of(1, 2, 3));
        kept(directory, lastTerm);
        return what + ", its vote file had " + bytes + " bytes then; back with room";
    }

    private String fillAndAsk(RaftDirectory directory, Path ballast) throws IOException, InterruptedException {
        try (VoteRequester requester =
                new VoteRequester("127.0.0.1", cluster.raftPort(FULL), directory.group(), directory.peerId(FULL))) {
            // A term of the past changes nothing, and connects.
            lastTerm = requester.ask(directory.peerId(1), 0, START_MS).term();
            cluster.fill(ballast);
            try {
                VoteRequester.Answer answer = requester.ask(directory.peerId(1), lastTerm + 1, 0);
                lastTerm = answer.term();
                return "asked for its vote with a full disk it said " + (answer.granted() ? "yes" : "no") + " in term "
                        + lastTerm;
            } catch (IOException e) {
                return "asked for its vote with a full disk it did not answer";
            }
        }
    }

    /** The vote on the disk, which must not be older than before. */
    private static RaftDirectory.Vote kept(RaftDirectory directory, long term) throws IOException, Fault {
        RaftDirectory.Vote kept = directory.vote();
        if (kept.term() < term) {
            throw new Fault("the vote of term " + term + " is gone, the disk holds " + kept.term());
        }
        return kept;
    }
}
