// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** What storage nodes and tools see of the metadata quorum: commands, registration, the followed image, and the lease. No wire types. */
package io.shiplog.metadata.client;
