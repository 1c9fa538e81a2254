// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.quorum;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.node.ActiveController;
import io.shiplog.metadata.node.AgreedLog.Outcome;
import io.shiplog.metadata.proto.MetadataEntry;
import io.shiplog.simulation.engine.Dice;
import io.shiplog.simulation.engine.NodeClock;
import io.shiplog.simulation.engine.Scheduler;
import io.shiplog.simulation.engine.SimLoop;
import io.shiplog.simulation.engine.SimProcess;
import io.shiplog.simulation.network.SimNetwork;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntSupplier;

/** All quorum nodes, the log that they share, and who leads them. Quorum node ids begin at {@link #FIRST_ID}. */
public final class SimQuorum {
    public static final int FIRST_ID = 101;
    public static final String CLUSTER_ID = "simulated";
    private static final long WATCH_US = 10_000;
    private static final long ELECTION_MIN_US = 80_000L;
    private static final int ELECTION_SPREAD_US = 150_000;

    /** On its way to a majority. */
    private record Proposal(QuorumPeerNode by, MetadataEntry entry, CompletableFuture<Outcome> outcome) {}

    private final QuorumSettings settings;
    private final Scheduler scheduler;
    private final SimNetwork network;
    private final Dice dice;
    private final IntSupplier processNumbers;
    private final AgreedEntries agreed = new AgreedEntries();
    private final QuorumPeerNode[] peers;
    private final int[] durableEntries;
    private final List<Proposal> underWay = new ArrayList<>();
    private final ImageListener images;
    private final BrokerHosts hosts;

    private long term;
    private QuorumPeerNode leader;
    private long sickSinceUs = -1;
    private long patienceUs;
    private MetadataImage newest = MetadataImage.empty();
    private int elections;

    /**
     * A quorum whose nodes are down.
     *
     * @param processNumbers gives each process one of its own
     * @param images told of every image of every quorum node
     * @param hosts where controllers ask for brokers
     */
    public SimQuorum(
            QuorumSettings settings,
            Scheduler scheduler,
            SimNetwork network,
            Dice dice,
            IntSupplier processNumbers,
            ImageListener images,
            BrokerHosts hosts) {
        this.settings = settings;
        this.scheduler = scheduler;
        this.network = network;
        this.dice = dice;
        this.processNumbers = processNumbers;
        this.images = images;
        this.hosts = hosts;
        this.peers = new QuorumPeerNode[settings.nodes()];
        this.durableEntries = new int[settings.nodes()];
    }

    QuorumSettings settings() {
        return settings;
    }

    SimNetwork network() {
        return network;
    }

    BrokerHosts hosts() {
        return hosts;
    }

    public int size() {
        return peers.length;
    }

    /** Begins a life of every node, and to watch them. */
    public void start() {
        for (int i = 0; i < peers.length; i++) {
            startNode(FIRST_ID + i);
        }
        elect();
        watch();
    }

    // ---- lives

    public boolean isUp(int id) {
        return peers[id - FIRST_ID] != null;
    }

    /** The present life of a quorum node; null while it is down. */
    public SimProcess process(int id) {
        QuorumPeerNode peer = peers[id - FIRST_ID];
        return peer == null ? null : peer.process();
    }

    public void startNode(int id) {
        int index = id - FIRST_ID;
        if (peers[index] != null) {
            return;
        }
        SimProcess process = new SimProcess(
                id, processNumbers.getAsInt(), new NodeClock(scheduler, 1, dice.between(0, 1_000_000), 0));
        QuorumPeerNode peer = new QuorumPeerNode(this, agreed, process, scheduler, dice);
        peers[index] = peer;
        int entries = durableEntries[index];
        peer.recover(entries, entries == 0 ? 0 : dice.nextInt(entries + 1));
        catchUp(peer, agreed.size());
        peer.start();
    }

