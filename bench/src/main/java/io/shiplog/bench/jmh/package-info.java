// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** Runs the JMH suites and says what came of them. */
package io.shiplog.bench.jmh;
