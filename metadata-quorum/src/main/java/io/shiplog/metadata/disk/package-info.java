// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** Small files that must survive a power loss, and the syncs that make them. */
package io.shiplog.metadata.disk;
