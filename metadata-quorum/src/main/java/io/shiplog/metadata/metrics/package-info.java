// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** What a quorum node knows of itself as numbers, under Kafka's names where Kafka has one, so that dashboards can be used again. */
package io.shiplog.metadata.metrics;
