// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.config;

import java.util.Optional;

/**
 * A host name or address with a port. An IPv6 address stands in brackets: {@code [::1]:9092}.
 *
 * @param host without brackets; empty: every interface (only where something is listened on)
 * @param port 0 to 65535; 0: one that is free (only where something is listened on)
 */
public record HostPort(String host, int port) {
    private static final int MAX_PORT = 65_535;

    /** Reads {@code host:port}; empty when it is no such thing. */
    static Optional<HostPort> parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            return Optional.empty();
        }
        String host = text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (bracketed) {
            host = host.substring(1, host.length() - 1);
        }
        if ((!bracketed && host.indexOf(':') >= 0) || host.chars().anyMatch(c -> c <= ' ' || c == '/')) {
            return Optional.empty();
        }
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            return port < 0 || port > MAX_PORT ? Optional.empty() : Optional.of(new HostPort(host, port));
        } catch (NumberFormatException notAPort) {
            return Optional.empty();
        }
    }

    /** Reads {@code PLAINTEXT://host:port}, the one kind of listener there is so far. */
    static Optional<HostPort> parseListener(String text) {
        String scheme = "PLAINTEXT://";
        return text.startsWith(scheme) ? parse(text.substring(scheme.length())) : Optional.empty();
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? '[' + host + ']' : host) + ':' + port;
    }
}
