// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/**
 * What the active controller decides: an image and a command in, records or a refusal out. Pure. One class per concern
 * behind {@link io.shiplog.metadata.controller.Controller}; which node is alive is soft state of
 * {@link io.shiplog.metadata.controller.BrokerLiveness}. Jobs: people start and steer them, {@code JobAdvance} takes their steps, and
 * {@link io.shiplog.metadata.controller.JobWaits} says why a move waits.
 */
package io.shiplog.metadata.controller;
