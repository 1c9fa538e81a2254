// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Plans which replicas go where: a cluster as it is and a goal in, moves or a refusal out. Pure and deterministic; who gathers the input
 * and starts a job with the moves are commands.
 */
package io.shiplog.tools.plan;
