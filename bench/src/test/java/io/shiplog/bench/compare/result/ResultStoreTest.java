// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.bench.compare.Fixtures;
import io.shiplog.bench.compare.cluster.Contestant;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultStoreTest {
    private static final Figure THROUGHPUT = new Figure("1,000/s, unread", Measure.THROUGHPUT);

    @TempDir
    Path temp;

    private Path file;
    private ResultStore store;

    @BeforeEach
    void open() {
        file = temp.resolve("results.jsonl");
        store = new ResultStore(file);
    }

    private static Result measured(int repetition) {
        return Fixtures.result(
                "produce",
                Contestant.SHIPLOG,
                repetition,
                Map.of(THROUGHPUT, List.of(1.5, 300.0)),
                Map.of("a limit", 2.25));
    }

    @Test
    void whatWasAppendedIsReadAsItWas() throws IOException {
        store.append(measured(1));
        store.append(measured(2));
        assertThat(new ResultStore(file).all()).containsExactly(measured(1), measured(2));
    }

    @Test
    void thereIsNothingBeforeTheFirstResult() throws IOException {
        assertThat(store.all()).isEmpty();
    }

    @Test
    void aLastLineThatWasCutShortIsAsIfItHadNeverBeen() throws IOException {
        store.append(measured(1));
        String line = Files.readString(file, StandardCharsets.UTF_8);
        Files.writeString(
                file, line.substring(0, line.length() / 2), StandardCharsets.UTF_8, StandardOpenOption.APPEND);
        assertThat(store.all()).containsExactly(measured(1));
        store.append(measured(3));
        assertThat(store.all()).containsExactly(measured(1), measured(3));
    }

    @Test
    void aFileThatHoldsOnlyHalfALineBeginsAnew() throws IOException {
        Files.writeString(file, "{\"row\":\"prod", StandardCharsets.UTF_8);
        assertThat(store.all()).isEmpty();
        store.append(measured(1));
        assertThat(store.all()).containsExactly(measured(1));
    }

    @Test
    void aWholeLineThatIsNoResultIsNamed() throws IOException {
        store.append(measured(1));
        Files.writeString(file, "{\"row\":\"produce\"}\n", StandardCharsets.UTF_8, StandardOpenOption.APPEND);
        assertThatThrownBy(store::all).isInstanceOf(IOException.class).hasMessageContaining("line 2");
    }

    @Test
    void aUnitIsThereOnlyForItsCommitAndOnlyWhenItHasFigures() throws IOException {
        store.append(Fixtures.failed("produce", Contestant.SHIPLOG, 1, "no end after 600 s"));
        assertThat(store.has(measured(1).unit(), Fixtures.COMMIT)).isFalse();
        store.append(measured(1));
        assertThat(store.has(measured(1).unit(), Fixtures.COMMIT)).isTrue();
        assertThat(store.has(measured(1).unit(), "another")).isFalse();
        assertThat(store.has(measured(2).unit(), Fixtures.COMMIT)).isFalse();
    }
}
