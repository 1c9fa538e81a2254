// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.archfixture;

import ch.qos.logback.classic.Level;
import org.apache.kafka.coordinator.group.GroupCoordinator;

/** Breaks an arrow (see {@code ArchitectureTest}). */
public final class WrongNeighbours {
    io.shiplog.tools.archfixture.SomeTool forbidden;

    public static final class LogbackOutsideLogging {
        Level level;
    }

    public static final class CoordinatorOutsideGroup {
        GroupCoordinator coordinator;
    }
}
