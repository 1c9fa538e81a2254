// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** What the storage of a node knows of itself as numbers, under Kafka's names where Kafka has one. */
package io.shiplog.storage.metrics;
