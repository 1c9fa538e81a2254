// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Coincidences on disks are drawn beside the other faults, and are data as they are. */
class StorageCoincidencesTest {
    private static final int SEEDS = 400;

    private static List<Fault> faults(Profile profile, long seed) {
        Setup setup = profile.setup(seed);
        List<Fault> faults = new ArrayList<>();
        for (Step step : profile.schedule(setup).steps()) {
            if (step instanceof Fault fault) {
                faults.add(fault);
            }
        }
        return faults;
    }

    private static boolean belongsToOne(Fault fault) {
        return fault.target().indexOf('-') < 0 || fault.target().indexOf('=') >= 0;
    }

    @Test
    void someRunsOfTheDefaultProfileHaveOneAndAllOfItsOwnDo() {
        int count = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            count += faults(Profile.DEFAULT, seed).stream().anyMatch(StorageCoincidencesTest::belongsToOne) ? 1 : 0;
            assertThat(faults(Profile.STORAGE_COINCIDENCE, seed)).anyMatch(StorageCoincidencesTest::belongsToOne);
            assertThat(faults(Profile.POWER, seed)).noneMatch(StorageCoincidencesTest::belongsToOne);
        }
        assertThat(count).isBetween(SEEDS / 5, SEEDS * 2 / 5);
    }

    @Test
    void nobodyIsMeantBeforeHeHasHisName() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            TreeMap<String, Long> named = new TreeMap<>();
            for (Fault fault : faults(Profile.STORAGE_COINCIDENCE, seed)) {
                for (String target : List.of(fault.target(), fault.other())) {
                    int equals = target.indexOf('=');
                    if (equals > 0) {
                        named.put(target.substring(0, equals), fault.atMs());
                    } else if (target.indexOf('-') < 0) {
                        assertThat(named).as(fault.toText()).containsKey(target);
                    }
                }
            }
        }
    }

    @Test
    void everyPartHasAText() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            for (Fault fault : faults(Profile.STORAGE_COINCIDENCE, seed)) {
                assertThat(Step.parse(fault.toText())).isEqualTo(fault);
            }
        }
    }
}
