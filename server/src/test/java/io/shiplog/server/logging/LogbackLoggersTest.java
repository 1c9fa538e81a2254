// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.logging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import io.shiplog.server.api.NodeLoggers;
import org.junit.jupiter.api.Test;

class LogbackLoggersTest {
    private final LoggerContext context = new LoggerContext();
    private final LogbackLoggers loggers = new LogbackLoggers(context);

    @Test
    void loggersHaveTheLevelOfTheOneAboveThemUntilTheyHaveTheirOwn() {
        context.getLogger("a.b").setLevel(null);
        context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).setLevel(Level.INFO);
        assertThat(loggers.levels()).hasToString("{a=INFO, a.b=INFO, root=INFO}");
        loggers.setLevel("a", "TRACE");
        assertThat(loggers.levels()).hasToString("{a=TRACE, a.b=TRACE, root=INFO}");
        loggers.setLevel("a.b", "FATAL");
        assertThat(loggers.levels())
                .as("logback has nothing above ERROR")
                .hasToString("{a=TRACE, a.b=ERROR, root=INFO}");
        loggers.setLevel("a", null);
        loggers.setLevel(NodeLoggers.ROOT, "WARN");
        assertThat(loggers.levels()).hasToString("{a=WARN, a.b=ERROR, root=WARN}");
    }

    @Test
    void noLoggerIsMadeByAskingForIt() {
        assertThatThrownBy(() -> loggers.setLevel("c", "INFO")).isInstanceOf(IllegalArgumentException.class);
        assertThat(loggers.levels()).doesNotContainKey("c");
    }

    @Test
    void theProcessHasLoggers() {
        assertThat(LogbackLoggers.ofProcess().levels()).containsKeys(NodeLoggers.ROOT, LogbackLoggers.class.getName());
    }
}
