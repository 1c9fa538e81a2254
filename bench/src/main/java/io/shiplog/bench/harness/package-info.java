// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** What benchmarks of processes share: figures and their table, the machine, commands, loads at an even rate, what processes use. */
package io.shiplog.bench.harness;
