// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.files.Survivors;
import io.shiplog.storage.log.CrashPoints.Scenario;
import io.shiplog.storage.log.CrashableIndexStore.Loss;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every step of a log's life leaves behind when the power goes in it: see {@link CrashPoints}. The number of random
 * choices per crash point is {@code -Dshiplog.crash.seeds}.
 */
class CrashPointsTest {
    private static final int SEEDS = Integer.getInteger("shiplog.crash.seeds", 1);

    @TempDir
    Path temp;

    /** Part of a life. */
    private interface Step {
        void with(CrashLife life) throws IOException;
    }

    private void enumerate(String name, Step prepare, Step act) throws IOException {
        Scenario scenario = new Scenario() {
            @Override
            public void prepare(CrashLife life) throws IOException {
                prepare.with(life);
            }

            @Override
            public void act(CrashLife life) throws IOException {
                act.with(life);
            }
        };
        int runs = new CrashPoints(temp, name, scenario, SEEDS).enumerate();
        assertThat(runs).as(name + ": crashes").isGreaterThanOrEqualTo(4 + SEEDS);
    }

    /** One log with three flushed batches. */
    private static void oneLog(CrashLife life) {
        life.start();
        life.create(0);
        life.append(0, 1, 3, 300);
        life.flush(0);
    }

    /** One log of several segments, flushed and in a checkpoint. */
    private static void longLog(CrashLife life) throws IOException {
        life.start();
        life.create(0);
        life.append(0, 1, 6, 500);
        life.appendOf(77, 0, 0, 1, 100, 100, 100);
        life.append(0, 2, 4, 500);
        life.appendOf(77, 3, 0, 2, 100);
        life.flush(0);
        life.checkpoint();
        life.append(0, 3, 3, 500);
        life.appendOf(78, 0, 0, 3, 100, 100);
        life.flush(0);
    }

    @Test
    void firstStart() throws IOException {
        enumerate("first-start", life -> {}, CrashLife::start);
    }

    @Test
    void create() throws IOException {
        enumerate("create", CrashLife::start, life -> {
            life.create(0);
            life.create(1);
            life.append(1, 1, 1, 100);
            life.flush(1);
            life.checkpoint();
        });
    }

    @Test
    void append() throws IOException {
        enumerate("append", CrashPointsTest::oneLog, life -> {
            life.append(0, 1, 2, 200);
            life.flush(0);
            life.appendOf(7, 0, 0, 2, 50, 60, 70);
            life.append(0, 2, 1, 700);
            life.appendOf(7, 3, 0, 2, 50);
            life.flush(0);
            life.append(0, 3, 1, 10);
        });
    }

    @Test
    void roll() throws IOException {
        enumerate("roll", CrashPointsTest::oneLog, life -> {
            life.append(0, 1, 8, 600);
            life.flush(0);
            life.append(0, 2, 5, 600);
            life.append(0, 3, 1, 100);
            life.flush(0);
        });
    }

    @Test
    void snapshotAndCheckpoint() throws IOException {
        enumerate("checkpoint", CrashPointsTest::longLog, life -> {
            life.appendOf(77, 4, 0, 3, 100, 100);
            life.append(0, 3, 5, 500);
            life.checkpoint();
            life.append(0, 4, 2, 300);
            life.flush(0);
            life.checkpointAndFlushIndex();
            life.appendOf(78, 2, 0, 4, 100);
            life.flush(0);
            life.checkpointAndFlushIndex();
        });
    }

    /** Two producers whose transactions overlap, across segments; some are committed, some aborted, one is open. */
    private static void transactions(CrashLife life) throws IOException {
        life.start();
        life.create(0);
        life.appendWithin(77, 0, 0, 1, 300);
        life.appendWithin(78, 0, 0, 1, 300);
        life.append(0, 1, 3, 600);
        life.end(77, false, 0, 1);
        life.appendWithin(77, 1, 0, 1, 100);
        life.append(0, 1, 3, 600);
        life.flush(0);
        life.tellHighWatermark(0, 5);
        life.checkpoint();
        life.end(78, false, 0, 1);
        life.append(0, 1, 1, 600);
        life.flush(0);
    }

