// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.config;

/** A configuration with which a node must not start; the message is one line naming file, key and what is allowed. */
public final class ConfigProblem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ConfigProblem(String source, String key, String sentence) {
        super(source + ": " + key + " " + sentence);
    }
}
