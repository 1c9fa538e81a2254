// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** What can be rebuilt from the segments: sparse offset and time index, checkpoints. The only user of RocksDB. */
package io.shiplog.storage.index;
