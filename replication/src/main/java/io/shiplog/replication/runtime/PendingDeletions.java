// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.Errors;

/** The deletions of one partition that have no answer yet, by token, and those that have one which is still to be told. */
final class PendingDeletions {
    private record Answered(DeleteCallback callback, Errors error, long lowWatermark) {}

    /** Empty until somebody deletes: hardly anybody does. */
    private Map<Long, DeleteCallback> waiting = Map.of();

    private List<Answered> answered = List.of();
    private long nextToken;

    long add(DeleteCallback callback) {
        if (waiting.isEmpty()) {
            waiting = new HashMap<>();
        }
        waiting.put(nextToken, callback);
        return nextToken++;
    }

    /** The deletion has its answer; {@link #tell} passes it on. */
    void answer(long token, Errors error, long lowWatermark) {
        if (answered.isEmpty()) {
            answered = new ArrayList<>();
        }
        answered.add(new Answered(waiting.remove(token), error, lowWatermark));
    }

    /** Calls back those that have an answer. They may delete again meanwhile. */
    void tell() {
        while (!answered.isEmpty()) {
            List<Answered> told = answered;
            answered = List.of();
            told.forEach(each -> each.callback.complete(each.error, each.lowWatermark));
        }
    }
}
