// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** Finds rot before somebody needs the bytes: what makes batches sound, and the walk over all segments of a directory. */
package io.shiplog.storage.scrub;
