// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The configuration of a storage node: read once from a properties file, checked as a whole, then handed to each subsystem as
 * a record of its own. Nothing outside this package reads a property.
 */
package io.shiplog.server.config;
