// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.ratis.LeaderProgress;
import java.util.List;
import org.junit.jupiter.api.Test;

class VoterProgressTest {
    private final VoterProgress progress = new VoterProgress();

    private void observe(long atMs, long lastIndex, long matchIndex, long silentMs) {
        progress.observe(
                new LeaderProgress(lastIndex, lastIndex, List.of(new LeaderProgress.Peer("1-x", matchIndex, silentMs))),
                atMs);
    }

    @Test
    void whoHasAllIsCaughtUpSinceItsLastAnswer() {
        observe(1_000, 50, 50, 30);
        assertThat(progress.caughtUpAtMs("1-x")).isEqualTo(970);
    }

    @Test
    void whoHasWhatTheLeaderHadBeforeWasCaughtUpThen() {
        observe(1_000, 50, 40, 0);
        assertThat(progress.caughtUpAtMs("1-x")).isEqualTo(VoterProgress.NEVER);
        observe(1_200, 60, 50, 0);
        assertThat(progress.caughtUpAtMs("1-x")).isEqualTo(1_000);
        observe(1_400, 70, 55, 0);
        assertThat(progress.caughtUpAtMs("1-x")).isEqualTo(1_000);
    }

    @Test
    void aDeposedLeaderForgets() {
        observe(1_000, 50, 50, 0);
        progress.forget();
        assertThat(progress.caughtUpAtMs("1-x")).isEqualTo(VoterProgress.NEVER);
        observe(1_200, 60, 50, 0);
        assertThat(progress.caughtUpAtMs("1-x")).isEqualTo(VoterProgress.NEVER);
    }

    @Test
    void aVoterThatWentIsForgotten() {
        observe(1_000, 50, 50, 0);
        progress.observe(new LeaderProgress(50, 50, List.of()), 1_100);
        assertThat(progress.caughtUpAtMs("1-x")).isEqualTo(VoterProgress.NEVER);
    }
}
