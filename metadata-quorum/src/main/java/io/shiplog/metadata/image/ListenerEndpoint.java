// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

/** Where a storage node can be reached: the listener's name, and the host and port that it advertises. */
public record ListenerEndpoint(String name, String host, int port) {}
