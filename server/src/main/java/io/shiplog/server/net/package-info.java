// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Connections: the Kafka listener, frames, responses in order, zero-copy transfer, and the connection to a leader that a
 * follower fetches from. The only package of the server that knows Netty.
 *
 * <p>Each connection belongs to one event loop for life, and everything about it happens there; {@link
 * io.shiplog.server.protocol.Exchange} alone may be answered from any thread.
 */
package io.shiplog.server.net;
