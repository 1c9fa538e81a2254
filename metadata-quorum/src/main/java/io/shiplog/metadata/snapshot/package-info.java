// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** The image as bytes: one checksummed format for the state machine's snapshot file and for readers that are far behind. */
package io.shiplog.metadata.snapshot;
