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

    private final Map<Long, DeleteCallback> waiting = new HashMap<>();
    private List<Answered> answered = new ArrayList<>();
    private long nextToken;

    long add(DeleteCallback callback) {
        waiting.put(nextToken, callback);
        return nextToken++;
    }

    /** The deletion has its answer; {@link #tell} passes it on. */
    void answer(long token, Errors error, long lowWatermark) {
        answered.add(new Answered(waiting.remove(token), error, lowWatermark));
    }

    /** Calls back those that have an answer. They may delete again meanwhile. */
    void tell() {
        while (!answered.isEmpty()) {
            List<Answered> told = answered;
            answered = new ArrayList<>();
            told.forEach(each -> each.callback.complete(each.error, each.lowWatermark));
        }
    }
}
