// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** What the runs of all clients came to: the table, and whether Shiplog fails anything that passes on Apache Kafka. */
package io.shiplog.conformance.report;
