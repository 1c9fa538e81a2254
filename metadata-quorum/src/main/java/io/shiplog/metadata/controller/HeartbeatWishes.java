// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

/**
 * What a broker says of itself with a heartbeat.
 *
 * @param shutdown it wishes to stop in good order; holds until it registers again
 * @param fence it cannot serve, for instance because a disk hangs
 * @param degraded a disk of it is slow or full: leaderships go to in-sync replicas on brokers that are well, and are not given back
 */
public record HeartbeatWishes(boolean shutdown, boolean fence, boolean degraded) {
    public static final HeartbeatWishes NONE = new HeartbeatWishes(false, false, false);
}
