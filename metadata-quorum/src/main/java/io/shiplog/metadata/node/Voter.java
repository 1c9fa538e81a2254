// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

/**
 * A configured quorum node, written {@code id@host:raftPort:endpointPort}.
 *
 * @param raftPort where its peers reach it
 * @param endpointPort where storage nodes and tools reach it
 */
public record Voter(int nodeId, String host, int raftPort, int endpointPort) {
    static final String SYNTAX = "id@host:raftPort:endpointPort, separated by commas, for instance"
            + " 1@127.0.0.1:19191:19291,2@127.0.0.1:19192:19292,3@127.0.0.1:19193:19293";

    private static final int MAX_PORT = 65_535;

    /**
     * Parses one voter.
     *
     * @throws IllegalArgumentException when it is written otherwise
     */
    static Voter parse(String text) {
        int at = text.indexOf('@');
        int last = text.lastIndexOf(':');
        int middle = last < 0 ? -1 : text.lastIndexOf(':', last - 1);
        if (at <= 0 || middle <= at + 1) {
            throw new IllegalArgumentException(text);
        }
        int nodeId = Integer.parseInt(text.substring(0, at));
        int raftPort = port(text.substring(middle + 1, last));
        int endpointPort = port(text.substring(last + 1));
        if (nodeId < 0) {
            throw new IllegalArgumentException(text);
        }
        return new Voter(nodeId, text.substring(at + 1, middle), raftPort, endpointPort);
    }

    private static int port(String text) {
        int port = Integer.parseInt(text);
        if (port < 1 || port > MAX_PORT) {
            throw new IllegalArgumentException(text);
        }
        return port;
    }

    String raftAddress() {
        return host + ":" + raftPort;
    }

    @Override
    public String toString() {
        return nodeId + "@" + host + ":" + raftPort + ":" + endpointPort;
    }
}