    /** A node ends as by kill -9; what it has agreed to is on its disk. */
    public void kill(int id, boolean machineHasPower) {
        int index = id - FIRST_ID;
        QuorumPeerNode peer = peers[index];
        if (peer == null) {
            return;
        }
        durableEntries[index] = peer.applied();
        peers[index] = null;
        peer.process().die();
        network.onDied(peer.process(), machineHasPower);
    }

    // ---- what others ask, at the node that they ask

    /** The loop of a quorum node; null while it is down. */
    public SimLoop loop(int id) {
        return isUp(id) ? peers[id - FIRST_ID].loop() : null;
    }

    /** The active controller of a quorum node, active or not; null while the node is down. */
    public ActiveController controller(int id) {
        return isUp(id) ? peers[id - FIRST_ID].controller() : null;
    }

    /** Follows the metadata from a node that is up. On its loop. */
    public void fetch(int id, long nextOffset, MetadataReader reader) {
        peers[id - FIRST_ID].fetch(nextOffset, reader);
    }

    /** The image that is newest on any node. */
    public MetadataImage newest() {
        return newest;
    }

    /** The images between one that was the newest and the one that is, after each command; the last is the newest itself. */
    public List<MetadataImage> stepsToNewest(MetadataImage from) {
        return newest.offset() > from.offset() ? agreed.steps(from, newest) : List.of(newest);
    }

    /** What a node has; null while it is down. */
    public MetadataImage image(int id) {
        return isUp(id) ? peers[id - FIRST_ID].image() : null;
    }

    /** Node id of the leader that Raft has elected; −1 for none. */
    public int leaderId() {
        return leader == null ? -1 : leader.process().id();
    }

    /** Whether the elected leader is there and takes commands. */
    public boolean hasActiveController() {
        return leader != null
                && isUp(leader)
                && !leader.process().isPaused()
                && leader.controller().isActive();
    }

    /** Leaders that were elected so far. */
    public int elections() {
        return elections;
    }

    // ---- applying

    void onApplied(int node, MetadataImage image) {
        if (image.offset() > newest.offset()) {
            newest = image;
        }
        images.onImage(node, image);
    }

    private void catchUp(QuorumPeerNode peer, int entries) {
        if (peer.applied() < entries) {
            scheduler.after(
                    dice.between(100, Math.max(101, settings.lagUs())),
                    "replicated",
                    peer.process(),
                    () -> hear(peer, entries));
        }
    }

    /** A node that hears the leader applies; one that is cut off does so later. */
    private void hear(QuorumPeerNode peer, int entries) {
        boolean hears = leader == null
                || leader == peer
                || network.isWhole(leader.process().id(), peer.process().id());
        if (hears) {
            peer.loop().execute(() -> peer.apply(entries));
        } else {
            scheduler.after(WATCH_US, "not replicated", peer.process(), () -> hear(peer, entries));
        }
    }

    // ---- proposals

    void propose(QuorumPeerNode by, long byTerm, MetadataEntry entry, CompletableFuture<Outcome> outcome) {
        boolean lost = by != leader || byTerm != term || dice.chance(settings.lossRate());
        if (lost) {
            scheduler.after(dice.between(5_000, 150_000), "proposal fails", by.process(), () -> fail(outcome));
            return;
        }
        Proposal proposal = new Proposal(by, entry, outcome);
        underWay.add(proposal);
        scheduler.after(dice.between(400, 4_000), "agreement", null, () -> agree(proposal));
    }

    private static void fail(CompletableFuture<Outcome> outcome) {
        outcome.completeExceptionally(new IllegalStateException("nobody knows what became of the proposal"));
    }

    private void agree(Proposal proposal) {
        if (!underWay.contains(proposal)) {
            return;
        }
        if (!hasMajority(proposal.by)) {
            scheduler.after(WATCH_US, "agreement", null, () -> agree(proposal));
            return;
        }
        underWay.remove(proposal);
        commit(proposal.entry);
        if (dice.chance(settings.twiceRate())) {
            commit(proposal.entry);
        }
        scheduler.after(0, "agreed", proposal.by.process(), () -> tell(proposal));
    }

