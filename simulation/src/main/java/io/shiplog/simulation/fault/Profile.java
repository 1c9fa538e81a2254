// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.fault;

import io.shiplog.simulation.engine.Dice;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What kind of runs are drawn. Each seed first draws which classes of faults there are and how many of each (swarm testing): most runs have
 * few classes, so that rare combinations are not drowned. Small clusters dominate.
 */
public enum Profile {
    /** Everything, a few classes at a time. */
    DEFAULT(true, FaultClass.values()),
    /** Nothing goes wrong. */
    QUIET(false),
    PROCESS(false, FaultClass.PROCESS),
    POWER(false, FaultClass.POWER, FaultClass.PROCESS),
    NETWORK(false, FaultClass.NETWORK),
    DISK(false, FaultClass.DISK, FaultClass.PROCESS),
    ROT(false, FaultClass.ROT, FaultClass.PROCESS),
    REPLACED(false, FaultClass.REPLACED, FaultClass.PROCESS),
    CLOCK(false, FaultClass.CLOCK, FaultClass.PROCESS),
    QUORUM(false, FaultClass.QUORUM, FaultClass.PROCESS),
    MISPLACED(false, FaultClass.MISPLACED, FaultClass.PROCESS, FaultClass.POWER),
    IDENTITY(false, FaultClass.IDENTITY, FaultClass.PROCESS, FaultClass.POWER),
    /** A node goes for good: the others must get on. */
    LIVENESS(false, FaultClass.PROCESS, FaultClass.NETWORK, FaultClass.QUORUM, FaultClass.DEATH),
    /** Operators are busy. */
    ADMIN(true, FaultClass.PROCESS, FaultClass.NETWORK),
    /** An operator has jobs that move partitions. */
    JOBS(true, FaultClass.PROCESS, FaultClass.NETWORK, FaultClass.QUORUM, FaultClass.POWER),
    /** Faults and operations that do harm together. */
    COINCIDENCE(false, FaultClass.PARTIAL),
    /** Faults that do harm together on disks, and clients with them. */
    STORAGE_COINCIDENCE(false, FaultClass.PROCESS, FaultClass.PARTIAL),
    /** Replicas that lack segments have them shipped, in every run. */
    BULK(
            true,
            FaultClass.PROCESS,
            FaultClass.POWER,
            FaultClass.NETWORK,
            FaultClass.DISK,
            FaultClass.ROT,
            FaultClass.REPLACED,
            FaultClass.PARTIAL,
            FaultClass.MISPLACED);

    private static final int PRODUCES = 170;
    private static final long DURATION_MS = 3_000;
    /**
     * One number for each seed says what it has of what was thought of later: below the first its consumers go back to what they have read, from
     * there to the third there are racks, below the second there is a coincidence on disks. All other seeds are as they were.
     */
    private static final double SEEKS_BELOW = 0.2;

    private static final double COINCIDENCES_BELOW = 0.3;
    private static final double RACKS_BELOW = 0.4;
    /** So many runs of the default profile have segments shipped. */
    private static final double SHIPPING_SHARE = 0.15;

    /** Classes that are drawn from in a row; what is not among them has dice of its own, so that it changes nothing of the others. */
    private static final FaultClass[] FIRST = {
        FaultClass.PROCESS,
        FaultClass.POWER,
        FaultClass.NETWORK,
        FaultClass.DISK,
        FaultClass.ROT,
        FaultClass.REPLACED,
        FaultClass.CLOCK,
        FaultClass.QUORUM,
        FaultClass.DEATH,
        FaultClass.PARTIAL
    };

    /** Their names, each between blanks. */
    private final String classes;

    private final boolean admin;

    Profile(boolean admin, FaultClass... classes) {
        this.admin = admin;
        StringBuilder names = new StringBuilder(" ");
        for (FaultClass each : classes) {
            names.append(each).append(' ');
        }
        this.classes = names.toString();
    }

    private boolean has(FaultClass each) {
        return classes.contains(" " + each + " ");
    }

