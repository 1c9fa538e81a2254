// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Compaction: of every key the latest record is kept. What may go is decided here, batch by batch; which segments are due, and how
 * cleaned ones take the places of old ones, is the matter of the log. Knows no log, only batches and files.
 */
package io.shiplog.storage.compact;
