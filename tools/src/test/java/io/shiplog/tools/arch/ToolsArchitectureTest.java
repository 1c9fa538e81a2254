// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.arch;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import io.shiplog.tools.explain.ImpureRules;
import io.shiplog.tools.plan.ImpurePlan;
import io.shiplog.tools.see.ImpureCommand;
import io.shiplog.tools.text.Units;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the server's architecture test keeps for the other modules, for this one: it does not see these classes. */
class ToolsArchitectureTest {
    private static final JavaClasses TOOLS = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.shiplog.tools");

    private static final ArchRule NO_SERVER = noClasses()
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                    "io.shiplog.server..",
                    "io.shiplog.replication..",
                    "io.shiplog.simulation..",
                    "io.shiplog.bench..",
                    "io.shiplog.fuzz.."))
            .because("a tool is a client: what it needs of a node it asks for");

    private static final ArchRule OTHERS_KEEP_THEIR_LIBRARIES = noClasses()
            .that(not(resideInAPackage("io.shiplog.tools.powercut.raft..")))
            .should()
            .dependOnClassesThat(
                    resideInAnyPackage("io.netty..", "org.rocksdb..", "org.apache.ratis..", "ch.qos.logback.."));

    private static final ArchRule ONLY_MAIN_CLASSES_EXIT =
            noClasses().that(not(simpleNameEndingWith("Main"))).should().callMethod(System.class, "exit", int.class);

    /** Commands print to what they were given, so that a test can read it. */
    private static final ArchRule COMMANDS_PRINT_TO_THEIR_WRITERS = noClasses()
            .that(resideInAnyPackage(
                    "io.shiplog.tools.see..",
                    "io.shiplog.tools.operate..",
                    "io.shiplog.tools.jobs..",
                    "io.shiplog.tools.explain",
                    "io.shiplog.tools.connect..",
                    "io.shiplog.tools.text.."))
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err");

    private static final ArchRule PLANNER_KNOWS_COLLECTIONS_ONLY = classes()
            .that(resideInAPackage("io.shiplog.tools.plan"))
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                            "java.lang..",
                            "java.util",
                            "java.util.function",
                            "java.util.stream",
                            "io.shiplog.tools.plan")
                    .or(type(Units.class)));

    private static final ArchRule PLANNER_KNOWS_NEITHER_CHANCE_NOR_CLOCK = noClasses()
            .that(resideInAPackage("io.shiplog.tools.plan"))
            .should()
            .dependOnClassesThat()
            .haveNameMatching(
                    "java\\.util\\.(Random|Timer|UUID|IdentityHashMap|WeakHashMap|Date)|java\\.lang\\.(System|Thread|Runtime)")
            .orShould()
            .callMethod(Set.class, "of", Object[].class);

    /** What explain judges by: facts in, findings out. */
    private static final ArchRule RULES_ARE_PURE = noClasses()
            .that(resideInAPackage("io.shiplog.tools.explain")
                    .and(simpleNameEndingWith("Rules")
                            .or(simpleNameEndingWith("Diagnosis"))
                            .or(simpleNameEndingWith("Standing"))
                            .or(simpleNameEndingWith("Merged"))
                            .or(simpleNameEndingWith("Impact"))
                            .or(simpleNameEndingWith("Timeline"))))
            .should()
            .dependOnClassesThat(resideInAnyPackage("java.io..", "java.nio..", "java.net..", "java.util.concurrent.."))
            .orShould()
            .dependOnClassesThat()
            .haveNameMatching("java\\.lang\\.(System|Thread|Runtime)|java\\.util\\.Random");

    @Test
    void theModuleKeepsToItsArrowsAndLibraries() {
        assertThat(TOOLS).isNotEmpty();
        NO_SERVER.check(TOOLS);
        OTHERS_KEEP_THEIR_LIBRARIES.check(TOOLS);
        ONLY_MAIN_CLASSES_EXIT.check(TOOLS);
        COMMANDS_PRINT_TO_THEIR_WRITERS.check(TOOLS);
    }

    @Test
    void thePlannerKnowsNeitherFilesNorClocksNorChance() {
        PLANNER_KNOWS_COLLECTIONS_ONLY.check(TOOLS);
        PLANNER_KNOWS_NEITHER_CHANCE_NOR_CLOCK.check(TOOLS);
    }

    @Test
    void theRulesOfExplainArePure() {
        RULES_ARE_PURE.check(TOOLS);
    }

    static Stream<Arguments> rulesWithTheirViolation() {
        return Stream.of(
                Arguments.of("server", NO_SERVER, ImpureCommand.class),
                Arguments.of("libraries", OTHERS_KEEP_THEIR_LIBRARIES, ImpureCommand.class),
                Arguments.of("exit", ONLY_MAIN_CLASSES_EXIT, ImpureCommand.class),
                Arguments.of("print", COMMANDS_PRINT_TO_THEIR_WRITERS, ImpureCommand.class),
                Arguments.of("collections", PLANNER_KNOWS_COLLECTIONS_ONLY, ImpurePlan.class),
                Arguments.of("chance", PLANNER_KNOWS_NEITHER_CHANCE_NOR_CLOCK, ImpurePlan.class),
                Arguments.of("rules", RULES_ARE_PURE, ImpureRules.class));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rulesWithTheirViolation")
    void theRuleBites(String name, ArchRule rule, Class<?> violation) {
        JavaClasses bad = new ClassFileImporter().importClasses(violation);
        assertThatThrownBy(() -> rule.check(bad)).as(name).isInstanceOf(AssertionError.class);
    }
}
