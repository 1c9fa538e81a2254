// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.net;

import io.shiplog.server.net.ListenerCounters.Event;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/** Counts connections, in all and per client address. Used on the loop only. */
final class ConnectionLimits {
    private final int max;
    private final int maxPerAddress;
    private final Map<InetAddress, Integer> perAddress = new HashMap<>();
    private int count;

    ConnectionLimits(int max, int maxPerAddress) {
        this.max = max;
        this.maxPerAddress = maxPerAddress;
    }

    /** Counts a new connection in, or says which limit it would break; null when it was counted. */
    Event admit(InetAddress address) {
        if (count >= max) {
            return Event.REFUSED_BY_NODE;
        }
        int ofAddress = perAddress.getOrDefault(address, 0);
        if (ofAddress >= maxPerAddress) {
            return Event.REFUSED_BY_ADDRESS;
        }
        perAddress.put(address, ofAddress + 1);
        count++;
        return null;
    }

    void leave(InetAddress address) {
        count--;
        perAddress.computeIfPresent(address, (a, n) -> n > 1 ? n - 1 : null);
    }

    int count() {
        return count;
    }
}
