// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.quorum;

import io.shiplog.metadata.controller.ControllerSettings;
import io.shiplog.metadata.controller.LivenessSettings;

/**
 * How the quorum of a run behaves.
 *
 * @param nodes 1, 3 or 5
 * @param balances whether leaderships go back to preferred replicas by themselves
 * @param ringEntries entries that readers can be given; those that are further behind get a snapshot
 * @param lossRate of proposals that get lost on a healthy leader
 * @param uncertainRate of proposals that are agreed on, and whose proposer is told that they may not be
 * @param twiceRate of proposals that are agreed on twice
 * @param lagUs how much later than the leader others apply an entry, at most
 */
public record QuorumSettings(
        int nodes,
        ControllerSettings controller,
        LivenessSettings liveness,
        boolean balances,
        int ringEntries,
        double lossRate,
        double uncertainRate,
        double twiceRate,
        long lagUs) {}
