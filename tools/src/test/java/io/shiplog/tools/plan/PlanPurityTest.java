// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.plan;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The planner knows collections and nothing else: the architecture test of the server does not see this module. */
class PlanPurityTest {
    private static final ArchRule ONLY_COLLECTIONS = classes()
            .should()
            .onlyDependOnClassesThat(resideInAPackage("java.lang..")
                    .or(resideInAPackage("java.util"))
                    .or(resideInAPackage("java.util.function"))
                    .or(resideInAPackage("java.util.stream"))
                    .or(resideInAPackage("io.shiplog.tools.plan")));

    private static final ArchRule NO_CHANCE_NOR_CLOCK = noClasses()
            .should()
            .dependOnClassesThat()
            .haveNameMatching(
                    "java\\.util\\.(Random|Timer|UUID|IdentityHashMap|WeakHashMap|Date)|java\\.lang\\.(System|Thread|Runtime)")
            .orShould()
            .callMethod(Set.class, "of", Object[].class);

    @Test
    void thePlannerKnowsNeitherFilesNorClocksNorChance() {
        JavaClasses planner = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.shiplog.tools.plan");
        ONLY_COLLECTIONS.check(planner);
        NO_CHANCE_NOR_CLOCK.check(planner);
    }

    @Test
    void theRulesBite() {
        JavaClasses bad = new ClassFileImporter().importClasses(Bad.class);
        assertThatThrownBy(() -> ONLY_COLLECTIONS.check(bad)).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> NO_CHANCE_NOR_CLOCK.check(bad)).isInstanceOf(AssertionError.class);
    }

    static final class Bad {
        private final java.io.File file = new java.io.File("x");

        String draw() {
            return file + "" + new Random(1).nextInt();
        }
    }
}
