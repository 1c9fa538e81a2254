// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** Commands of an operator who keeps a cluster going: leaders, and partitions that nobody may lead. */
package io.shiplog.tools.operate;
