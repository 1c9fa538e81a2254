// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** Shiplog beside Apache Kafka on one machine in one run: what is measured, in what order, and where the results go (docs/decisions/0206-how-the-two-are-compared.md). */
package io.shiplog.bench.compare;
