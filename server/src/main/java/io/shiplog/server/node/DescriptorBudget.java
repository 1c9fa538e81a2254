// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.node;

import com.sun.management.UnixOperatingSystemMXBean;
import io.shiplog.server.net.NetSettings;
import java.lang.management.ManagementFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the file descriptors that the process may have are shared out at start, so that it cannot run out of them later: a connection that is
 * refused can come again, a log that cannot be opened is out of service.
 *
 * @param segmentFiles that are open at a time
 * @param connections of clients and other nodes
 */
record DescriptorBudget(int segmentFiles, int connections) {
    private static final Logger LOG = LoggerFactory.getLogger(DescriptorBudget.class);

    /** For the index, the classes, the metadata connections, fetchers, the event loops. */
    static final int OTHERS = 512;

    private static final int LEAST = 64;

    /** @param limit descriptors of the process; 0 or less: not known, and then everybody gets what is wanted */
    static DescriptorBudget of(long limit, int wantedFiles, int wantedConnections) {
        if (limit <= 0) {
            return new DescriptorBudget(wantedFiles, wantedConnections);
        }
        long available = Math.max(2 * LEAST, limit - OTHERS);
        int files = (int) Math.min(wantedFiles, Math.max(LEAST, available / 2));
        int connections = (int) Math.min(wantedConnections, Math.max(LEAST, available - files));
        return new DescriptorBudget(files, connections);
    }

    /** For this process, with a line in the log when the settings ask for more than there is. */
    static DescriptorBudget ofProcess(int wantedFiles, int wantedConnections) {
        long limit = ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? system.getMaxFileDescriptorCount()
                : 0;
        DescriptorBudget budget = of(limit, wantedFiles, wantedConnections);
        if (budget.segmentFiles < wantedFiles || budget.connections < wantedConnections) {
            LOG.warn(
                    "the process may have {} file descriptors: max.open.segment.files is {} instead of {}, max.connections {}"
                            + " instead of {} (raise ulimit -n)",
                    limit,
                    budget.segmentFiles,
                    wantedFiles,
                    budget.connections,
                    wantedConnections);
        }
        return budget;
    }

    NetSettings within(NetSettings settings) {
        return settings.withMaxConnections(connections);
    }
}
