// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.powercut;

import io.shiplog.tools.trial.Site;
import io.shiplog.tools.trial.TrialRun;
import java.util.ArrayList;
import java.util.List;

/** The trials that cut power, by name and in order. */
final class Suite {
    private static final int CYCLES = 3;
    private static final int STORAGE_CYCLES = 51;

    private final List<Named> trials = new ArrayList<>();

    private record Named(String name, int cycles, TrialRun.Maker maker) {}

    private Suite() {}

    /** The trials of {@code quorum}, {@code storage} or {@code all}. */
    static Suite of(String which, Site site, long seed) {
        Suite suite = new Suite();
        if (!which.equals("storage")) {
            for (VoteScenario.Guards guards : VoteScenario.Guards.values()) {
                suite.add(guards.title(), () -> new VoteScenario(site, guards, seed));
            }
            suite.add("majority", () -> new MajorityScenario(site, seed));
            suite.add("snapshot", () -> new SnapshotScenario(site, seed));
            suite.add("gap", () -> new GapScenario(site, seed));
            suite.add("full disk", () -> new FullDiskScenario(site, true, seed));
            suite.add("full disk, unwatched", () -> new FullDiskScenario(site, false, seed));
        }
        if (!which.equals("quorum")) {
            suite.add("storage", STORAGE_CYCLES, () -> new StorageCutsScenario(site, false, seed));
            suite.add("storage, disk full", () -> new StorageCutsScenario(site, true, seed));
            suite.add("storage, control", () -> new ReplicatedControl(site, seed));
            suite.add("storage, disk gone", () -> new StorageScenario(site, seed));
        }
        return suite;
    }

    private void add(String name, TrialRun.Maker maker) {
        add(name, CYCLES, maker);
    }

    private void add(String name, int cycles, TrialRun.Maker maker) {
        trials.add(new Named(name, cycles, maker));
    }

    /** Keeps just one; returns whether there is one of that name. */
    boolean only(String name) {
        trials.removeIf(trial -> !trial.name().equals(name));
        return !trials.isEmpty();
    }

    /** Runs each trial so many times (null: as often as it asks for). */
    void run(Integer cycles, TrialRun run) throws InterruptedException {
        for (Named trial : trials) {
            run.run(trial.name(), trial.maker(), cycles == null ? trial.cycles() : cycles);
        }
    }
}
