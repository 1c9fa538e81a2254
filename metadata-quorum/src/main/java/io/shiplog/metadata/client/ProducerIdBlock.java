// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.client;

/** {@code count} producer ids that nobody else was given, from {@code firstProducerId} on. */
public record ProducerIdBlock(long firstProducerId, int count) {}
