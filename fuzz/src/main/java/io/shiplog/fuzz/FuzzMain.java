// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.fuzz;

import io.shiplog.fuzz.targets.Targets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Hostile bytes for everything that reads bytes; started by {@code bin/fuzz}. Exit 0: nothing was found; 1: something was; 2: usage. */
@Command(
        name = "fuzz",
        mixinStandardHelpOptions = true,
        description = "Gives hostile bytes to whatever reads bytes.",
        subcommands = {FuzzMain.Replay.class})
public final class FuzzMain implements Callable<Integer> {
    @Parameters(arity = "0..1", description = "A target, or all.")
    private String what = "all";

    @Option(names = "--executions", description = "Inputs by chance for each target.")
    private long executions = 1_000_000;

    @Option(names = "--seed", description = "Of the inputs.")
    private long seed = 1;

    @Option(names = "--corpus", defaultValue = "fuzz/corpus", description = "Folder of what is kept.")
    private Path corpus;

    @Option(names = "--findings", defaultValue = "var/fuzz", description = "Folder for what is found.")
    private Path findings;

    private FuzzMain() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new FuzzMain())
                .setParameterExceptionHandler((e, unused) -> {
                    System.err.println("fuzz: " + e.getMessage());
                    return CommandLine.ExitCode.USAGE;
                })
                .execute(args));
    }

    @Override
    public Integer call() throws IOException {
        List<Target> targets;
        try {
            targets = what.equals("all") ? Targets.all() : List.of(Targets.named(what));
        } catch (IllegalArgumentException e) {
            System.err.println("fuzz: " + e.getMessage());
            return CommandLine.ExitCode.USAGE;
        }
        int found = 0;
        for (Target target : targets) {
            Fuzzer fuzzer = new Fuzzer(target, Corpus.of(corpus, target), findings, System.out);
            System.out.println(fuzzer.run(executions, seed));
            found += fuzzer.found().size();
        }
        System.out.println(executions * targets.size() + " executions, seed " + seed + ": "
                + (found == 0 ? "nothing found" : found + " kinds of findings, in " + findings));
        return found == 0 ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    /** One input again. */
    @Command(name = "replay", description = "One input again, with all that is known of what it finds.")
    static final class Replay implements Callable<Integer> {
        @Parameters(description = "The input.")
        private Path file;

        @Option(names = "--target", required = true, description = "What it is for.")
        private String target;

        @Override
        public Integer call() throws IOException {
            try {
                Fuzzer.executeInTime(Targets.named(target), Files.readAllBytes(file));
            } catch (IllegalArgumentException e) {
                System.err.println("fuzz: " + e.getMessage());
                return CommandLine.ExitCode.USAGE;
            } catch (Finding finding) {
                finding.printStackTrace(System.out);
                return CommandLine.ExitCode.SOFTWARE;
            }
            System.out.println("nothing found");
            return CommandLine.ExitCode.OK;
        }
    }
}
