// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** The one user of Ratis here: asks a quorum node for its vote, as a peer of its group would. */
package io.shiplog.tools.powercut.raft;
