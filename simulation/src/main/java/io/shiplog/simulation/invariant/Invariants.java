// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import java.util.List;

/** All invariants that the simulator checks, in the order of their numbers. */
public final class Invariants {
    private Invariants() {}

    /** New ones, for one run. */
    public static List<Invariant> all() {
        return List.of(
                new AckDurability(),
                new CommittedImmutable(),
                new LogMatching(),
                new LeaderCompleteness(),
                new CandidateCompleteness(),
                new QuorumSuperset(),
                new DurableHighWatermark(),
                new OneLeaderPerEpoch(),
                new AppliedHighWatermark(),
                new NoUncommittedVisible(),
                new TruncateSafety(),
                new Fencing(),
                new UncleanExclusion(),
                new Idempotence(),
                new RealTimeOrder(),
                new TopicIdentity(),
                new OffsetShape(),
                new MetadataDeterminism(),
                new BrokerIdentity(),
                new StartOffset(),
                new FalseDamage(),
                new ReadersAreSentRight(),
                new LeaderExists(),
                new IsrIsFull(),
                new ProducesEnd(),
                new NothingUnseen(),
                new ReassignmentsEnd(),
                new ControllersConverge(),
                new OutagesEnd(),
                new CoreMakesProgress(),
                new JobsKeepTheirWord(),
                new JobsEnd());
    }
}
