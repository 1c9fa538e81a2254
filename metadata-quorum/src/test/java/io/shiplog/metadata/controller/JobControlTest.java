// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import static io.shiplog.metadata.proto.ControlJobCommand.Action.CANCEL_BACK;
import static io.shiplog.metadata.proto.ControlJobCommand.Action.CANCEL_KEEP;
import static io.shiplog.metadata.proto.ControlJobCommand.Action.PAUSE;
import static io.shiplog.metadata.proto.ControlJobCommand.Action.REMOVE;
import static io.shiplog.metadata.proto.ControlJobCommand.Action.RESUME;
import static io.shiplog.metadata.proto.ControlJobCommand.Action.SET_RATE;
import static io.shiplog.metadata.proto.ControlJobCommand.Action.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.JobState;
import io.shiplog.metadata.image.JobThrottle;
import io.shiplog.metadata.proto.ControlJobCommand;
import io.shiplog.metadata.proto.JobSettings;
import io.shiplog.metadata.proto.MetadataCommand;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What may be asked of a job in which state, and what is remembered of those that have ended. Topics t0 to t9 are on node 1 of two. */
class JobControlTest {
    private TestCluster cluster;
    private TestJobs jobs;
    private long id;

    @BeforeEach
    void startJob() {
        cluster = TestCluster.of(2);
        jobs = new TestJobs(cluster);
        for (int i = 0; i < 10; i++) {
            cluster.topicOn("t" + i, TestCluster.ids(1));
        }
        id = jobs.start(jobs.moving("t0", 2));
    }

    private void nothing(ControlJobCommand.Action action) {
        long offset = cluster.image().offset();
        jobs.tell(id, action);
        assertThat(cluster.image().offset()).isEqualTo(offset);
    }

    private void refused(ControlJobCommand.Action action, String says) {
        jobs.refused(Errors.INVALID_REQUEST, says, jobs.control(id, action));
    }

    @Test
    void pausesAreCounted() {
        jobs.tell(id, PAUSE);
        jobs.is(id, JobState.PAUSED);
        jobs.wallClockMs += 500;
        jobs.tell(id, RESUME);
        jobs.is(id, JobState.RUNNING);
        assertThat(jobs.job(id).pausedTotalMs()).isEqualTo(500);
        assertThat(jobs.job(id).runningSinceMs()).isEqualTo(jobs.wallClockMs);
        jobs.tell(id, PAUSE);
        jobs.wallClockMs += 70;
        jobs.tell(id, CANCEL_BACK);
        assertThat(jobs.job(id).pausedTotalMs()).isEqualTo(570);
    }

    @Test
    void pauseThatTheJobEndsInIsCounted() {
        jobs.advance();
        jobs.tell(id, PAUSE);
        jobs.wallClockMs += 300;
        jobs.sync("t0");
        jobs.advance();
        jobs.is(id, JobState.DONE);
        assertThat(jobs.job(id).pausedTotalMs()).isEqualTo(300);
    }

    @Test
    void clockThatGoesBackMakesNoNegativePause() {
        jobs.tell(id, PAUSE);
        jobs.wallClockMs -= 500;
        jobs.tell(id, RESUME);
        assertThat(jobs.job(id).pausedTotalMs()).isZero();
    }

    @Test
    void whatIsSoAlreadyIsNoError() {
        nothing(RESUME);
        jobs.tell(id, PAUSE);
        nothing(PAUSE);
        jobs.tell(id, CANCEL_BACK);
        nothing(CANCEL_BACK);
        jobs.tell(id, CANCEL_KEEP);
        nothing(CANCEL_KEEP);
    }

    @Test
    void stateDecidesWhatMayBeAsked() {
        refused(REMOVE, "Job 1 is running, and cannot be removed: cancel it first");
        jobs.tell(id, CANCEL_KEEP);
        refused(PAUSE, "is being cancelled, and cannot be paused");
        refused(RESUME, "cannot be resumed");
        refused(CANCEL_BACK, "cannot be taken back any more");
        jobs.finish(id);
        jobs.is(id, JobState.CANCELLED);
        refused(CANCEL_KEEP, "is cancelled, and cannot be cancelled");
        refused(SET_RATE, "cannot be changed");
        jobs.tell(id, REMOVE);
        assertThat(jobs.job(id)).isNull();
        jobs.refused(Errors.RESOURCE_NOT_FOUND, "There is no job 1 any more", jobs.control(id, PAUSE));
        jobs.refused(
                Errors.RESOURCE_NOT_FOUND,
                "There is no job 9: the last one was given the number 1.",
                jobs.control(9, PAUSE));
    }

    @Test
    void unknownActionIsRefused() {
        jobs.refused(Errors.UNSUPPORTED_VERSION, "does not know", jobs.control(id, UNKNOWN));
    }

    @Test
    void idsAreNotGivenAgain() {
        jobs.finish(id);
        jobs.tell(id, REMOVE);
        assertThat(jobs.start(jobs.moving("t1", 2))).isEqualTo(2);
    }

    private MetadataCommand.Builder rate(JobSettings.Builder settings) {
        return TestCluster.own()
                .setControlJob(ControlJobCommand.newBuilder()
                        .setJobId(id)
                        .setAction(SET_RATE)
                        .setSettings(settings));
    }

    @Test
    void rateIsChangedWhileTheJobRuns() {
        jobs.advance();
        cluster.ok(rate(JobSettings.newBuilder().setRateBytesPerSecond(77)));
        assertThat(jobs.job(id).throttle()).isEqualTo(new JobThrottle(id, JobThrottle.Kind.FIXED, 77));
        long offset = cluster.image().offset();
        cluster.ok(rate(JobSettings.newBuilder().setRateBytesPerSecond(77)));
        assertThat(cluster.image().offset()).isEqualTo(offset);
        jobs.refused(
                Errors.INVALID_REQUEST, "rate", rate(JobSettings.newBuilder().setRateBytesPerSecond(-1)));
    }

    @Test
    void stepsAreTheControllersOwn() {
        jobs.refused(
                Errors.INVALID_REQUEST,
                "Only the controller itself",
                cluster.from(1).setAdvanceJobs(TestJobs.step()));
    }

    // ---- what is remembered

    @Test
    void movesOfAnEndedJobAreDroppedAfterAWhile() {
        jobs.finish(id);
        jobs.wallClockMs += 599_999;
        jobs.advance();
        assertThat(jobs.job(id).moves()).hasSize(1);
        jobs.wallClockMs++;
        jobs.advance();
        assertThat(jobs.job(id).moves()).isEmpty();
        assertThat(jobs.job(id).counts().moves()).isEqualTo(1);
    }

    @Test
    void onlyTheLastEndedJobsAreRemembered() {
        jobs.finish(id);
        for (int i = 0; i < 60; i++) {
            String topic = "t" + i % 10;
            jobs.wallClockMs++;
            jobs.finish(jobs.start(jobs.moving(topic, jobs.replicas(topic)[0] == 1 ? 2 : 1)));
        }
        jobs.advance();
        assertThat(cluster.image().jobs().all()).hasSize(50);
        assertThat(jobs.job(11)).isNull();
        assertThat(jobs.job(12)).isNotNull();
    }
}
