// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Every benchmark runs, tiny and in this process, so that none rots between the days on which somebody measures. */
class BenchmarksRunTest {
    @Test
    void everyBenchmarkRuns() throws RunnerException {
        System.setProperty("jmh.ignoreLock", "true");
        Options tiny = new OptionsBuilder()
                .include("io\\.shiplog\\.bench\\..*")
                .forks(0)
                .warmupIterations(0)
                .measurementIterations(1)
                .measurementTime(TimeValue.milliseconds(20))
                .param("partitions", "1", "10")
                .param("entries", "64")
                .param("replicas", "3")
                .param("consumers", "2")
                .param("changed", "1")
                .param("producers", "100")
                .param("batch", "1x100")
                .param("codec", "none", "lz4")
                .param("dirty", "2")
                .param("windowMib", "1")
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .build();
        Collection<RunResult> results = new Runner(tiny).run();
        assertThat(classes(results))
                .containsExactly(
                        "AppendBenchmark",
                        "ColdReadBenchmark",
                        "CommitBenchmark",
                        "CommitLoopbackBenchmark",
                        "FetchCodecBenchmark",
                        "FetchPlanningBenchmark",
                        "FlushBenchmark",
                        "FollowerApplyBenchmark",
                        "GroupCommitBenchmark",
                        "HighWatermarkBenchmark",
                        "LookupBenchmark",
                        "MetadataBenchmark",
                        "ProduceRequestBenchmark",
                        "ProducerStateBenchmark",
                        "SendBenchmark",
                        "TailPlanningBenchmark",
                        "ValidationBenchmark",
                        "WakeBenchmark");
        assertThat(results).allMatch(result -> result.getPrimaryResult().getScore() > 0);
    }

    private static Set<String> classes(Collection<RunResult> results) {
        Set<String> names = new TreeSet<>();
        for (RunResult result : results) {
            String benchmark = result.getParams().getBenchmark();
            String type = benchmark.substring(0, benchmark.lastIndexOf('.'));
            names.add(type.substring(type.lastIndexOf('.') + 1));
        }
        return names;
    }
}
