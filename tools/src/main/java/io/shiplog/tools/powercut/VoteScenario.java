// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.powercut;

import io.shiplog.tools.powercut.raft.VoteRequester;
import io.shiplog.tools.trial.Fault;
import io.shiplog.tools.trial.LocalCluster;
import io.shiplog.tools.trial.PowerSwitch;
import io.shiplog.tools.trial.Site;
import io.shiplog.tools.trial.Trial;
import io.shiplog.tools.trial.Until;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * D5 of the catalogue: a quorum node loses power within a second of a vote. The harness stands for election itself, so it holds the very answer
 * that must not be forgotten; afterwards the disk holds that vote, and the node, started again, refuses another candidate of the same term.
 *
 * <p>The guards against amnesia can be switched off one by one; without all of them the vote must be lost, else this test could not tell.
 */
final class VoteScenario implements Trial {
    private static final String VOTER = "quorum-1";
    private static final int DISK_MIB = 160;
    private static final long START_MS = 90_000;
    private static final int MAX_DELAY_MS = 1_000;

    /** Which guards of the vote are left. */
    enum Guards {
        ALL("votes", ""),
        GATE_ONLY("votes, gate only", "-Dshiplog.test.directory.flag=off"),
        FLAG_ONLY("votes, flag only", "-Dshiplog.test.vote.gate=off"),
        NONE("votes, control", "-Dshiplog.test.vote.gate=off -Dshiplog.test.directory.flag=off");

        private final String title;
        private final String jvmOptions;

        Guards(String title, String jvmOptions) {
            this.title = title;
            this.jvmOptions = jvmOptions;
        }

        String title() {
            return title;
        }
    }

    private final LocalCluster cluster;
    private final Guards guards;
    private final Random random;
    private VoteRequester requester;
    private RaftDirectory directory;
    private long votedTerm;
    private int forgotten;

    VoteScenario(Site site, Guards guards, long seed) throws IOException, InterruptedException {
        this.guards = guards;
        this.random = new Random(seed);
        this.cluster = new LocalCluster(site, "votes-" + guards.name().toLowerCase(Locale.ROOT), 3, 1);
    }

    @Override
    public void open() throws Exception {
        cluster.giveDisk(VOTER, DISK_MIB);
        directory = new RaftDirectory(cluster.data(VOTER));
        cluster.start(cluster.quorumNodes(), guards.jvmOptions);
        Until.must("the quorum forms", START_MS, this::hasVoted);
        // One after the other, so that what is left is one voter that follows nobody.
        cluster.kill(cluster.quorumNodes());
        requester = new VoteRequester("127.0.0.1", cluster.raftPort(1), directory.group(), directory.peerId(1));
    }

    /** Ratis formats its directory anew while it begins, so the file may be gone again. */
    private boolean hasVoted() throws IOException {
        try {
            return directory.isFormed() && directory.vote().term() > 0;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    @Override
    public String cycle(int number) throws Exception {
        cluster.start(List.of(VOTER), guards.jvmOptions);
        if (votedTerm > 0) {
            refusesAnother();
        }
        String candidate = directory.peerId(2);
        long term = Math.max(directory.vote().term(), votedTerm) + 1 + random.nextInt(3);
        int delayMs = number == 1 ? 0 : random.nextInt(MAX_DELAY_MS);
        try (PowerSwitch power = cluster.arm(List.of(VOTER))) {
            VoteRequester.Answer answer = requester.ask(candidate, term, START_MS);
            if (!answer.granted()) {
                throw new Fault("no vote in term " + term + ", the voter is in " + answer.term());
            }
            TimeUnit.MILLISECONDS.sleep(delayMs);
            power.cut();
        }
        cluster.killAndRemount(List.of(VOTER));
        RaftDirectory.Vote kept = directory.vote();
        String what = "voted in term " + term + ", power cut " + delayMs + " ms later, the disk holds term "
                + kept.term() + (kept.votedFor().equals(candidate) ? "" : " and vote \"" + kept.votedFor() + "\"");
        boolean isKept =
                kept.term() > term || (kept.term() == term && kept.votedFor().equals(candidate));
        if (isKept) {
            votedTerm = term;
        } else if (guards == Guards.NONE) {
            forgotten++;
            votedTerm = 0;
        } else {
            throw new Fault(what);
        }
        return what;
    }

    /** What the vote is for: nobody else gets one in its term. */
    private void refusesAnother() throws Exception {
        VoteRequester.Answer answer = requester.ask(directory.peerId(3), votedTerm, START_MS);
        if (answer.granted()) {
            throw new Fault("a second vote in term " + votedTerm);
        }
    }

    @Override
    public String end() throws Fault {
        if (guards != Guards.NONE) {
            return "";
        }
        if (forgotten == 0) {
            throw new Fault("without its guards no vote was lost either: this test cannot tell");
        }
        return forgotten + " votes lost, as expected without the guards";
    }

    @Override
    public void close() throws IOException {
        if (requester != null) {
            requester.close();
        }
        cluster.close();
    }
}