    @Test
    void transactions() throws IOException {
        enumerate("transactions", CrashPointsTest::transactions, life -> {
            life.end(77, true, 0, 2);
            life.appendWithin(78, 1, 0, 2, 500);
            life.appendWithin(77, 2, 0, 2, 500);
            life.end(78, false, 0, 2);
            life.append(0, 2, 3, 600);
            life.flush(0);
            life.tellHighWatermark(0, 12);
            life.checkpointAndFlushIndex();
            life.end(77, false, 0, 2);
            life.append(0, 2, 1, 100);
            life.flush(0);
            life.checkpoint();
        });
    }

    @Test
    void transactionsThatAreCut() throws IOException {
        enumerate("transactions-cut", CrashPointsTest::transactions, life -> {
            long end = life.log(0).logEndOffset();
            life.end(77, false, 0, 1);
            life.append(0, 1, 2, 600);
            life.flush(0);
            life.checkpoint();
            life.truncate(0, end);
            life.end(77, true, 0, 2);
            life.append(0, 2, 1, 100);
            life.flush(0);
            life.truncate(0, 7);
            life.end(77, false, 0, 3);
            life.flush(0);
            life.checkpoint();
        });
    }

    @Test
    void transactionsWhoseBeginningIsDeleted() throws IOException {
        enumerate("transactions-deleted", CrashPointsTest::transactions, life -> {
            life.deleteRecords(0, 4);
            life.end(77, false, 0, 1);
            life.flush(0);
            life.checkpoint();
            life.deleteRecords(0, life.log(0).logEndOffset() - 1);
            life.flush(0);
        });
    }

    @Test
    void segmentsComeAsFiles() throws IOException {
        enumerate("ship", CrashPointsTest::oneLog, life -> {
            life.ship(0, 1, 3, 500);
            life.flush(0);
            life.ship(0, 2, 4, 300);
            life.ship(0, 2, 1, 900);
            life.checkpoint();
            life.append(0, 3, 2, 200);
            life.flush(0);
        });
    }

    @Test
    void segmentsComeAsFilesIntoAnEmptyLog() throws IOException {
        enumerate(
                "ship-new",
                life -> {
                    life.start();
                    life.create(0);
                },
                life -> {
                    life.ship(0, 1, 3, 500);
                    life.ship(0, 1, 3, 500);
                    life.flush(0);
                    life.truncate(0, 4);
                    life.ship(0, 2, 2, 500);
                    life.flush(0);
                });
    }

    @Test
    void truncateWithinTheActiveSegment() throws IOException {
        enumerate("truncate-active", CrashPointsTest::longLog, life -> {
            life.truncate(0, life.log(0).logEndOffset() - 1);
            life.append(0, 5, 2, 300);
            life.flush(0);
        });
    }

    @Test
    void truncateAcrossSegmentsAndCheckpoints() throws IOException {
        enumerate("truncate-deep", CrashPointsTest::longLog, life -> {
            life.truncate(0, 9);
            life.appendOf(77, 3, 0, 5, 100, 100);
            life.append(0, 5, 6, 500);
            life.flush(0);
            life.checkpoint();
            life.truncate(0, 4);
            life.append(0, 6, 1, 100);
        });
    }

    @Test
    void truncateWhatWasNotFlushed() throws IOException {
        enumerate("truncate-unflushed", CrashPointsTest::oneLog, life -> {
            life.append(0, 1, 6, 600);
            life.truncate(0, 5);
            life.append(0, 2, 6, 600);
            life.flush(0);
        });
    }

    @Test
    void truncateToNothing() throws IOException {
        enumerate("truncate-to-start", CrashPointsTest::longLog, life -> {
            life.truncate(0, 0);
            life.append(0, 9, 3, 200);
            life.flush(0);
        });
    }

