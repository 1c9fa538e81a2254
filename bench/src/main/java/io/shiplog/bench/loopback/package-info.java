// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** Storage nodes without a quorum, in the process of a benchmark: real listeners, event loops, logs and fetchers, over the loopback. */
package io.shiplog.bench.loopback;
