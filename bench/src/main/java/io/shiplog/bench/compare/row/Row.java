// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.row;

import io.shiplog.bench.compare.Scale;
import io.shiplog.bench.compare.cluster.Contestant;
import java.util.List;

/** A workload. What it measures in one unit is for one contestant on a fresh cluster. */
public interface Row {
    /** Short, of lower-case letters, digits and hyphens. */
    String name();

    /** What it answers, as a heading. */
    String question();

    /** Whether targets are about it: then it is measured several times. */
    boolean isHeadline();

    /** Who takes part, in order. */
    List<Contestant> contestants(Scale scale);

    /** Roughly how long a unit takes, for a first guess at the end. */
    int estimateS(Contestant contestant, Scale scale);

    /** Starts the cluster when it is wanted, and measures. */
    void measure(Run run) throws Exception;
}
