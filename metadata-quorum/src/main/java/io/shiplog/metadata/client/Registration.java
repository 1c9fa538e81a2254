// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.client;

/**
 * An accepted registration.
 *
 * @param brokerEpoch metadata offset of the registration record
 */
public record Registration(long brokerEpoch, String clusterId) {}
