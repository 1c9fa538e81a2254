// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.fuzz.bytes.Dice;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FuzzerTest {
    private static final byte BAD = 0x7e;

    @TempDir
    Path findings;

    private final ByteArrayOutputStream told = new ByteArrayOutputStream();

    @Test
    void whatIsFoundIsKeptOnceAsSmallAsItCanBe() throws Exception {
        Fuzzer fuzzer = fuzzer(new Recorder(), List.of());

        fuzzer.run(2_000, 1);

        assertThat(fuzzer.found()).hasSize(1);
        Path file = fuzzer.found().values().iterator().next();
        assertThat(Files.readAllBytes(file)).containsExactly(BAD);
        assertThat(told.toString(StandardCharsets.UTF_8)).contains("bin/fuzz replay " + file + " --target recorder");
    }

    @Test
    void theSameSeedGivesTheSameInputs() throws Exception {
        Recorder first = new Recorder();
        Recorder second = new Recorder();
        Recorder other = new Recorder();

        fuzzer(first, List.of()).run(20, 7);
        fuzzer(second, List.of()).run(20, 7);
        fuzzer(other, List.of()).run(20, 8);

        assertThat(first.seen).containsExactlyElementsOf(second.seen);
        assertThat(first.seen).isNotEqualTo(other.seen);
    }

    @Test
    void theCorpusComesFirst() throws Exception {
        Recorder recorder = new Recorder();

        fuzzer(recorder, List.of(new Corpus.Seed(Path.of("kept"), new byte[] {1, 2, 3})))
                .run(0, 1);

        assertThat(recorder.seen).containsExactly("[1, 2, 3]");
    }

    @Test
    void moreMemoryThanTheInputMayCostIsAFinding() throws Exception {
        byte[][] kept = new byte[1][];
        Meter.bounded("little", 100, 0, () -> kept[0] = new byte[60 * 1024]);

        assertThatThrownBy(() -> Meter.bounded("much", 100, 0, () -> kept[0] = new byte[70 * 1024]))
                .isInstanceOf(Finding.class)
                .hasMessageContaining("much takes")
                .hasMessageContaining("allowed are 67136");
    }

    @Test
    void whatTakesMemoryOnlyTheFirstTimeIsNone() throws Exception {
        byte[][] kept = new byte[1][];

        Meter.bounded("a cache", 100, 0, () -> kept[0] = kept[0] == null ? new byte[1 << 20] : kept[0]);

        assertThat(kept[0]).hasSize(1 << 20);
    }

    private Fuzzer fuzzer(Target target, List<Corpus.Seed> seeds) throws IOException {
        return new Fuzzer(target, seeds, findings, new PrintStream(told, true, StandardCharsets.UTF_8));
    }

    /** Does not like one byte. */
    private static final class Recorder implements Target {
        final List<String> seen = new ArrayList<>();

        @Override
        public String name() {
            return "recorder";
        }

        @Override
        public byte[] generate(Dice dice) {
            return dice.bytes(dice.below(20));
        }

        @Override
        public void execute(byte[] input) throws Finding {
            seen.add(java.util.Arrays.toString(input));
            for (byte each : input) {
                if (each == BAD) {
                    throw new Finding("the bad byte", "there is a bad byte");
                }
            }
        }
    }
}
