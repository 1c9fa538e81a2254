// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** JMH suites of the way from a producer's bytes to the answer that they are committed: C1 to C8 of the plan in docs/measurements.md. */
package io.shiplog.bench.commit;
