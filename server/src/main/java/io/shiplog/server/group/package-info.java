// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Consumer and streams groups: Kafka's own group coordinator (the library {@code kafka-group-coordinator}) on partitions of this node. Everything
 * that knows that library is in this package; docs/groups.md says how the parts work together.
 */
package io.shiplog.server.group;
