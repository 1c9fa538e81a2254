// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.jobs;

import java.util.List;

/** Something cannot be done; nothing has been. A line each says what is wrong and what would be right. Carries no stack trace. */
final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    Refused(List<String> problems) {
        super(String.join("; ", problems), null, false, false);
        this.problems = List.copyOf(problems);
    }

    Refused(String problem) {
        this(List.of(problem));
    }

    List<String> problems() {
        return problems;
    }
}
