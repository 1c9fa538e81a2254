// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/**
 * What this node tells of itself to tools, at an endpoint of its own (docs/admin-api.md). Looks, and changes nothing: what belongs to the event
 * loop is asked for there, and an answer never waits for a disk.
 */
package io.shiplog.server.admin;
