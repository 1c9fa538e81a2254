// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** What the replication core and its runtime ask of the rest of the node: the log, the metadata, the controller. */
package io.shiplog.replication.port;
