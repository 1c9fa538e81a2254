// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** Results made into docs/benchmarks.md: targets, tables and plots. */
package io.shiplog.bench.compare.report;
