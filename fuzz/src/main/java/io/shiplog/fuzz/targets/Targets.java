// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.fuzz.targets;

import io.shiplog.fuzz.Target;
import java.util.List;
import java.util.function.Supplier;

/** All targets. */
public final class Targets {
    private static final List<Supplier<Target>> ALL = List.of(
            FramesTarget::new,
            HeadersTarget::new,
            RequestsTarget::new,
            ResponsesTarget::new,
            GroupsTarget::new,
            BatchesTarget::new,
            RecordsTarget::new);

    private Targets() {}

    public static List<Target> all() {
        return ALL.stream().map(Supplier::get).toList();
    }

    /**
     * The target of that name.
     *
     * @throws IllegalArgumentException when there is none
     */
    public static Target named(String name) {
        for (Target target : all()) {
            if (target.name().equals(name)) {
                return target;
            }
        }
        throw new IllegalArgumentException("no target " + name + "; there are: all, "
                + String.join(", ", all().stream().map(Target::name).toList()));
    }
}
