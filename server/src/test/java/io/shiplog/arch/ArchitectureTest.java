// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.arch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import io.shiplog.replication.core.archfixture.ImpureCores;
import io.shiplog.storage.archfixture.WrongNeighbours;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules hold for the production classes, and each of them bites on a class that breaks just it. */
class ArchitectureTest {
    private static final JavaClasses PRODUCTION = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.shiplog");

    static Stream<Arguments> rulesWithTheirViolation() {
        return Stream.of(
                rule("storage imports none of ours", ModuleRules.STORAGE_IMPORTS_NONE_OF_OURS, WrongNeighbours.class),
                rule(
                        "metadata-quorum imports none of ours",
                        ModuleRules.METADATA_IMPORTS_NONE_OF_OURS,
                        io.shiplog.metadata.archfixture.WrongNeighbours.class),
                rule(
                        "replication imports only storage",
                        ModuleRules.REPLICATION_IMPORTS_ONLY_STORAGE,
                        io.shiplog.replication.archfixture.WrongNeighbours.class),
                rule(
                        "server imports no tool",
                        ModuleRules.SERVER_IMPORTS_NO_TOOL,
                        io.shiplog.server.archfixture.WrongNeighbours.class),
                rule("Netty", ModuleRules.NETTY_IN_ONE_PACKAGE_PER_MODULE, WrongNeighbours.NettyInStorage.class),
                rule("Ratis", ModuleRules.RATIS_IN_ONE_PACKAGE, WrongNeighbours.RatisInStorage.class),
                rule("RocksDB", ModuleRules.ROCKSDB_IN_ONE_PACKAGE, WrongNeighbours.RocksOutsideIndex.class),
                rule(
                        "the group coordinator",
                        ModuleRules.COORDINATOR_IN_ONE_PACKAGE,
                        io.shiplog.server.archfixture.WrongNeighbours.CoordinatorOutsideGroup.class),
                rule(
                        "logback",
                        ModuleRules.LOGBACK_IN_ONE_PACKAGE,
                        io.shiplog.server.archfixture.WrongNeighbours.LogbackOutsideLogging.class),
                rule("exit", ModuleRules.ONLY_MAIN_CLASSES_EXIT, WrongNeighbours.Exits.class),
                rule("sleep", ModuleRules.NOBODY_SLEEPS, WrongNeighbours.Sleeps.class),
                rule("print", ModuleRules.ONLY_COMMANDS_PRINT, WrongNeighbours.Prints.class),
                rule("file", PurityRules.NO_IMPURE_TYPE, ImpureCores.ReadsFile.class),
                rule("channel", PurityRules.NO_IMPURE_TYPE, ImpureCores.OpensChannel.class),
                rule("thread", PurityRules.NO_IMPURE_TYPE, ImpureCores.StartsThread.class),
                rule("lock", PurityRules.NO_IMPURE_TYPE, ImpureCores.TakesLock.class),
                rule("log", PurityRules.NO_IMPURE_TYPE, ImpureCores.Logs.class),
                rule("random", PurityRules.NO_IMPURE_TYPE, ImpureCores.IsRandom.class),
                rule("netty in a core", PurityRules.NO_IMPURE_TYPE, ImpureCores.KnowsNetty.class),
                rule("clock", PurityRules.NO_IMPURE_CALL, ImpureCores.ReadsClock.class),
                rule("instant", PurityRules.NO_IMPURE_CALL, ImpureCores.ReadsInstant.class),
                rule("clock by reference", PurityRules.NO_IMPURE_CALL, ImpureCores.NamesClock.class),
                rule("random uuid", PurityRules.NO_IMPURE_CALL, ImpureCores.DrawsUuid.class),
                rule("set of two", PurityRules.NO_SALTED_COLLECTION, ImpureCores.SaltedSet.class),
                rule("set of many", PurityRules.NO_SALTED_COLLECTION, ImpureCores.SaltedVarargs.class),
                rule("map of two", PurityRules.NO_SALTED_COLLECTION, ImpureCores.SaltedMap.class),
                rule("copied map", PurityRules.NO_SALTED_COLLECTION, ImpureCores.SaltedCopy.class),
                rule("synchronized", PurityRules.NO_SHARED_STATE, ImpureCores.Synchronizes.class),
                rule("volatile", PurityRules.NO_SHARED_STATE, ImpureCores.HasVolatile.class),
                rule("static state", PurityRules.NO_SHARED_STATE, ImpureCores.HasStaticState.class),
                rule("impure neighbour", PurityRules.ONLY_PURE_NEIGHBOURS, ImpureCores.CallsImpureNeighbour.class));
    }

    static Stream<ArchRule> rules() {
        return rulesWithTheirViolation()
                .map(row -> (ArchRule) ((Named<?>) row.get()[0]).getPayload())
                .distinct();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rules")
    void ruleHolds(ArchRule rule) {
        assertThat(PRODUCTION).isNotEmpty();
        rule.allowEmptyShould(true).check(PRODUCTION);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rulesWithTheirViolation")
    void ruleBites(ArchRule rule, Class<?> violation) {
        JavaClasses bad = new ClassFileImporter().importClasses(violation);
        assertThatThrownBy(() -> rule.check(bad))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(violation.getSimpleName());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rulesWithTheirViolation")
    void ruleSparesWhatIsAllowed(ArchRule rule, Class<?> violation) {
        rule.allowEmptyShould(true).check(new ClassFileImporter().importClasses(ImpureCores.Innocent.class));
    }

    private static Arguments rule(String name, ArchRule rule, Class<?> violation) {
        return Arguments.of(Named.of(name, rule), violation);
    }
}
