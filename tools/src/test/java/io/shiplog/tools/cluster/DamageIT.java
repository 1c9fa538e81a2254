// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code bin/damage} in small. */
class DamageIT {
    @Test
    void aDamagedSegmentIsRepairedAndADamageOfAllReplicasIsNoticed() throws Exception {
        Script.Outcome run = Script.execute("damage", List.of("--cycles", "1", "--seed", "1", "--only", "segment"));
        assertThat(run.exit()).as(run.output()).isZero();
        assertThat(run.output())
                .contains("damage 1/1")
                .contains("control: the same byte flipped")
                .contains("the check says");
    }

    @Test
    void aBadOptionIsSaidBeforeAnythingIsTried() throws Exception {
        Script.Outcome unknown = Script.execute("damage", List.of("--cycles", "none"));
        assertThat(unknown.exit()).isEqualTo(2);
        assertThat(unknown.output()).contains("--cycles none: a number from 1 is allowed");
    }
}
