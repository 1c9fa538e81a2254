// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** Who is compared: clusters of local processes, started by the scripts, alike for both systems. */
package io.shiplog.bench.compare.cluster;
