// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.powercut;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * P5: the disk of a quorum node is full from one moment to the next, and an election follows at once, so that a vote is to be written. The
 * node ends with a reason, its vote is whole, the others go on, and it comes back when there is room.
 */
final class FullDiskScenario extends QuorumScenario {
    private static final int DISK_MIB = 160;
    private static final int FULL = 3;
    private static final long END_MS = 20_000;
    private static final String BALLAST = "ballast";

    FullDiskScenario(Scripts scripts, Path work, long seed) throws IOException, InterruptedException {
        super(scripts, work, "full-disk", seed);
    }

    @Override
    public void open() throws Exception {
        cluster.giveDisk(node(FULL), DISK_MIB);
        form();
    }

    @Override
    public String cycle(int number) throws Exception {
        int leader = leader();
        long termBefore = new RaftDirectory(cluster.data(node(FULL))).vote().term();
        Path ballast = cluster.data(node(FULL)).resolve(BALLAST);
        cluster.fill(ballast);
        long left = Files.getFileStore(ballast).getUsableSpace();
        if (leader != FULL) {
            // The others vote again, and ask the full one.
            cluster.kill(List.of(node(leader)));
        }
        Until.must(node(FULL) + " ends", END_MS, () -> !cluster.isRunning(node(FULL)));
        String reason = lastLine(node(FULL));
        RaftDirectory directory = new RaftDirectory(cluster.data(node(FULL)));
        RaftDirectory.Vote kept;
        try {
            kept = directory.vote();
        } catch (IOException e) {
            throw new Fault("the vote is gone (" + Files.size(directory.voteFile()) + " bytes): " + e.getMessage());
        }
        if (kept.term() < termBefore) {
            throw new Fault("the vote of term " + termBefore + " is gone, the disk holds " + kept.term());
        }
        if (leader != FULL) {
            cluster.start(List.of(node(leader)));
        }
        issue(5);
        Files.delete(ballast);
        cluster.start(List.of(node(FULL)));
        verify(List.of(1, 2, 3));
        return (leader == FULL ? "the leader's disk" : "a follower's disk") + " full (" + left
                + " bytes left): vote of term " + kept.term() + " kept, back with room; "
                + reason.substring(Math.max(0, reason.indexOf("stopping")));
    }
}
