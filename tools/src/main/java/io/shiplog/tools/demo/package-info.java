// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The main job on real input: every line of some files through a replicated topic while the node that leads most partitions
 * is killed, and a check of each acknowledged line afterwards. {@code bin/cluster demo} starts the cluster and runs it.
 */
package io.shiplog.tools.demo;
