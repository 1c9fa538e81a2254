// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import io.shiplog.server.api.NodeLoggers;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.LoggerFactory;

/** The loggers of this process. Those exist that somebody has asked for or that the configuration names, and all above them. */
public final class LogbackLoggers implements NodeLoggers {
    /** Kafka's levels have one that logback has not. */
    private static final String FATAL = "FATAL";

    private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(LogbackLoggers.class);

    private final LoggerContext context;

    LogbackLoggers(LoggerContext context) {
        this.context = context;
    }

    /** Those of the running process; none where it was given another backend. */
    public static NodeLoggers ofProcess() {
        return LoggerFactory.getILoggerFactory() instanceof LoggerContext context
                ? new LogbackLoggers(context)
                : NodeLoggers.none();
    }

    @Override
    public SortedMap<String, String> levels() {
        SortedMap<String, String> levels = new TreeMap<>();
        for (Logger logger : context.getLoggerList()) {
            boolean root = logger.getName().equals(org.slf4j.Logger.ROOT_LOGGER_NAME);
            levels.put(
                    root ? ROOT : logger.getName(), logger.getEffectiveLevel().toString());
        }
        return levels;
    }

    @Override
    public void setLevel(String logger, String level) {
        String own = logger.equals(ROOT) ? org.slf4j.Logger.ROOT_LOGGER_NAME : logger;
        Logger found = context.exists(own);
        if (found == null) {
            throw new IllegalArgumentException("there is no logger " + logger);
        }
        found.setLevel(FATAL.equals(level) ? Level.ERROR : Level.toLevel(level, null));
        LOG.warn("logger {} has the level {} now, as a client asked", logger, found.getEffectiveLevel());
    }
}
