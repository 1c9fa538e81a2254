// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

/**
 * What became of a proposal that was applied. One that was decided on another offset leaves no outcome: it can never apply.
 *
 * @param offsetAfter metadata offset once its records were applied
 */
public record ProposalOutcome(long proposer, long proposal, long offsetAfter) {}
