// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** How long a replica without data takes until it is in sync, on real processes. */
package io.shiplog.bench.catchup;
