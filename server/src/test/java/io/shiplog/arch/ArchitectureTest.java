// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.arch;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.shiplog");

    @Test
    void storageAndMetadataImportNoneOfOurs() {
        assertThat(CLASSES).isNotEmpty();
        noClasses()
                .that()
                .resideInAPackage("io.shiplog.storage..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.shiplog.metadata..", "io.shiplog.replication..", "io.shiplog.server..")
                .check(CLASSES);
    }
}
