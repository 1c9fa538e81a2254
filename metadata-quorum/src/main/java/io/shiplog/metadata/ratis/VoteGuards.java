// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.ratis;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Switches the guards of the vote off, one by one, for the power-cut test ({@code bin/powercut}): it must be able to show that a vote is lost
 * without them. System properties and no settings, because nobody else may ever want this.
 */
final class VoteGuards {
    private static final Logger LOG = LoggerFactory.getLogger(VoteGuards.class);
    private static final String OFF = "off";

    private VoteGuards() {}

    /** Whether {@link VoteGate} syncs the directory of the vote file. */
    static boolean gate() {
        return isOn("shiplog.test.vote.gate");
    }

    /** Whether {@link DirectoryFlags} makes the file system sync names by itself. */
    static boolean directoryFlag() {
        return isOn("shiplog.test.directory.flag");
    }

    private static boolean isOn(String property) {
        boolean on = !OFF.equals(System.getProperty(property));
        if (!on) {
            LOG.warn("{} is off: this node may forget its vote when the power fails", property);
        }
        return on;
    }
}
