// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** One partition's bytes on one disk: batches, segments, their index, recovery and retention. */
package io.shiplog.storage;
