// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.jobs;

import io.shiplog.metadata.image.JobImage;
import io.shiplog.metadata.image.JobState;
import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Connection;
import java.io.PrintWriter;
import java.util.concurrent.TimeUnit;

/** Waits until a job has ended, and says now and then how far it is. Whoever ends the waiting does not end the job. */
final class JobWait {
    private static final long LOOK_MS = 500;
    private static final long SAY_MS = 5_000;

    private JobWait() {}

    /**
     * Waits.
     *
     * @return 0 when all is done, 1 when the job failed or was cancelled
     */
    static int until(Cluster cluster, Connection target, long jobId) throws InterruptedException {
        PrintWriter out = target.err();
        Thread goodbye = new Thread(
                () -> {
                    out.println("job " + jobId + " goes on without this command: shiplog reassign status " + jobId);
                    out.flush();
                },
                "goodbye");
        Runtime.getRuntime().addShutdownHook(goodbye);
        try {
            return look(cluster, jobId, out);
        } finally {
            Runtime.getRuntime().removeShutdownHook(goodbye);
        }
    }

    private static int look(Cluster cluster, long jobId, PrintWriter out) throws InterruptedException {
        JobView view = new JobView(jobId);
        long saidNs = 0;
        boolean said = false;
        while (true) {
            JobImage job = JobCalls.job(cluster, jobId);
            boolean due = !said || System.nanoTime() - saidNs > TimeUnit.MILLISECONDS.toNanos(SAY_MS);
            if (!job.open() || due) {
                // Without a controller the metadata here stand still, and what they say of the job with them.
                boolean heard = cluster.quorum().describedOrNull() != null;
                job = view.look(cluster);
                out.println(
                        heard
                                ? view.line()
                                : "no answer from the quorum for the moment; the job does not need this command");
                out.flush();
                said = true;
                saidNs = System.nanoTime();
            }
            if (!job.open()) {
                if (!job.message().isEmpty()) {
                    out.println(job.message());
                    out.flush();
                }
                return job.state() == JobState.DONE ? 0 : 1;
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
        }
    }
}
