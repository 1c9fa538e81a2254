// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** The storage node: the Kafka listener, one handler per API, and the wiring of the other modules. */
package io.shiplog.server;
