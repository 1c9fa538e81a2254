// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.demo;

import io.shiplog.tools.rolling.NodeName;
import io.shiplog.tools.rolling.RollingRestart;
import java.util.List;

/** Which nodes are to be restarted one after the other, and by whom. */
record RollingPlan(RollingRestart restart, List<NodeName> nodes) {}
