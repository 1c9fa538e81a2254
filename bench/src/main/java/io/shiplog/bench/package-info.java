// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** Benchmarks. */
package io.shiplog.bench;
