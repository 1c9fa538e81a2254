// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.client;

/** A proposed in-sync replica, with the registration that its leader last heard from. */
public record IsrMember(int brokerId, long brokerEpoch) {}
