// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

/**
 * How far a storage node follows the metadata, as its heartbeats tell. Times are monotonic; {@link Long#MIN_VALUE}: never.
 *
 * @param appliedOffset metadata below it is applied there
 * @param caughtUpAtMs when it last had all that was committed at its heartbeat before
 */
public record BrokerProgress(int brokerId, long appliedOffset, long heartbeatAtMs, long caughtUpAtMs) {}