    private void commit(MetadataEntry entry) {
        agreed.add(entry);
        int entries = agreed.size();
        for (QuorumPeerNode peer : peers) {
            if (peer != null && peer != leader) {
                catchUp(peer, entries);
            }
        }
    }

    private void tell(Proposal proposal) {
        proposal.by.apply(agreed.size());
        boolean applied = proposal.by
                .image()
                .outcome(proposal.entry.getProposer(), proposal.entry.getProposal())
                .isPresent();
        if (dice.chance(settings.uncertainRate())) {
            fail(proposal.outcome);
        } else {
            proposal.outcome.complete(new Outcome(applied));
        }
    }

    // ---- elections

    private void watch() {
        boolean healthy = leader != null && isUp(leader) && !leader.process().isPaused() && hasMajority(leader);
        if (healthy) {
            sickSinceUs = -1;
        } else if (sickSinceUs < 0) {
            sickSinceUs = scheduler.nowUs();
            patienceUs = ELECTION_MIN_US + dice.nextInt(ELECTION_SPREAD_US);
        } else if (scheduler.nowUs() - sickSinceUs > patienceUs) {
            elect();
        }
        for (QuorumPeerNode peer : peers) {
            if (peer != null && peer != leader && peer.believesToLead()) {
                maybeDepose(peer);
            }
        }
        scheduler.after(WATCH_US, "watch", null, this::watch);
    }

    private boolean isUp(QuorumPeerNode peer) {
        return peers[peer.process().id() - FIRST_ID] == peer;
    }

    /** A deposed leader that hears the others soon knows; one that is alone steps down after a while. */
    private void maybeDepose(QuorumPeerNode peer) {
        boolean hears = leader == null
                || network.isWhole(leader.process().id(), peer.process().id());
        if (!peer.process().isPaused() && dice.chance(hears ? 0.2 : 0.05)) {
            peer.loop().execute(peer::follow);
        }
    }

    /** Leadership moves though nothing is wrong. */
    public void forceElection() {
        elect();
    }

    private void elect() {
        List<QuorumPeerNode> candidates = new ArrayList<>();
        for (QuorumPeerNode peer : peers) {
            if (peer != null && !peer.process().isPaused() && hasMajority(peer)) {
                candidates.add(peer);
            }
        }
        if (candidates.isEmpty()) {
            return;
        }
        settleUnderWay();
        QuorumPeerNode old = leader;
        leader = candidates.get(dice.nextInt(candidates.size()));
        term++;
        elections++;
        sickSinceUs = -1;
        if (old != null && old != leader && isUp(old) && dice.chance(0.5)) {
            old.loop().execute(old::follow);
        }
        QuorumPeerNode elected = leader;
        long electedIn = term;
        elected.loop().execute(() -> {
            elected.follow();
            elected.lead(electedIn);
            elected.apply(agreed.size());
        });
        for (QuorumPeerNode peer : peers) {
            if (peer != null && peer != elected) {
                catchUp(peer, agreed.size());
            }
        }
    }

    /** What an old leader has sent to some and not to a majority is agreed on now, in its order, or never. */
    private void settleUnderWay() {
        boolean lost = false;
        for (Iterator<Proposal> each = underWay.iterator(); each.hasNext(); ) {
            Proposal proposal = each.next();
            each.remove();
            lost |= dice.chance(0.5);
            if (!lost) {
                commit(proposal.entry);
            }
            scheduler.after(
                    dice.between(1_000, 100_000),
                    "proposal fails",
                    proposal.by.process(),
                    () -> fail(proposal.outcome));
        }
    }

    private boolean hasMajority(QuorumPeerNode of) {
        int reached = 1;
        for (QuorumPeerNode peer : peers) {
            boolean other = peer != null && peer != of && !peer.process().isPaused();
            if (other && network.isWhole(of.process().id(), peer.process().id())) {
                reached++;
            }
        }
        return reached > peers.length / 2;
    }

    /** How many entries are agreed on. */
    public int agreedEntries() {
        return agreed.size();
    }
}