    /** The profile of a name, in small letters. */
    public static Profile named(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The cluster of a seed. */
    public Setup setup(long seed) {
        Dice dice = new Dice(seed * 31 + 7);
        int drawn = dice.chance(0.82) ? 3 : dice.oneOf(1, 2, 4, 5);
        int nodes = this == JOBS ? Math.max(4, drawn) : drawn;
        int rf = Math.min(nodes, dice.chance(0.9) ? 3 : 2);
        boolean commit = dice.chance(0.7);
        double later = later(seed).nextDouble();
        int minIsr = commit ? 1 + dice.nextInt(Math.min(2, rf)) : Math.min(2, rf);
        return new Setup(
                seed,
                nodes,
                dice.chance(0.85) ? 3 : 1,
                dice.chance(0.8) ? 1 : 2,
                rf,
                minIsr,
                commit ? "commit" : "replicated",
                segmentBytes(dice),
                dice.oneOf(128, 512, 4096),
                dice.chance(0.1) ? 4096 : -1,
                // With acks=1 what is cut is gone; all else is sent again, the same bytes in the same places.
                producers(dice) + (hasStorageCoincidence(later) ? ",15" : ""),
                1 + dice.nextInt(2),
                Math.max(dice.chance(0.4) ? 0.3 : 0, later < SEEKS_BELOW ? 0.5 : 0),
                dice.oneOf(300, 600, 1_200),
                dice.oneOf(400, 800),
                has(FaultClass.QUORUM) && dice.chance(0.3) ? 0.1 : 0,
                has(FaultClass.QUORUM) && dice.chance(0.3) ? 0.1 : 0,
                has(FaultClass.QUORUM) && dice.chance(0.3) ? 0.1 : 0,
                dice.oneOf(3, 20, 1_000),
                dice.oneOf(2, 10, 80),
                dice.chance(0.3),
                dice.chance(0.5) ? 0.5 : 0,
                dice.oneOf(0, 20, 100),
                dice.oneOf(50, 200, 1_000),
                dice.oneOf(100, 500, 5_000),
                admin && dice.chance(0.05),
                later >= SEEKS_BELOW && later < RACKS_BELOW,
                later < SEEKS_BELOW ? 0.3 : 0,
                shipBytes(new Dice(seed * 23 + 13)));
    }

    /** Where segments are to be shipped there must be some. */
    private int segmentBytes(Dice dice) {
        int drawn = dice.oneOf(1024, 2048, 4096, 65536);
        return this == BULK ? Math.min(drawn, 2048) : drawn;
    }

    /** With dice of its own, so that it changes nothing of the others. */
    private int shipBytes(Dice dice) {
        boolean ships = dice.chance(this == DEFAULT ? SHIPPING_SHARE : this == BULK ? 1 : 0);
        return ships ? dice.oneOf(1, 1, 2_500) : -1;
    }

    private boolean hasStorageCoincidence(double later) {
        return this == STORAGE_COINCIDENCE || ((this == DEFAULT || this == BULK) && later < COINCIDENCES_BELOW);
    }

    private static Dice later(long seed) {
        return new Dice(seed * 19 + 11);
    }

    private static String producers(Dice dice) {
        List<String> words = new ArrayList<>();
        words.add("i" + dice.oneOf(1, 2, 5));
        if (dice.chance(0.5)) {
            words.add("i" + dice.oneOf(1, 5));
        }
        if (dice.chance(0.25)) {
            words.add(dice.oneOf("a1", "11", "01"));
        }
        return String.join(",", words);
    }

    /** What happens in the run of a seed. */
    public Schedule schedule(Setup setup) {
        Dice dice = new Dice(setup.seed() * 17 + 3);
        List<Step> steps = new ArrayList<>();
        addProduces(dice, setup, steps);
        String victim = addFaults(dice.split(), setup, steps);
        if (admin && dice.chance(this == ADMIN ? 1 : 0.5)) {
            addAdmin(dice.split(), setup, steps);
        } else if (dice.chance(0.15)) {
            add(steps, dice, ActionKind.DELETE_RECORDS, setup, 10 + dice.nextInt(90));
        }
        if (setup.storageNodes() > 1 && has(FaultClass.PARTIAL)) {
            addCoincidences(new Dice(setup.seed() * 13 + 5), setup, steps);
        }
        Dice later = later(setup.seed());
        if (hasStorageCoincidence(later.nextDouble())) {
            new StorageCoincidences(later, setup, steps).add();
        }
        addMisplaced(new Dice(setup.seed() * 11 + 1), victim, setup, steps);
        addFlushPolicies(new Dice(setup.seed() * 7 + 9), setup, steps);
        addJobs(new Dice(setup.seed() * 37 + 5), setup, steps);
        if (this == BULK) {
            addAbsences(new Dice(setup.seed() * 29 + 1), victim, setup, steps);
        }
        return new Schedule(steps);
    }

    /** Disks that put things elsewhere are those of the one node whose disk may be lost; swapped disks lose nothing. */
    private void addMisplaced(Dice dice, String victim, Setup setup, List<Step> steps) {
        for (FaultClass each : List.of(FaultClass.MISPLACED, FaultClass.IDENTITY)) {
            boolean may = each == FaultClass.IDENTITY ? setup.storageNodes() > 1 : mayLoseADisk(setup);
            boolean drawn = dice.chance(this == DEFAULT ? 0.07 : 0.85);
            int count = has(each) && may && drawn ? 1 + dice.nextInt(3) : 0;
            for (int i = 0; i < count; i++) {
                addFault(dice, each, victim, setup, steps);
            }
        }
    }

    /** An operator who cannot decide: the flush policy goes to and fro. */
    private void addFlushPolicies(Dice dice, Setup setup, List<Step> steps) {
        boolean drawn = admin && dice.chance(this == ADMIN ? 0.3 : 0.04);
        int count = drawn ? 1 + dice.nextInt(3) : 0;
        for (int i = 0; i < count; i++) {
            add(steps, dice, ActionKind.SET_FLUSH_POLICY, setup, dice.nextInt(2));
        }
    }

    /** Another one who has jobs done, and cannot decide either. */
    private void addJobs(Dice dice, Setup setup, List<Step> steps) {
        boolean drawn = admin && dice.chance(this == JOBS ? 1 : this == ADMIN ? 0.4 : 0.06);
        int count = drawn ? 1 + dice.nextInt(this == JOBS ? 8 : 4) : 0;
        for (int i = 0; i < count; i++) {
            ActionKind kind = i == 0
                    ? ActionKind.START_JOB
                    : dice.oneOf(
                            ActionKind.START_JOB,
                            ActionKind.DRAIN_NODE,
                            ActionKind.PAUSE_JOB,
                            ActionKind.RESUME_JOB,
                            ActionKind.CANCEL_JOB,
                            ActionKind.CANCEL_JOB);
            boolean ofNodes = kind == ActionKind.START_JOB || kind == ActionKind.DRAIN_NODE;
            add(steps, dice, kind, setup, ofNodes ? 1 + dice.nextInt(setup.storageNodes()) : dice.nextInt(2));
        }
    }

    /**
     * Nodes are away for as long as it takes others to write segments, and something happens when these are shipped to them: bits of them
     * have rotted where they come from, or power or a process goes.
     */
    private static void addAbsences(Dice dice, String victim, Setup setup, List<Step> steps) {
        int count = 1 + dice.nextInt(3);
        for (int i = 0; i < count; i++) {
            String away = "node-" + (1 + dice.nextInt(setup.storageNodes()));
            long atMs = dice.between(100, 1_500);
            long backMs = atMs + dice.between(300, 1_200);
            addFault(dice, atMs, FaultKind.KILL, away, backMs - atMs, steps);
            if (mayLoseADisk(setup) && !away.equals(victim) && dice.chance(0.7)) {
                for (int bits = 1 + dice.nextInt(4); bits > 0; bits--) {
                    addFault(dice, backMs - dice.between(1, 40), FaultKind.ROT_BODY, victim, 20, steps);
                }
            } else {
                FaultKind then = dice.oneOf(
                        FaultKind.POWER_LOSS, FaultKind.POWER_LOSS_AT_CUT, FaultKind.KILL, FaultKind.FAIL_SYNC);
                boolean waits = then == FaultKind.POWER_LOSS_AT_CUT;
                addFault(dice, backMs + (waits ? 1 : dice.between(0, 250)), then, away, waits ? 500 : 100, steps);
            }
        }
    }

    private static void addFault(
            Dice dice, long atMs, FaultKind kind, String target, long durationMs, List<Step> steps) {
        steps.add(new Fault(atMs, kind, target, "-", durationMs, dice.nextLong()));
    }

    private void addCoincidences(Dice dice, Setup setup, List<Step> steps) {
        if (this == COINCIDENCE || dice.chance(0.2)) {
            new Coincidences(dice, setup, mayLoseADisk(setup), steps).add();
        }
    }

    /** The promises allow for the loss of one. */
    private static boolean mayLoseADisk(Setup setup) {
        return setup.minIsr() >= 2 && setup.replicationFactor() >= 3;
    }

    private static void addProduces(Dice dice, Setup setup, List<Step> steps) {
        int producers = setup.producerWords().size();
        for (int i = 0; i < PRODUCES; i++) {
            // Of several producers the first one, whose promises are the strongest, has most to say.
            int client = dice.chance(0.6) ? 0 : dice.nextInt(producers);
            steps.add(new Action(
                    dice.between(0, DURATION_MS),
                    ActionKind.PRODUCE,
                    client,
                    dice.nextInt(setup.partitions()),
                    dice.chance(0.8) ? 1 : 1 + dice.nextInt(5),
                    dice.nextLong()));
        }
    }

    /**
     * Disks that lose what they were told to hold are those of one node only, and only where the promises allow for one: a run in which the
     * data are gone says little. Returns this node.
     */
    private String addFaults(Dice dice, Setup setup, List<Step> steps) {
        String victim = "node-" + (1 + dice.nextInt(setup.storageNodes()));
        boolean mayLoseADisk = mayLoseADisk(setup);
        for (FaultClass each : FIRST) {
            if (each == FaultClass.PARTIAL) {
                continue;
            }
            boolean losesDisks = each == FaultClass.ROT || each == FaultClass.REPLACED;
            if (losesDisks && !mayLoseADisk && !dice.chance(0.05)) {
                continue;
            }
            boolean drawn = has(each) && dice.chance(this == DEFAULT ? 0.3 : 0.85);
            int count =
                    each == FaultClass.DEATH ? (drawn ? 1 : 0) : drawn ? 1 + dice.nextInt(dice.chance(0.3) ? 8 : 3) : 0;
            for (int i = 0; i < count; i++) {
                addFault(dice, each, losesDisks ? victim : null, setup, steps);
            }
        }
        if (this != COINCIDENCE && !classes.isBlank() && steps.stream().noneMatch(step -> step instanceof Fault)) {
            addFault(dice, anyClass(dice), victim, setup, steps);
        }
        return victim;
    }

    private FaultClass anyClass(Dice dice) {
        FaultClass any;
        do {
            any = dice.oneOf(FIRST);
        } while (!has(any));
        return any;
    }

    /** @param victim whom it meets; null for anybody */
    private static void addFault(Dice dice, FaultClass of, String victim, Setup setup, List<Step> steps) {
        List<FaultKind> kinds = new ArrayList<>();
        for (FaultKind kind : FaultKind.values()) {
            if (kind.faultClass() == of) {
                kinds.add(kind);
            }
        }
        long durationMs = dice.chance(0.3) ? dice.between(1, 100) : dice.between(100, 1_200);
        long atMs = dice.between(0, DURATION_MS);
        steps.add(new Fault(
                atMs,
                kinds.get(dice.nextInt(kinds.size())),
                victim == null ? target(dice, setup) : victim,
                target(dice, setup),
                durationMs,
                dice.nextLong()));
    }

    private static String target(Dice dice, Setup setup) {
        int partition = dice.nextInt(setup.partitions());
        int dies = dice.nextInt(10);
        if (dies < 4) {
            return "leader-" + partition;
        }
        return dies < 6 ? "follower-" + partition : "node-" + (1 + dice.nextInt(setup.storageNodes()));
    }

    private static void addAdmin(Dice dice, Setup setup, List<Step> steps) {
        int count = 1 + dice.nextInt(6);
        for (int i = 0; i < count; i++) {
            switch (dice.nextInt(9)) {
                case 0, 1 -> add(steps, dice, ActionKind.DELETE_RECORDS, setup, 10 + dice.nextInt(91));
                case 2, 3 -> add(steps, dice, ActionKind.REASSIGN, setup, 1 + dice.nextInt(setup.storageNodes()));
                case 4 -> add(steps, dice, ActionKind.CANCEL_REASSIGNMENT, setup, 0);
                case 5 -> add(steps, dice, ActionKind.ELECT_PREFERRED, setup, 0);
                case 6 -> add(steps, dice, ActionKind.SET_MIN_ISR, setup, 1 + dice.nextInt(setup.replicationFactor()));
                case 7 -> add(steps, dice, ActionKind.RECREATE_TOPIC, setup, 0);
                default -> {
                    if (setup.uncleanAllowed()) {
                        add(steps, dice, ActionKind.ELECT_UNCLEAN, setup, 0);
                    }
                }
            }
        }
    }

    private static void add(List<Step> steps, Dice dice, ActionKind kind, Setup setup, int amount) {
        steps.add(new Action(
                dice.between(100, DURATION_MS), kind, 0, dice.nextInt(setup.partitions()), amount, dice.nextLong()));
    }
}
