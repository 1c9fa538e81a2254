// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import io.shiplog.replication.core.InMemoryLog.Entry;
import org.apache.kafka.common.protocol.Errors;

/** Node 2 follows leader 1 in epoch 5; the test plays the leader and the disk. */
final class FollowerFixture {
    final InMemoryLog log = new InMemoryLog();
    final RecordedFollowerEffects effects = new RecordedFollowerEffects(log);
    PartitionFollower follower;

    /** Follows from now on; the log has one flushed record per epoch given. */
    static FollowerFixture following(States states, long highWatermark, int... epochs) {
        FollowerFixture f = new FollowerFixture();
        for (int epoch : epochs) {
            f.log.append(epoch, f.log.logEndOffset());
        }
        f.log.flushTo(epochs.length);
        f.follow(states, highWatermark);
        return f;
    }

    void follow(States states, long highWatermark) {
        follower = new PartitionFollower(states.state(), log, highWatermark, effects);
        effects.follower = follower;
        follower.start();
    }

    /** The same, as node 2 that has segments shipped when so many bytes are missing. */
    static FollowerFixture shipping(States states, long minBytes, int... epochs) {
        FollowerFixture f = new FollowerFixture();
        for (int epoch : epochs) {
            f.log.append(epoch, f.log.logEndOffset());
        }
        f.log.flushTo(epochs.length);
        f.follower = new PartitionFollower(states.state(), f.log, 0, new ShippingRules(2, minBytes), f.effects);
        f.effects.follower = f.follower;
        f.follower.start();
        return f;
    }

    /** An answer to what the follower would ask now, with nothing in it. */
    FetchedPartition answer() {
        FetchedPartition fetched = new FetchedPartition();
        fetched.requestLeaderEpoch = follower.leaderEpoch();
        fetched.requestFetchOffset = log.logEndOffset();
        fetched.requestLastFetchedEpoch = log.latestEpoch();
        return fetched;
    }

    void receive(long highWatermark, Entry... entries) {
        FetchedPartition fetched = answer();
        fetched.highWatermark = highWatermark;
        fetched.logStartOffset = 0;
        fetched.records = InMemoryLog.encode(entries);
        follower.onFetched(fetched);
    }

    void diverge(int epoch, long endOffset, long highWatermark) {
        divergeFrom(0, epoch, endOffset, highWatermark);
    }

    /** The leader's log starts there. */
    void divergeFrom(long leaderStart, int epoch, long endOffset, long highWatermark) {
        FetchedPartition fetched = answer();
        fetched.logStartOffset = leaderStart;
        fetched.divergingEpoch = epoch;
        fetched.divergingEndOffset = endOffset;
        fetched.highWatermark = highWatermark;
        follower.onFetched(fetched);
    }

    void error(Errors error, long logStartOffset) {
        FetchedPartition fetched = answer();
        fetched.error = error;
        fetched.logStartOffset = logStartOffset;
        follower.onFetched(fetched);
    }

    FollowerPosition position() {
        FollowerPosition position = new FollowerPosition();
        follower.position(position);
        return position;
    }
}
