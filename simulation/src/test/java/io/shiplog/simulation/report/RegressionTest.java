// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.simulation.fault.Profile;
import io.shiplog.simulation.fault.Setup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegressionTest {
    private static final String ABOUT = "a sentence that is long enough to need a second line of its own "
            .repeat(5)
            .trim();

    private static Regression regression(long seed) {
        Setup setup = Profile.DEFAULT.setup(seed);
        return new Regression(ABOUT, "S5", "0123abc", "default", setup, Profile.DEFAULT.schedule(setup));
    }

    @Test
    void comesBackFromItsText() {
        for (long seed = 1; seed < 20; seed++) {
            assertThat(Regression.parse(regression(seed).toText())).isEqualTo(regression(seed));
        }
    }

    @Test
    void isReadableInAnEditor() {
        assertThat(regression(1).toText().split("\n", -1)).allMatch(line -> line.length() <= 140);
    }

    @Test
    void aMissingValueIsNamed() {
        String text = regression(1).toText().replaceFirst("segmentBytes .*\n", "");
        assertThatThrownBy(() -> Regression.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("segmentBytes");
    }

    @Test
    void aLineThatIsNeitherIsRefused() {
        assertThatThrownBy(() -> Regression.parse(regression(1).toText() + "fault 3 NOTHING_KNOWN a b 1 2\n"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Regression.parse(regression(1).toText() + "word\n"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("word");
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> Regression.read(Path.of("not-there.txt")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there is no file not-there.txt");
    }

    @Test
    void whatCannotBeReadIsNotCalledMissing(@TempDir Path directory) {
        assertThatThrownBy(() -> Regression.read(directory))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(directory + " cannot be read: ");
    }

    @Test
    void aFileThatIsNoRegressionIsNamed(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("notes.txt"), "word");
        assertThatThrownBy(() -> Regression.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(file + " is no regression: ");
    }
}
