// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/**
 * A storage node: the real data directory, replicas, fetchers, fetch service and the real glue to the metadata, joined as the storage node's own
 * wiring joins them, over the simulated disk and network. Fetches travel as bytes.
 */
package io.shiplog.simulation.node;