    @Test
    void truncateUnderAReader() throws IOException {
        enumerate("truncate-pinned", CrashPointsTest::longLog, life -> {
            LogSlice pinned = life.log(0).read(life.log(0).logEndOffset() - 1, 1 << 20, Long.MAX_VALUE, true);
            try {
                life.truncate(0, life.log(0).logEndOffset() - 2);
                life.append(0, 5, 4, 600);
                life.flush(0);
            } finally {
                pinned.release();
            }
        });
    }

    @Test
    void truncateFullyForwards() throws IOException {
        enumerate("truncate-forwards", CrashPointsTest::longLog, life -> {
            life.truncateFully(0, 100);
            life.append(0, 5, 2, 300);
            life.flush(0);
        });
    }

    @Test
    void truncateFullyBeforeTheStartIsDurable() throws IOException {
        enumerate("truncate-start", CrashPointsTest::longLog, life -> {
            life.deleteRecordsAndTruncateFully(0, 2, 100);
            life.append(0, 5, 2, 300);
            life.flush(0);
        });
    }

    @Test
    void truncateFullyBackwardsOntoANameThatIsInUse() throws IOException {
        enumerate(
                "truncate-backwards",
                life -> {
                    longLog(life);
                    life.tellHighWatermark(0, 12);
                    life.retain(0, 3000);
                },
                life -> {
                    life.truncateFully(0, 0);
                    life.append(0, 5, 2, 300);
                    life.flush(0);
                    life.truncateFully(0, 0);
                    life.append(0, 6, 1, 300);
                    life.flush(0);
                });
    }

    @Test
    void retention() throws IOException {
        enumerate("retention", CrashPointsTest::longLog, life -> {
            life.tellHighWatermark(0, life.log(0).logEndOffset());
            life.retain(0, 4000);
            life.append(0, 3, 4, 600);
            life.flush(0);
            life.tellHighWatermark(0, life.log(0).logEndOffset());
            life.retain(0, 1000);
            life.checkpoint();
        });
    }

    @Test
    void deleteRecords() throws IOException {
        enumerate("delete-records", CrashPointsTest::longLog, life -> {
            life.append(0, 3, 1, 300);
            life.deleteRecords(0, 7);
            life.append(0, 3, 2, 600);
            life.flush(0);
            life.deleteRecords(0, life.log(0).logEndOffset() - 1);
            life.append(0, 4, 1, 100);
            life.deleteRecords(0, life.log(0).logEndOffset());
            life.append(0, 4, 1, 100);
            life.flush(0);
        });
    }

    @Test
    void delete() throws IOException {
        enumerate(
                "delete",
                life -> {
                    longLog(life);
                    life.create(1);
                    life.append(1, 1, 2, 100);
                    life.flush(1);
                },
                life -> {
                    life.delete(0);
                    life.append(1, 1, 1, 100);
                    life.flush(1);
                    life.create(0);
                    life.append(0, 1, 2, 100);
                    life.flush(0);
                    life.delete(1);
                });
    }

    @Test
    void cleanCloseAndTheNextRun() throws IOException {
        enumerate("clean-close", CrashPointsTest::longLog, life -> {
            life.append(0, 4, 2, 300);
            life.closeCleanly(7);
            life.open();
            life.run(8);
            life.append(0, 5, 1, 100);
            life.flush(0);
        });
    }

    @Test
    void recoveryOfWhatWasNotFlushed() throws IOException {
        enumerate(
                "recovery",
                life -> {
                    longLog(life);
                    life.append(0, 4, 9, 500);
                    life.truncate(0, life.log(0).logEndOffset() - 2);
                    life.append(0, 5, 3, 500);
                    life.directory.kill();
                    life.disk.restore(Survivors.random(12));
                    life.index.crash(Loss.AHEAD, 0);
                },
                CrashLife::start);
    }
}
