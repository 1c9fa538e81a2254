// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.simulation.engine.Dice;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A file knows what of it is not as it was written, whatever is done to it. */
class RotTest {
    private final FileNode file = new FileNode();

    /** Ten bytes, synced; a bit of the one at 3 rots. */
    @BeforeEach
    void rot() {
        file.write(bytes("0123456789"), 0);
        file.sync();
        file.flip(3, 0x40);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String seen(FileNode file) {
        return new String(file.data(), 0, file.size(), StandardCharsets.UTF_8);
    }

    private static String written(FileNode file) {
        return new String(file.rot().undo(file.data(), file.size()), StandardCharsets.UTF_8);
    }

    @Test
    void whatWasWrittenIsKnownThoughAReaderSeesSomethingElse() {
        assertThat(seen(file)).isEqualTo("012s456789");
        assertThat(written(file)).isEqualTo("0123456789");
        assertThat(file.rot().isWithin(3, 4)).isTrue();
        assertThat(file.rot().isWithin(0, 3)).isFalse();
        assertThat(file.rot().isWithin(4, 10)).isFalse();
    }

    @Test
    void aBitThatTurnsRoundTwiceIsSound() {
        file.flip(3, 0x40);
        assertThat(file.rot().isEmpty()).isTrue();
        assertThat(seen(file)).isEqualTo("0123456789");
    }

    @Test
    void whatIsWrittenAnewIsSound() {
        file.write(bytes("xyz"), 2);
        assertThat(file.rot().isEmpty()).isTrue();
        assertThat(written(file)).isEqualTo("01xyz56789");
    }

    @Test
    void whatIsReadAndWrittenBackStaysRotten() {
        file.write(Arrays.copyOfRange(file.data(), 2, 6), 2);
        assertThat(written(file)).isEqualTo("0123456789");
        file.sync();
        assertThat(written(file.durableCopy())).isEqualTo("0123456789");
    }

    @Test
    void whatIsCutIsForgotten() {
        file.truncate(3);
        file.write(bytes("3456"), 3);
        assertThat(file.rot().isEmpty()).isTrue();
        assertThat(written(file)).isEqualTo("0123456");
    }

    @Test
    void aPowerLossBringsBackWhatRottedOnTheDisk() {
        file.truncate(0);
        file.write(bytes("abcdefghij"), 0);
        for (int seed = 0; seed < 100; seed++) {
            FileNode after = file.survivor(new Dice(seed), 0.5);
            assertThat(after.rot().isEmpty())
                    .as("seed %d, %s", seed, seen(after))
                    .isEqualTo(!seen(after).contains("s"));
        }
    }

    @Test
    void whatWasNotSyncedWhenItRottedIsSoundOnTheDisk() {
        file.write(bytes("abc"), 10);
        file.flip(11, 1);
        file.sync();
        assertThat(written(file)).isEqualTo("0123456789abc");
        assertThat(seen(file.durableCopy())).isEqualTo("012s456789abc");
        assertThat(written(file.durableCopy())).isEqualTo("0123456789abc");
    }
}
