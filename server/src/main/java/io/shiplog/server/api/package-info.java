// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/**
 * One handler per Kafka API, and the ports through which they reach the node. Handlers decode and answer with the classes
 * that Kafka's client library generates; the records of a produce request stay where they arrived.
 */
package io.shiplog.server.api;
