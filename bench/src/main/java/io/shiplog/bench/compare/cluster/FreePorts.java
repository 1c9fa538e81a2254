// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports as the scripts lay them out: for each node one at base + id, base + 100 + id and base + 200 + id. */
final class FreePorts {
    private static final int LOWEST = 20_000;
    private static final int STEP = 300;
    private static final int CHOICES = 40;
    private static final int TRIES = 200;

    private FreePorts() {}

    /** A base of which all of them are free now. */
    static int base(int nodes) throws IOException {
        for (int attempt = 0; attempt < TRIES; attempt++) {
            int base = LOWEST + STEP * ThreadLocalRandom.current().nextInt(CHOICES);
            if (areFree(base, nodes)) {
                return base;
            }
        }
        throw new IOException("no free ports from " + LOWEST + " on");
    }

    private static boolean areFree(int base, int nodes) {
        for (int offset = 0; offset < STEP; offset += 100) {
            for (int id = 1; id <= nodes; id++) {
                try (ServerSocket socket = new ServerSocket()) {
                    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), base + offset + id));
                } catch (IOException taken) {
                    return false;
                }
            }
        }
        return true;
    }
}
