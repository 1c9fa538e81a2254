// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** Storage nodes asked about themselves, at their admin endpoints (docs/admin-api.md). */
package io.shiplog.metadata.admin;
