// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The metadata quorum: real controllers, real replay, over a simulated log. What Raft guarantees is taken as given (what was agreed on stays, in
 * one order; one leader a term); what it leaves open is left to chance: proposals that are lost, agreed on late or twice, or agreed on though
 * their proposer is told that they failed; leaders that do not know that they are deposed; nodes that lag, and are given a snapshot.
 */
package io.shiplog.simulation.quorum;
