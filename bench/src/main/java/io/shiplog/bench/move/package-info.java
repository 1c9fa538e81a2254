// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** What moving replicas between nodes costs the clients, and how long it takes: Shiplog's jobs, and Apache Kafka with its tool. */
package io.shiplog.bench.move;
