// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.hostile;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What hostile clients do. */
enum Attack {
    /** Connect, and say nothing. */
    CONNECTIONS {
        @Override
        String run(Intruders intruders, Crowd crowd) throws IOException, InterruptedException {
            intruders.connect(crowd.connections());
            TimeUnit.MILLISECONDS.sleep(crowd.holdMs());
            return crowd.connections() + " connections, " + intruders.countOpen() + " of them kept";
        }
    },
    /** Declare nine megabytes and send them byte by byte. */
    SLOW_WRITERS {
        @Override
        String run(Intruders intruders, Crowd crowd) throws IOException, InterruptedException {
            intruders.connect(crowd.fetches());
            intruders.sendAll(ByteBuffer.allocate(4).putInt(9 << 20).flip());
            for (int i = 0; i < TURNS; i++) {
                intruders.sendAll(ByteBuffer.wrap(new byte[1]));
                TimeUnit.MILLISECONDS.sleep(crowd.holdMs() / TURNS);
            }
            return crowd.fetches() + " began a frame of 9 MiB and sent a byte at a time, " + intruders.countOpen()
                    + " still do";
        }
    },
    /** Ask for everything, over and over, and read nothing of it. */
    SLOW_READERS {
        @Override
        String run(Intruders intruders, Crowd crowd) throws IOException, InterruptedException {
            intruders.connect(crowd.fetches());
            for (int i = 0; i < TURNS; i++) {
                intruders.sendAll(Requests.fetchOfEverything());
            }
            TimeUnit.MILLISECONDS.sleep(crowd.holdMs());
            return crowd.fetches() + " asked " + TURNS + " times for all there is and read nothing";
        }
    },
    /** Fetches that allow two gigabytes, and are read. */
    BIG_FETCHES {
        @Override
        String run(Intruders intruders, Crowd crowd) throws IOException, InterruptedException {
            intruders.connect(crowd.fetches());
            intruders.sendAll(Requests.fetchOfEverything());
            long bytes = intruders.readFor(crowd.holdMs());
            return crowd.fetches() + " fetches of up to 2 GiB were answered with " + bytes + " bytes";
        }
    },
    /** Requests of which each would once have kept the loop for minutes. */
    CROWDED_KEYS {
        @Override
        String run(Intruders intruders, Crowd crowd) throws IOException, InterruptedException {
            int clients = Math.min(CROWDED, crowd.fetches());
            intruders.connect(clients);
            intruders.sendAll(Requests.electionsOfEqualTopics());
            TimeUnit.MILLISECONDS.sleep(crowd.holdMs() / 2);
            return clients + " requests with 4,000 equal keys, " + intruders.countOpen() + " connections kept";
        }
    };

    private static final int TURNS = 10;
    private static final int CROWDED = 100;

    static final List<Attack> ALL = List.of(values());

    /** Attacks for some seconds; the connections are closed by the caller. What happened, for the table. */
    abstract String run(Intruders intruders, Crowd crowd) throws IOException, InterruptedException;
}
