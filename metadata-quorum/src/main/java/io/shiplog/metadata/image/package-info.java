// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The cluster metadata that everybody reads: an immutable image, and the replay of records onto it. Pure: no file, clock,
 * thread or random number. Quorum nodes and storage nodes run the same code on the same records and hold equal images.
 */
package io.shiplog.metadata.image;
