// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import org.apache.kafka.common.protocol.Errors;

/**
 * Answer to a heartbeat.
 *
 * @param error {@link Errors#NONE}, or {@link Errors#STALE_BROKER_EPOCH} when the broker is not registered with that epoch:
 *     then no session was renewed
 * @param committedOffset metadata offset of the controller's image
 * @param fenced whether the broker is fenced now
 * @param caughtUp whether its applied offset is near enough to the committed one
 * @param shouldShutdown whether a broker that asked for it may stop: it leads nothing any more
 */
public record HeartbeatReply(
        Errors error, long committedOffset, boolean fenced, boolean caughtUp, boolean shouldShutdown) {}
