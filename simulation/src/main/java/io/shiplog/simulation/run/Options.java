// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.run;

import io.shiplog.simulation.fault.Profile;
import java.nio.file.Path;

/**
 * What the command line says.
 *
 * @param command run, replay or shrink
 * @param file of a replay what is replayed, null for a seed; of shrinking where the run goes, null for standard output
 * @param from first seed; of a replay and of shrinking the only one
 * @param seeds how many
 * @param until events after which a replay is broken off
 * @param commit of the sources, for failure lines
 */
record Options(
        String command,
        Path file,
        Profile profile,
        long from,
        int seeds,
        int threads,
        long until,
        boolean trace,
        String commit) {
    private static final int DEFAULT_SEEDS = 1_000;

    static Options parse(String[] arguments) {
        if (arguments.length == 0) {
            throw new IllegalArgumentException("a command is missing: run, replay, shrink, exhaustive or mutants");
        }
        Path file = null;
        Profile profile = Profile.DEFAULT;
        long from = 1;
        int seeds = DEFAULT_SEEDS;
        int threads = Runtime.getRuntime().availableProcessors();
        long until = Long.MAX_VALUE;
        boolean trace = false;
        int at = 1;
        if (arguments[0].equals("replay") || arguments[0].equals("shrink")) {
            if (arguments.length < 2) {
                throw new IllegalArgumentException(arguments[0] + " which seed?");
            }
            String what = arguments[at++];
            if (arguments[0].equals("replay") && what.endsWith(".txt")) {
                file = Path.of(what);
            } else {
                from = number(what);
            }
        }
        while (at < arguments.length) {
            String option = arguments[at++];
            if (option.equals("--trace")) {
                trace = true;
                continue;
            }
            if (at == arguments.length) {
                throw new IllegalArgumentException(option + " needs a value");
            }
            String value = arguments[at++];
            switch (option) {
                case "--profile" -> profile = Profile.named(value);
                case "--from" -> from = number(value);
                case "--seeds" -> seeds = (int) number(value);
                case "--threads" -> threads = (int) number(value);
                case "--to" -> file = Path.of(value);
                case "--until" -> until = number(value);
                default -> throw new IllegalArgumentException("unknown option " + option);
            }
        }
        return new Options(
                arguments[0],
                file,
                profile,
                from,
                seeds,
                Math.max(1, threads),
                until,
                trace,
                System.getProperty("shiplog.commit", "unknown"));
    }

    private static long number(String text) {
        try {
            return text.startsWith("0x") ? Long.parseUnsignedLong(text.substring(2), 16) : Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(text + " is no number", e);
        }
    }
}
