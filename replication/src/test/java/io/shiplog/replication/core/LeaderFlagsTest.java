// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import static io.shiplog.replication.core.LeaderFixture.leading;
import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class LeaderFlagsTest {
    private static final States NOT_DURABLE = States.all().durable(false);

    @Test
    void durableIsProposedOnceEveryDiskHasPassedTheHighWatermark() {
        LeaderFixture f = leading(NOT_DURABLE, 10, 10);
        f.fetch(2, 10, 10);
        f.fetch(3, 10, 9);
        assertThat(f.effects.proposals).isEmpty();
        f.fetch(3, 10, 10);
        assertThat(f.effects.lastProposal().proposal().durable()).isTrue();
        assertThat(f.effects.lastProposal().isr()).containsExactly(1, 2, 3);
    }

    @Test
    void ownDiskHasToPassItToo() {
        LeaderFixture f = new LeaderFixture();
        f.log.append(4, 0);
        f.lead(NOT_DURABLE.state(), 1);
        f.fetch(2, 1);
        f.fetch(3, 1);
        assertThat(f.effects.proposals).isEmpty();
        f.flush();
        assertThat(f.effects.lastProposal().proposal().durable()).isTrue();
    }

    @Test
    void durableIsNotProposedWhileTheHighWatermarkMayBeTooLow() {
        LeaderFixture f = leading(NOT_DURABLE, 10, 4);
        f.fetch(2, 9);
        f.fetch(3, 9);
        assertThat(f.highWatermark()).isEqualTo(9);
        assertThat(f.effects.proposals).isEmpty();
    }

    @Test
    void durableIsNotProposedUnderReplicated() {
        LeaderFixture f = leading(NOT_DURABLE.replicated(), 10, 10);
        f.fetch(2, 10);
        f.fetch(3, 10);
        f.pass(500);
        assertThat(f.effects.proposals).isEmpty();
    }

    @Test
    void durableIsNotProposedWhileThereAreEligibleReplicasNobodyAsked() {
        LeaderFixture f = leading(NOT_DURABLE.isr(1, 2).elr(3), 10, 10);
        f.fetch(2, 10);
        f.pass(500);
        assertThat(f.effects.proposals).isEmpty();
    }

    @Test
    void durableIsNotProposedTwice() {
        LeaderFixture f = leading(NOT_DURABLE, 10, 10);
        f.fetch(2, 10);
        f.fetch(3, 10);
        f.answer(Errors.NONE, States.all().partitionEpoch(2).state());
        f.fetch(3, 10);
        f.pass(500);
        assertThat(f.effects.proposals).hasSize(1);
    }

    @Test
    void expansionCarriesTheFlagAlong() {
        LeaderFixture f = leading(NOT_DURABLE.isr(1, 2), 10, 10);
        f.fetch(2, 10, 9);
        f.fetch(3, 10);
        assertThat(f.effects.lastProposal().isr()).containsExactly(1, 2, 3);
        assertThat(f.effects.lastProposal().proposal().durable()).isFalse();
    }

    @Test
    void uncleanIsClearedOnlyWhenEveryAssignedReplicaHasOurHistory() {
        States afterUnclean = States.all().unclean(true).minIsr(1);
        LeaderFixture f = leading(afterUnclean.isr(1), 10, 10);
        f.pass(500);
        assertThat(f.effects.proposals)
                .as("the leader alone says nothing about the others")
                .isEmpty();
        f.fetch(2, 10);
        f.answer(Errors.NONE, afterUnclean.isr(1, 2).partitionEpoch(2).state());
        f.pass(500);
        assertThat(f.effects.proposals).hasSize(1);
        f.fetch(3, 10);
        f.answer(Errors.NONE, afterUnclean.partitionEpoch(3).state());
        f.pass(500);
        assertThat(f.effects.lastProposal().proposal().clearUnclean()).isTrue();
    }
}
