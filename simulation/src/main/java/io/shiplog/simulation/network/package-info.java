// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** Connections and links, with everything that networks do to messages. */
package io.shiplog.simulation.network;
