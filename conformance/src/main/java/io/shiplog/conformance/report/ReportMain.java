// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.report;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Prints the table of a run; exit status 1 when Shiplog fails what passes on Kafka, or when nothing ran. */
public final class ReportMain {
    private ReportMain() {}

    /** Arguments: the file of results, and the file that the table is written to, which starts with what is said of the run. */
    public static void main(String[] arguments) throws IOException {
        List<Comparison> comparisons = Comparison.of(Result.of(Files.readAllLines(Path.of(arguments[0]))));
        Table table = new Table(comparisons);
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        out.println();
        table.differences().forEach(out::println);
        out.println();
        out.print(table.summary());
        Files.writeString(Path.of(arguments[1]), arguments[2] + "\n\n" + table.summary() + table.details());
        boolean fault = comparisons.isEmpty()
                || comparisons.stream().anyMatch(each -> each.outcome() == Comparison.Outcome.FAULT);
        System.exit(fault ? 1 : 0);
    }
}
