// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** Single nodes asked about themselves: storage nodes at their admin endpoints, quorum nodes at their metadata endpoints (docs/admin-api.md). */
package io.shiplog.metadata.admin;
