// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import java.util.List;

/** All invariants over one run. */
public final class Checker {
    private final List<Invariant> invariants;
    private final Truth truth = new Truth();
    private final Scene scene = new Scene(truth);
    private final Verdicts verdicts = new Verdicts();
    private final Observer observer = new Observer(truth, this::tell);

    public Checker() {
        this(Invariants.all());
    }

    Checker(List<Invariant> invariants) {
        this.invariants = invariants;
    }

    /** One event of the run is over. */
    public void afterEvent(ClusterSight cluster) {
        scene.show(cluster);
        observer.observe(cluster);
    }

    /** A client heard something, by the event that is just over; before {@link #afterEvent}. */
    public void heard(Observation observation, ClusterSight cluster) {
        scene.show(cluster);
        observer.observe(cluster);
        scene.hear(observation);
        if (observation instanceof Observation.Deleted deleted) {
            PartitionTruth partition = truth.partition(deleted.topicId(), deleted.partition());
            partition.deletedBelow = Math.max(partition.deletedBelow, deleted.below());
        }
        tell(new Fact.Heard(observation));
    }

    /** The run is over. What clients never heard of is among the observations by now. */
    public void atEnd(Ending ending, ClusterSight cluster) {
        afterEvent(cluster);
        for (Invariant invariant : invariants) {
            invariant.atEnd(ending, scene, verdicts);
        }
    }

    /** A node found something that must not be, or something escaped it: it is stopped. */
    public void nodeFailed(String node, Throwable why) {
        verdicts.found().add(new Violation("N1", "", node + ": " + why));
    }

    /** What was found to be wrong so far, first things first. */
    public List<Violation> violations() {
        return verdicts.found();
    }

    private void tell(Fact fact) {
        for (int i = 0; i < invariants.size(); i++) {
            invariants.get(i).on(fact, scene, verdicts);
        }
    }
}
