// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** Storage measured at scale, and what the disk below it can do: runs of minutes, not JMH. */
package io.shiplog.bench.storage;
