// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import io.shiplog.metadata.FatalHandler;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends the process at once, with status 1 and the reason in the log; what is not on the disk by now was never promised. */
public final class HaltOnFatal implements FatalHandler {
    private static final Logger LOG = LoggerFactory.getLogger(HaltOnFatal.class);
    private static final int STATUS = 1;

    private final AtomicBoolean told = new AtomicBoolean();

    @Override
    public void fatal(String reason, Throwable cause) {
        if (told.compareAndSet(false, true)) {
            LOG.error("stopping: {}", reason, cause);
        }
        Runtime.getRuntime().halt(STATUS);
    }
}
