// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.simulation.fault.Action;
import io.shiplog.simulation.fault.ActionKind;
import io.shiplog.simulation.fault.Profile;
import io.shiplog.simulation.report.Regression;
import io.shiplog.simulation.world.BrokenPromise;
import io.shiplog.simulation.world.RunWatcher;
import io.shiplog.simulation.world.WorldView;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShrinkingTest {
    /** The operator is 201, producers come next. */
    private static final int SECOND_PRODUCER = 203;

    /** Pretends that a promise is broken by a batch of the second client, so that this one is all that is needed. */
    private static final class SecondClient implements RunWatcher {
        @Override
        public void afterEvent(WorldView world) {
            if (world.history().produces().stream().anyMatch(op -> op.client == SECOND_PRODUCER)) {
                throw new BrokenPromise("S99", null, "the second client was there");
            }
        }
    }

    private static long seedWithTwoClients() {
        long seed = 1;
        while (Profile.QUIET.setup(seed).producerWords().size() < 2) {
            seed++;
        }
        return seed;
    }

    @Test
    void onlyWhatIsNeededIsLeft() {
        Shrinking shrinking = new Shrinking(new Runs(() -> List.of(new SecondClient())));
        Regression shrunk = shrinking.shrink(Profile.QUIET, seedWithTwoClients(), "0123abc");
        assertThat(shrunk.invariant()).isEqualTo("S99");
        assertThat(shrunk.setup().lateRate()).isZero();
        assertThat(shrunk.schedule().steps()).hasSize(1).allSatisfy(step -> {
            assertThat(step).isInstanceOf(Action.class);
            assertThat(((Action) step).kind()).isEqualTo(ActionKind.PRODUCE);
            assertThat(((Action) step).client()).isEqualTo(1);
        });
    }

    @Test
    void aSeedThatKeepsAllPromisesGivesNothing() {
        assertThat(new Shrinking(new Runs(List::of)).shrink(Profile.QUIET, 3, "0123abc"))
                .isNull();
    }
}
