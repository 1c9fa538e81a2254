// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.rolling;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A process of a cluster by the name that bin/cluster gives it: storage-2, quorum-1, and node-3 for one that holds both roles.
 *
 * @param role storage, quorum or node
 */
public record NodeName(String role, int id) {
    private static final Pattern FORM = Pattern.compile("(storage|quorum|node)-(\\d{1,9})");

    /**
     * Reads a name.
     *
     * @throws IllegalArgumentException when it is no such name
     */
    public static NodeName parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(text + " is no node: storage-2, quorum-1 and node-3 are");
        }
        return new NodeName(matcher.group(1), Integer.parseInt(matcher.group(2)));
    }

    /** Whether it holds partitions. */
    public boolean isStorage() {
        return !role.equals("quorum");
    }

    /** Whether it is one of the quorum. */
    public boolean isQuorum() {
        return !role.equals("storage");
    }

    @Override
    public String toString() {
        return role + "-" + id;
    }
}
