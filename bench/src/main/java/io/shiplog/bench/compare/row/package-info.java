// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** One class for each workload. */
package io.shiplog.bench.compare.row;
