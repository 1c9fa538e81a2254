// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import io.shiplog.metadata.image.JobImage;
import io.shiplog.metadata.image.JobSettings;
import io.shiplog.metadata.image.JobThrottle;
import io.shiplog.metadata.image.JobsImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.replication.runtime.EventLoop;
import io.shiplog.replication.runtime.JobLimits;
import io.shiplog.replication.runtime.JobThrottles;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.replication.runtime.ReplicaSet;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes over what an image says of the throttles of jobs. Nothing is written anywhere for them: a limit is there as long as its job is open, and holds for a
 * replica as long as the job moves its partition. On the loop.
 */
final class JobThrottling {
    /** What an adaptive job that names no minimum moves in any case, in bytes per second: so that it ends some day on a node that is never quiet. */
    static final long DEFAULT_MIN_RATE = 4L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(JobThrottling.class);
    private static final int[] NOBODY = {};

    private final ReplicaSet replicas;
    private final EventLoop loop;
    /** Partitions whose replica here has a limit: no more than moves are on their way. */
    private Set<PartitionId> limited = new HashSet<>();

    JobThrottling(ReplicaSet replicas, EventLoop loop) {
        this.replicas = replicas;
        this.loop = loop;
    }

    /** Jobs began, changed or ended, or one of their moves did. */
    void onJobsChanged(MetadataImage image) {
        JobsImage jobs = image.jobs();
        Set<Long> open = new HashSet<>();
        Set<PartitionId> before = limited;
        limited = new HashSet<>();
        for (JobImage job : jobs.open()) {
            open.add(job.id());
            setRate(job).setHeld(job.throttle().kind() == JobThrottle.Kind.HELD);
            for (int index : job.inFlight()) {
                PartitionId id = job.move(index).id();
                Replica replica = replicas.get(id.topicId(), id.partition());
                if (replica != null) {
                    applyTo(replica, id, image);
                }
            }
        }
        for (PartitionId id : before) {
            Replica replica = replicas.get(id.topicId(), id.partition());
            if (replica != null && !limited.contains(id)) {
                replica.throttle().move(null, false, NOBODY);
            }
        }
        throttles().retain(open, loop.nowMs());
    }

    /** A replica is new, or the metadata say something else of its partition. */
    void applyTo(Replica replica, PartitionId id, MetadataImage image) {
        JobThrottle throttle = image.jobs().throttleOf(id);
        PartitionImage partition = image.partition(id.topicId(), id.partition());
        // A topic may be deleted before its move is known to be over.
        if (throttle == null || partition == null) {
            if (limited.remove(id)) {
                replica.throttle().move(null, false, NOBODY);
            }
            return;
        }
        limited.add(id);
        JobLimits limits = throttles().get(throttle.jobId());
        boolean held = throttle.kind() == JobThrottle.Kind.HELD;
        replica.throttle()
                .move(limits == null ? setRate(image.jobs().job(throttle.jobId())) : limits, held, partition.adding());
    }

    /** Of a job that is held too: what is on its way goes on at its rate. */
    private JobLimits setRate(JobImage job) {
        JobSettings settings = job.settings();
        boolean isNew = throttles().get(job.id()) == null;
        if (settings.rateBytesPerSecond() > 0) {
            long rate = settings.rateBytesPerSecond();
            if (isNew) {
                LOG.info("job {} moves {} bytes/s here, in each direction", job.id(), rate);
            }
            return throttles().fix(job.id(), rate, loop.nowMs());
        }
        if (isNew) {
            LOG.info("job {} moves here what clients leave to it", job.id());
        }
        long floor = settings.minRateBytesPerSecond() > 0 ? settings.minRateBytesPerSecond() : DEFAULT_MIN_RATE;
        return throttles().adapt(job.id(), floor, loop.nowMs());
    }

    private JobThrottles throttles() {
        return replicas.throttles().jobs();
    }
}
