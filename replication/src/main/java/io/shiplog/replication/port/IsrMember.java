// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.port;

/**
 * A proposed member of the ISR under the registration that the leader saw it fetch with (KIP-903).
 *
 * @param id node id
 * @param brokerEpoch broker epoch; the controller refuses the proposal when the node has registered anew
 */
public record IsrMember(int id, long brokerEpoch) {}
