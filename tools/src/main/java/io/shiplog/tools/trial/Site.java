// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.trial;

import java.nio.file.Path;

/**
 * Where trials take place.
 *
 * @param scripts those that start processes and cut power
 * @param work a directory for clusters, images and logs, which nobody else uses
 * @param basePort of the clusters, as {@code bin/cluster} has it; {@link #ANY_PORT} for one that is free
 */
public record Site(Scripts scripts, Path work, int basePort) {
    public static final int ANY_PORT = 0;
}
