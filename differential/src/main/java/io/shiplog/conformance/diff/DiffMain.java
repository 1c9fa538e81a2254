// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.diff;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** The command line of {@code bin/conformance diff}, when both clusters run. */
public final class DiffMain {
    private static final int ARGUMENTS = 4;
    private static final int SLOW_S = 5;

    private DiffMain() {}

    /**
     * Takes both clusters through all steps, prints what differs, and ends the process.
     *
     * @param args Kafka's addresses, Shiplog's addresses, the file of known differences, and a regular expression: which steps count, by API and
     *             name. All steps are taken in any case, since later ones need earlier ones
     */
    public static void main(String[] args) throws IOException {
        if (args.length != ARGUMENTS) {
            System.err.println("arguments: KAFKA-ADDRESSES SHIPLOG-ADDRESSES FILE-OF-KNOWN-DIFFERENCES PATTERN");
            System.exit(2);
        }
        KnownDifferences known = KnownDifferences.read(Path.of(args[2]));
        Pattern only = Pattern.compile(args[3]);
        Run run;
        try (var kafka = new Cluster("Kafka", args[0]);
                var shiplog = new Cluster("Shiplog", args[1])) {
            run = new Run(kafka, shiplog);
            run.negotiate();
            for (Step step : Steps.all()) {
                take(run, step);
            }
        }
        System.exit(report(run, known, only, System.out));
    }

    private static void take(Run run, Step step) throws IOException {
        try {
            long beginNs = System.nanoTime();
            run.take(step);
            long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - beginNs);
            if (seconds >= SLOW_S) {
                System.out.println("slow     " + step.api().name + ", " + step.name() + ": " + seconds + " s");
            }
        } catch (IOException | RuntimeException e) {
            throw new IOException(step.api().name + ", " + step.name() + ": " + e.getMessage(), e);
        }
    }

    /** Prints what is not known, and what is known and no longer so. Returns the exit status. */
    static int report(Run run, KnownDifferences known, Pattern only, PrintStream out) {
        List<Finding> unknown = new ArrayList<>();
        int counted = 0;
        for (Finding finding : run.findings()) {
            if (only.matcher(finding.api().name + " " + finding.step()).find()) {
                counted++;
                if (!known.covers(finding)) {
                    unknown.add(finding);
                }
            }
        }
        unknown.forEach(finding -> out.println("DIFFERS  " + finding));
        boolean all = only.pattern().equals(".");
        List<String> gone = all ? known.unseen() : List.of();
        gone.forEach(line -> out.println("GONE     " + line.replace('\t', '|')));
        out.printf(
                "%d answers compared; %d differences, %d of them not known; %d of %d known ones did not occur%n",
                run.compared(), counted, unknown.size(), gone.size(), known.size());
        return unknown.isEmpty() && gone.isEmpty() ? 0 : 1;
    }
}
