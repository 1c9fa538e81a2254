// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The metadata endpoint and its client; the only user of Netty in this module. On the wire: a 4-byte big-endian length, then one
 * {@link io.shiplog.metadata.proto.EndpointRequest} or {@link io.shiplog.metadata.proto.EndpointResponse}, at most 8 MiB.
 * The server serves the admin endpoints of storage nodes, too, with smaller {@link io.shiplog.metadata.endpoint.EndpointLimits}.
 */
package io.shiplog.metadata.endpoint;
