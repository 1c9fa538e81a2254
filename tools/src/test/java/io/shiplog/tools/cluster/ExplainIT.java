// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code bin/explain-cases} in small. */
class ExplainIT {
    @Test
    void theCauseOfAStagedTroubleIsNamed() throws Exception {
        Script.Outcome run = Script.execute("explain-cases", List.of("--only", "node-dead,min-isr-too-high"));
        assertThat(run.exit()).as(run.output()).isZero();
        assertThat(run.output())
                .contains("ok   node-dead")
                .contains("ok   min-isr-too-high")
                .contains("all causes were named");
    }

    @Test
    void anUnknownCaseIsSaidBeforeAnythingIsStarted() throws Exception {
        Script.Outcome unknown = Script.execute("explain-cases", List.of("--only", "nonsense"));
        assertThat(unknown.exit()).isEqualTo(2);
        assertThat(unknown.output()).contains("--only nonsense: one of node-dead");
    }
}
