// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.plan;

/**
 * A log directory that is online.
 *
 * @param totalBytes size of its file system; -1 when the node did not say
 * @param usableBytes what of that can still be written; -1 when the node did not say
 */
public record PlanDirectory(String path, long totalBytes, long usableBytes) {
    boolean isSized() {
        return totalBytes >= 0 && usableBytes >= 0;
    }
}
