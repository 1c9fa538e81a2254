// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Both ends of Kafka's Fetch: codec, the leader's sessions and parked fetches, and the fetcher that a follower runs for each
 * leader node. Everything here runs on the event loop that owns the partitions; nothing is shared between threads.
 */
package io.shiplog.replication.fetch;
