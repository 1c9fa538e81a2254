// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * Random lives of a log under several settings agree with a simple model of a log. How many lives: {@code jqwik.tries.default}
 * ({@code bin/fuzz storage}). A failure names the seed, and the shortest life that was found to fail.
 */
class LogModelTest {
    private static final int MAX_STEPS = 60;
    private static final int MAX_NUMBER = 1_000_000;

    @Property
    void logsOfAnySettingAgreeWithTheModel(@ForAll("lives") List<ModelStep> life) throws IOException {
        for (ModelRun.Setting setting : ModelRun.SETTINGS) live(setting, life);
    }

    @Property(tries = 5)
    void logsOverRocksDbAgreeWithTheModel(@ForAll("lives") List<ModelStep> life) throws IOException {
        live(ModelRun.ROCKS, life);
    }

    static void live(ModelRun.Setting setting, List<ModelStep> life) throws IOException {
        Path root = Files.createTempDirectory("shiplog-model");
        int at = 0;
        try (ModelRun run = new ModelRun(setting, root)) {
            for (; at < life.size(); at++) run.step(life.get(at));
            run.compareAll("at the end");
        } catch (AssertionError | RuntimeException e) {
            String where = at < life.size() ? "step " + at + " (" + life.get(at) + ")" : "the end";
            throw new AssertionError(setting + ", " + where + ": " + e.getMessage(), e);
        } finally {
            TestFiles.deleteTree(root);
        }
    }

    @Provide
    Arbitrary<List<ModelStep>> lives() {
        List<Tuple.Tuple2<Integer, ModelStep.Kind>> kinds = new ArrayList<>();
        for (ModelStep.Kind kind : ModelStep.Kind.values()) kinds.add(Tuple.of(kind.weight, kind));
        Arbitrary<Integer> number =
                Arbitraries.integers().between(0, MAX_NUMBER).withoutEdgeCases();
        return Combinators.combine(Arbitraries.frequency(kinds), number, number)
                .as(ModelStep::new)
                .list()
                .ofMaxSize(MAX_STEPS);
    }
}
