// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.client;

/**
 * On whose behalf a command is given, as the history of changes names it.
 *
 * @param principal as Kafka writes principals: type, colon, name; "" for the node's own command
 * @param client    client id and address; "" for the node's own command
 */
public record RequestOrigin(String principal, String client) {
    /** The node's own command. */
    public static final RequestOrigin OWN = new RequestOrigin("", "");
}
