// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;

/**
 * Which processes used a data directory last. A directory that does not know of the process that the controller registered last was not there
 * then: it is an old image of a disk, or a disk that had been away, and what it holds may have been overtaken (docs/decisions/0042).
 *
 * @param life counts the starts of the node that this directory took part in or heard of; 0: none is known
 * @param incarnations the process whose registration was accepted last, and all that tried since; oldest first
 * @param brokerEpoch of the registration that was accepted last; 0: not known. Every later one is higher, unless the metadata were taken back
 */
public record DirectoryLives(long life, List<Uuid> incarnations, long brokerEpoch) {
    /** Nothing is known: a new directory, or one from before lives were written down. */
    public static final DirectoryLives UNKNOWN = new DirectoryLives(0, List.of(), 0);

    /** So many starts without an answer from the controller are remembered. */
    private static final int MAX_INCARNATIONS = 64;

    public DirectoryLives {
        incarnations = List.copyOf(incarnations);
    }

    /** Another process begins to use the directory. */
    DirectoryLives with(long newLife, Uuid incarnation) {
        List<Uuid> all = new ArrayList<>(incarnations);
        all.add(incarnation);
        int drop = Math.max(0, all.size() - MAX_INCARNATIONS);
        return new DirectoryLives(newLife, all.subList(drop, all.size()), brokerEpoch);
    }

    /** Its registration was accepted: nobody asks for those before it any more. */
    DirectoryLives accepted(long newBrokerEpoch) {
        int last = incarnations.size() - 1;
        return new DirectoryLives(life, List.of(incarnations.get(last)), newBrokerEpoch);
    }
}
