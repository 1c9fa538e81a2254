// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import java.util.HashMap;
import java.util.Map;

/** Broker epochs rise, and no process acts under one that was not given to it yet. */
final class BrokerIdentity extends Invariant {
    private final Map<Integer, Long> latest = new HashMap<>();
    private final Map<Long, Integer> lives = new HashMap<>();

    BrokerIdentity() {
        super("S20", "one process per broker epoch");
    }

    @Override
    void on(Fact fact, Scene scene, Verdicts out) {
        if (!(fact instanceof Fact.BrokerChanged changed) || changed.after() == null) {
            return;
        }
        long epoch = changed.after().epoch();
        long before = latest.getOrDefault(changed.brokerId(), -1L);
        if (epoch < before) {
            out.add(this, null, "broker " + changed.brokerId() + " goes back from epoch " + before + " to " + epoch);
        }
        latest.put(changed.brokerId(), Math.max(before, epoch));
        for (BrokerSight broker : scene.cluster().brokers()) {
            if (broker.running() && broker.brokerEpoch() >= 0) {
                Integer life = lives.putIfAbsent(broker.brokerEpoch(), broker.life());
                if (life != null && life != broker.life()) {
                    out.add(
                            this,
                            null,
                            "two processes of broker " + broker.id() + " act under " + broker.brokerEpoch());
                }
            }
        }
    }
}
