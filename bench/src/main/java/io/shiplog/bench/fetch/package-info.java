// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** JMH suites of the way from a log to those who read it: F1 to F6 of the plan in docs/measurements.md. */
package io.shiplog.bench.fetch;
