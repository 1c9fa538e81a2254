// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

/** A configuration that cannot be used: one line that names the file, the key and what is allowed. Carries no stack trace. */
public final class ConfigProblem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ConfigProblem(String source, String key, String problem) {
        super(source + ": " + key + ": " + problem, null, false, false);
    }

    /** A problem of the file as a whole. */
    public ConfigProblem(String source, String problem) {
        super(source + ": " + problem, null, false, false);
    }
}
