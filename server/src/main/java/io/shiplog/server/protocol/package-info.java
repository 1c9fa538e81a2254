// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/**
 * What a Kafka request looks like to a handler: its header, its bounded reader, the way to answer it, and the table of the
 * APIs that this node serves. Knows no socket.
 */
package io.shiplog.server.protocol;
