// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code bin/hostile} in small. */
class HostileIT {
    @Test
    void hostileClientsHarmNobody() throws Exception {
        Script.Outcome run = Script.execute(
                "hostile",
                List.of("--connections", "500", "--fetches", "50", "--hold-ms", "300", "--rate", "200", "--seed", "1"));
        assertThat(run.exit()).as(run.output()).isZero();
        assertThat(run.output())
                .contains("500 connections")
                .contains("50 fetches of up to 2 GiB")
                .contains("4,000 equal keys")
                .contains("records acknowledged and there");
    }
}
