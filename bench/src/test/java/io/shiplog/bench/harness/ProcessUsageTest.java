// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessUsageTest {
    @Test
    void processorTimeIsThatOfUserAndSystemBehindANameOfAnyKind() {
        String stat = "4711 (a) strange (name) S 1 4711 4711 0 -1 4194304 100 0 0 0 150 50 7 9 20 0 31 0 88 1 1";
        assertThat(ProcessUsage.cpuSecondsIn(stat)).isEqualTo(2.0);
    }

    @Test
    void aDeadProcessIsGoneOnlyWhenItsThreadsAre() {
        String stat = "4711 (java) Z 1 4711 4711 0 -1 4194304 100 0 0 0 150 50 7 9 20 0 %d 0 88 1 1";
        assertThat(ProcessUsage.isGone(String.format(stat, 1))).isTrue();
        assertThat(ProcessUsage.isGone(String.format(stat, 3))).isFalse();
        assertThat(ProcessUsage.isGone(String.format(stat, 1).replace(" Z ", " S ")))
                .isFalse();
        assertThat(ProcessUsage.isGone(ProcessHandle.current().pid())).isFalse();
    }

    @Test
    void memoryIsFoundByItsKey() {
        String status = "Name:\tjava\nVmPeak:\t 999 kB\nVmRSS:\t  204800 kB\nRssAnon:\t 1 kB\n";
        assertThat(ProcessUsage.kib(status, "VmRSS:")).isEqualTo(204_800);
        assertThatThrownBy(() -> ProcessUsage.kib(status, "Pss:")).hasMessageContaining("Pss:");
    }

    @Test
    void thisProcessHasUsedSomething() throws IOException {
        long pid = ProcessHandle.current().pid();
        assertThat(ProcessUsage.cpuSeconds(List.of(pid))).isPositive();
        assertThat(ProcessUsage.residentMib(pid)).isGreaterThan(10);
        assertThat(ProcessUsage.proportionalMib(pid)).isBetween(1.0, ProcessUsage.residentMib(pid) + 64);
    }
}
