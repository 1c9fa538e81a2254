// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/**
 * How quorum nodes on new disks become one cluster, and never two: pure, reports and persisted stamps in, the next stamp to persist out.
 *
 * <p>Two phases, each synced before it is spoken of. A node that has heard <em>all</em> configured nodes say that they are empty writes down
 * everybody's peer ids (PREPARED); the cluster id follows from them, so nobody has to choose it. A node that has heard <em>all</em> say that
 * they wrote down the same is FORMED and may vote. So a vote in a cluster implies that every configured disk once held its stamp, and a
 * second cluster would need every one of these disks to be empty again. A wiped node joins instead: it never votes before the leader has
 * added it under its new peer id.
 */
package io.shiplog.metadata.formation;
