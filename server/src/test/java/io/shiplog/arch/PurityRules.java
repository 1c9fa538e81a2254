// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.arch;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What makes a core replayable: the same events and times in give the same effects out, in a test, in the simulator and in
 * a node. Nothing in a pure package may reach a clock, a thread, a file, a socket, a random source, or a collection
 * whose order of iteration differs from one JVM to the next.
 */
final class PurityRules {
    /** The packages of the pure cores and of their ports. */
    static final String[] PURE = {
        "io.shiplog..core..",
        "io.shiplog..port..",
        "io.shiplog..controller..",
        "io.shiplog..image..",
        "io.shiplog..formation..",
    };

    /** Ours that a pure core may name beside itself: plain values and ports. */
    private static final String[] VALUES_AND_PORTS = {
        "io.shiplog..model..", "io.shiplog..record..", "io.shiplog..batch..", "io.shiplog..proto..",
    };

    private static final Set<String> ALLOWED_CONCURRENT = Set.of("java.util.concurrent.TimeUnit");

    static final ArchRule NO_IMPURE_TYPE =
            noClasses().that().resideInAnyPackage(PURE).should().dependOnClassesThat(impureType());

    static final ArchRule NO_IMPURE_CALL =
            classes().that().resideInAnyPackage(PURE).should(notAccess("an impure method", PurityRules::isImpureCall));

    static final ArchRule NO_SALTED_COLLECTION = classes()
            .that()
            .resideInAnyPackage(PURE)
            .should(notAccess("a collection of salted order", PurityRules::isSaltedFactory))
            .because("Set.of, Map.of and their copies iterate in an order that is salted per JVM: "
                    + "take LinkedHashMap, TreeMap, a list or an array");

    static final ArchRule NO_SHARED_STATE =
            classes().that().resideInAnyPackage(PURE).should(haveNoSharedState());

    static final ArchRule ONLY_PURE_NEIGHBOURS = noClasses()
            .that()
            .resideInAnyPackage(PURE)
            .should()
            .dependOnClassesThat(resideInAnyPackage("io.shiplog..")
                    .and(resideInAnyPackage(PURE).negate())
                    .and(resideInAnyPackage(VALUES_AND_PORTS).negate())
                    .and(simpleName("InvariantViolation").negate()));

    private PurityRules() {}

    private static DescribedPredicate<JavaClass> impureType() {
        DescribedPredicate<JavaClass> library = resideInAnyPackage(
                "java.io..",
                "java.nio.file..",
                "java.nio.channels..",
                "java.net..",
                "java.util.logging..",
                "java.util.random..",
                "javax.net..",
                "org.slf4j..",
                "io.netty..",
                "org.apache.ratis..",
                "org.rocksdb..",
                "org.apache.kafka.clients..",
                "org.apache.kafka.common.network..");
        return DescribedPredicate.describe(
                "do I/O, keep time or threads, or are random", c -> library.test(c) || isImpureName(c.getName()));
    }

    private static boolean isImpureName(String name) {
        return switch (name) {
            case "java.lang.Thread",
                    "java.lang.ThreadLocal",
                    "java.lang.Runtime",
                    "java.lang.Process",
                    "java.lang.ProcessBuilder",
                    "java.time.Clock",
                    "java.util.Random",
                    "java.util.SplittableRandom",
                    "java.security.SecureRandom",
                    "java.util.Timer",
                    "java.util.WeakHashMap",
                    "java.util.IdentityHashMap",
                    "org.apache.kafka.common.utils.Time",
                    "org.apache.kafka.common.utils.Timer",
                    "org.apache.kafka.common.record.internal.FileRecords" -> true;
            default -> name.startsWith("java.util.concurrent.") && !ALLOWED_CONCURRENT.contains(name);
        };
    }

    private static boolean isImpureCall(JavaAccess<?> access) {
        String owner = access.getTargetOwner().getName();
        String name = access.getTarget().getName();
        return switch (owner) {
            case "java.lang.System" -> !name.equals("arraycopy") && !name.equals("lineSeparator");
            case "java.lang.Math", "java.lang.StrictMath" -> name.equals("random");
            case "java.util.UUID" -> name.equals("randomUUID");
            case "org.apache.kafka.common.Uuid" -> name.equals("randomUuid");
            case "java.util.Collections" -> name.equals("shuffle");
            case "java.lang.Object" -> name.equals("wait") || name.equals("notify") || name.equals("notifyAll");
            default -> owner.startsWith("java.time.") && name.equals("now");
        };
    }

    /** {@code of()} and {@code of(e)}, {@code of(k, v)} hold at most one element and so have but one order. */
    private static boolean isSaltedFactory(JavaAccess<?> access) {
        String owner = access.getTargetOwner().getName();
        String name = access.getTarget().getName();
        return switch (owner) {
            case "java.util.Set" -> name.equals("copyOf") || (name.equals("of") && holdsSeveral(access, 1));
            case "java.util.Map" ->
                name.equals("copyOf") || name.equals("ofEntries") || (name.equals("of") && holdsSeveral(access, 2));
            case "java.util.stream.Collectors" -> name.equals("toUnmodifiableSet") || name.equals("toUnmodifiableMap");
            default -> false;
        };
    }

    private static boolean holdsSeveral(JavaAccess<?> access, int parametersOfOne) {
        var target = (CodeUnitAccessTarget) access.getTarget();
        var parameters = target.getRawParameterTypes();
        return parameters.size() > parametersOfOne || parameters.stream().anyMatch(JavaClass::isArray);
    }

    private static ArchCondition<JavaClass> notAccess(String what, Predicate<JavaAccess<?>> forbidden) {
        return new ArchCondition<>("not use " + what) {
            @Override
            public void check(JavaClass javaClass, ConditionEvents events) {
                for (JavaAccess<?> access : javaClass.getAccessesFromSelf()) {
                    if (forbidden.test(access)) {
                        events.add(SimpleConditionEvent.violated(javaClass, access.getDescription()));
                    }
                }
            }
        };
    }

    private static ArchCondition<JavaClass> haveNoSharedState() {
        return new ArchCondition<>("have no lock, no volatile field and no mutable static field") {
            @Override
            public void check(JavaClass javaClass, ConditionEvents events) {
                javaClass.getFields().stream()
                        .filter(f -> f.getModifiers().contains(JavaModifier.VOLATILE)
                                || (f.getModifiers().contains(JavaModifier.STATIC)
                                        && !f.getModifiers().contains(JavaModifier.FINAL)))
                        .forEach(f -> events.add(SimpleConditionEvent.violated(javaClass, f.getDescription())));
                javaClass.getCodeUnits().stream()
                        .filter(m -> m.getModifiers().contains(JavaModifier.SYNCHRONIZED))
                        .forEach(m -> events.add(SimpleConditionEvent.violated(javaClass, m.getDescription())));
            }
        };
    }
}
