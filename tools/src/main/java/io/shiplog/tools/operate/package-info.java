// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** Commands of an operator who keeps a cluster going: leaders, maintenance, restarts, the quorum's voters, and partitions that nobody may lead. */
package io.shiplog.tools.operate;
