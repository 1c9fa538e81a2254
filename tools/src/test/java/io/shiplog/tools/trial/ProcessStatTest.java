// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.trial;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class ProcessStatTest {
    private static ProcessStat dying(char state, int threads) {
        return ProcessStat.parse("4711 (java) " + state + " 1 4711 4711 0 -1 4228108 80 0 0 0 12 3 0 0 20 0 " + threads
                + " 0 4072 0 0 18446744073709551615 0 0\n");
    }

    @Test
    void aProcessWhoseFirstThreadIsDeadHoldsItsPortsUntilTheOthersAre() {
        assertThat(dying('R', 72).hasLetGo()).isFalse();
        assertThat(dying('Z', 66).hasLetGo()).isFalse();
        assertThat(dying('Z', 1).hasLetGo()).isTrue();
        assertThat(dying('X', 1).hasLetGo()).isTrue();
    }

    @Test
    void aNameMayHoldBracketsAndBlanks() {
        ProcessStat stat = ProcessStat.parse("1 (a) Z (b) S 1 2 3 0 -1 4 5 6 7 8 9 10 11 12 20 0 33 0 4072 0 0");
        assertThat(stat).isEqualTo(new ProcessStat("a) Z (b", 'S', 33));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void thisProcessRuns() throws IOException {
        ProcessStat stat = ProcessStat.parse(Files.readString(Path.of("/proc/self/stat")));
        assertThat(stat.threads()).isGreaterThan(1);
        assertThat(stat.hasLetGo()).isFalse();
    }
}
