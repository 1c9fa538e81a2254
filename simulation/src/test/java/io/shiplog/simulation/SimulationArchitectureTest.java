// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/** What the simulator may use, so that a run can be repeated and proves something about the real classes. */
class SimulationArchitectureTest {
    private static final JavaClasses SIMULATION = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.shiplog.simulation");

    @Test
    void onlyTheGlueOfTheServerIsUsed() {
        assertThat(SIMULATION).isNotEmpty();
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.shiplog.server",
                        "io.shiplog.server.net..",
                        "io.shiplog.server.node..",
                        "io.shiplog.server.protocol..",
                        "io.shiplog.server.config..",
                        "io.shiplog.tools..",
                        "io.shiplog.bench..",
                        "io.netty..",
                        "org.rocksdb..",
                        "org.apache.ratis..")
                .because("docs/decisions/0075")
                .check(SIMULATION);
    }

    @Test
    void theEngineKnowsNothingOfWhatIsSimulated() {
        noClasses()
                .that()
                .resideInAPackage("io.shiplog.simulation.engine..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.shiplog.simulation.disk..",
                        "io.shiplog.simulation.network..",
                        "io.shiplog.simulation.quorum..",
                        "io.shiplog.simulation.node..",
                        "io.shiplog.simulation.client..",
                        "io.shiplog.simulation.world..",
                        "io.shiplog.server..")
                .check(SIMULATION);
    }

    @Test
    void nothingButTheSeedDecides() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "io.shiplog.simulation.engine..",
                        "io.shiplog.simulation.disk..",
                        "io.shiplog.simulation.network..",
                        "io.shiplog.simulation.quorum..",
                        "io.shiplog.simulation.node..",
                        "io.shiplog.simulation.client..",
                        "io.shiplog.simulation.fault..",
                        "io.shiplog.simulation.world..")
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "identityHashCode", Object.class)
                .orShould()
                .callMethod(org.apache.kafka.common.Uuid.class, "randomUuid")
                .orShould()
                .dependOnClassesThat()
                .belongToAnyOf(Random.class, ThreadLocalRandom.class, Thread.class)
                .check(SIMULATION);
    }
}
