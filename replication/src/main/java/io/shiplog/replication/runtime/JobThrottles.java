// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/** The limits of the jobs of reassignments that are open, as many as the metadata allow. Changed on the loop; counts are for any thread. */
public final class JobThrottles {
    private final ReplicationThrottles throttles;
    private final Map<Long, JobLimits> open = new ConcurrentHashMap<>();
    private final LongAdder sentByEnded = new LongAdder();
    private final LongAdder fetchedByEnded = new LongAdder();
    private volatile long adaptiveRate = RateLimit.UNLIMITED;

    JobThrottles(ReplicationThrottles throttles) {
        this.throttles = throttles;
    }

    /**
     * The job moves so many bytes per second, in each direction.
     *
     * @param rate at least 1
     */
    public JobLimits fix(long jobId, long rate, long nowMs) {
        JobLimits limits = of(jobId);
        limits.fix(rate, nowMs);
        return limits;
    }

    /**
     * The job moves what the node can spare.
     *
     * @param minimum bytes per second that it moves in any case
     */
    public JobLimits adapt(long jobId, long minimum, long nowMs) {
        JobLimits limits = of(jobId);
        limits.adapt(minimum, nowMs);
        if (adaptiveRate != RateLimit.UNLIMITED) {
            setAdaptiveRate(adaptiveRate, nowMs);
        }
        return limits;
    }

    private JobLimits of(long jobId) {
        return open.computeIfAbsent(jobId, id -> new JobLimits(id, throttles));
    }

    /** The limits of an open job, or null. */
    public JobLimits get(long jobId) {
        return open.get(jobId);
    }

    /** Others than these have ended, and nobody waits for their sake any more. */
    public void retain(Set<Long> jobIds, long nowMs) {
        for (JobLimits limits : List.copyOf(open.values())) {
            if (!jobIds.contains(limits.jobId())) {
                open.remove(limits.jobId());
                limits.fix(RateLimit.UNLIMITED, nowMs);
                sentByEnded.add(limits.asLeader().passedBytes());
                fetchedByEnded.add(limits.asFollower().passedBytes());
            }
        }
    }

    /** The jobs that have limits here. */
    public Collection<JobLimits> open() {
        return Collections.unmodifiableCollection(open.values());
    }

    /** What adaptive jobs may move together, in bytes per second and direction; they share it evenly. */
    void setAdaptiveRate(long rate, long nowMs) {
        adaptiveRate = rate;
        long jobs = open.values().stream().filter(JobLimits::isAdaptive).count();
        for (JobLimits limits : open.values()) {
            if (limits.isAdaptive()) {
                long share = rate == RateLimit.UNLIMITED ? rate : rate / jobs;
                limits.setRate(Math.max(limits.minRate(), share), nowMs);
            }
        }
    }

    /** The largest minimum of the adaptive jobs, in bytes per second; 0 when there is none. */
    long adaptiveMinimum() {
        return open.values().stream().mapToLong(JobLimits::minRate).max().orElse(0);
    }

    /** How often somebody had to wait for an adaptive job's limit; falls when one ends. */
    long adaptiveWaits() {
        return open.values().stream()
                .filter(JobLimits::isAdaptive)
                .mapToLong(limits ->
                        limits.asLeader().waits() + limits.asFollower().waits())
                .sum();
    }

    /** Bytes that jobs have had sent from here since the start. */
    public long sentBytes() {
        return sentByEnded.sum()
                + open.values().stream()
                        .mapToLong(limits -> limits.asLeader().passedBytes())
                        .sum();
    }

    /** Bytes that jobs have had fetched to here since the start. */
    public long fetchedBytes() {
        return fetchedByEnded.sum()
                + open.values().stream()
                        .mapToLong(limits -> limits.asFollower().passedBytes())
                        .sum();
    }

    /** Numbers by name; -1 for a rate without a limit. */
    public SortedMap<String, LongSupplier> metrics() {
        SortedMap<String, LongSupplier> values = new TreeMap<>();
        values.put("ReassignmentJobs.SentBytes", this::sentBytes);
        values.put("ReassignmentJobs.FetchedBytes", this::fetchedBytes);
        values.put("ReassignmentJobs.Limited", open::size);
        values.put("ReassignmentJobs.AdaptiveRate", () -> adaptiveRate == RateLimit.UNLIMITED ? -1 : adaptiveRate);
        return values;
    }
}
