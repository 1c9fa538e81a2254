// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** Benchmarks, and what they share. */
package io.shiplog.bench;
