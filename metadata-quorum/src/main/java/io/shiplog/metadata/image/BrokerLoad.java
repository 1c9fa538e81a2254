// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

/**
 * What the assignments give a broker to do, whether it is there or not.
 *
 * @param replicas partitions that it holds
 * @param preferredLeaders those of them that it is to lead
 */
public record BrokerLoad(int replicas, int preferredLeaders) {}
