// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.arch;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;

/** Who may import whom: the arrows between the modules, and the one package that each big library has in a module. */
final class ModuleRules {
    private static final String METADATA = "io.shiplog.metadata..";
    private static final String STORAGE = "io.shiplog.storage..";
    private static final String REPLICATION = "io.shiplog.replication..";
    private static final String SERVER = "io.shiplog.server..";
    private static final String TOOLS = "io.shiplog.tools..";
    private static final String BENCH = "io.shiplog.bench..";

    static final ArchRule STORAGE_IMPORTS_NONE_OF_OURS = arrow(STORAGE, METADATA, REPLICATION, SERVER, TOOLS, BENCH);
    static final ArchRule METADATA_IMPORTS_NONE_OF_OURS = arrow(METADATA, STORAGE, REPLICATION, SERVER, TOOLS, BENCH);
    static final ArchRule REPLICATION_IMPORTS_ONLY_STORAGE = arrow(REPLICATION, METADATA, SERVER, TOOLS, BENCH);
    static final ArchRule SERVER_IMPORTS_NO_TOOL = arrow(SERVER, TOOLS, BENCH);

    static final ArchRule NETTY_IN_ONE_PACKAGE_PER_MODULE =
            onlyIn("io.netty..", "io.shiplog.metadata.endpoint..", "io.shiplog.server.net..");
    static final ArchRule RATIS_IN_ONE_PACKAGE =
            onlyIn("org.apache.ratis..", "io.shiplog.metadata.ratis..", "io.shiplog.tools.powercut.raft..");
    static final ArchRule ROCKSDB_IN_ONE_PACKAGE = onlyIn("org.rocksdb..", "io.shiplog.storage.index..");

    /** Everybody else logs through slf4j. */
    static final ArchRule LOGBACK_IN_ONE_PACKAGE = noClasses()
            .that()
            .resideOutsideOfPackage("io.shiplog.server.logging..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("ch.qos.logback..");

    /** Kafka's broker side; what clients have too is everybody's. */
    static final ArchRule COORDINATOR_IN_ONE_PACKAGE = noClasses()
            .that()
            .resideOutsideOfPackage("io.shiplog.server.group..")
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                            "org.apache.kafka.coordinator..",
                            "org.apache.kafka.image..",
                            "org.apache.kafka.metadata..",
                            "org.apache.kafka.server..",
                            "org.apache.kafka.storage..",
                            "org.apache.kafka.timeline..",
                            "com.yammer.metrics..")
                    .and(not(resideInAnyPackage(
                            "org.apache.kafka.server.authorizer..", "org.apache.kafka.server.quota.."))))
            .because("these classes promise nothing from one version to the next: one package knows them");

    /** The main classes, and what those of the server share. */
    private static final DescribedPredicate<JavaClass> STARTS_A_PROCESS =
            simpleNameEndingWith("Main").or(name("io.shiplog.server.Launch"));

    static final ArchRule ONLY_MAIN_CLASSES_EXIT = noClasses()
            .that(STARTS_A_PROCESS.negate())
            .should()
            .callMethod(System.class, "exit", int.class)
            .because("a library that exits cannot be embedded or tested; the fatal handler halts instead");

    static final ArchRule NOBODY_SLEEPS = noClasses()
            .should()
            .callMethod(Thread.class, "sleep", long.class)
            .orShould()
            .callMethod(Thread.class, "sleep", long.class, int.class)
            .because("a sleep waits for luck: wait for a condition with a deadline");

    static final ArchRule ONLY_COMMANDS_PRINT = noClasses()
            .that(resideInAnyPackage(TOOLS, BENCH).or(STARTS_A_PROCESS).negate())
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .orShould()
            .callMethod(Throwable.class, "printStackTrace")
            .because("a node speaks through its log");

    private ModuleRules() {}

    private static ArchRule arrow(String from, String... forbidden) {
        return noClasses()
                .that()
                .resideInAPackage(from)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(forbidden)
                .because("design: server -> replication, storage, metadata-quorum; replication -> storage; "
                        + "tools -> storage, metadata-quorum");
    }

    private static ArchRule onlyIn(String library, String... homes) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(homes)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .because("one package per module knows the library; its neighbours see our own types");
    }
}
