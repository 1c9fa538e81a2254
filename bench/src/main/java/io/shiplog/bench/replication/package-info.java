// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** Replication measured on clusters of real processes, through stock Kafka clients. */
package io.shiplog.bench.replication;
