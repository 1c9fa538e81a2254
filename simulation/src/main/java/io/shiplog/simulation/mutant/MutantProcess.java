// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.mutant;

import io.shiplog.simulation.mutant.MutantTrial.Found;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/**
 * One mutant in a Java of its own, both ends of it: classes of many mutants fill the code cache, and one that exhausts memory must not end the
 * others. The child says on its standard output, a line each, how far it is and what each start found; other lines are of no meaning.
 */
final class MutantProcess {
    /** The option of the child, behind all others. */
    static final String OPTION = "--child";

    static final int STARTS = 3;
    private static final String PROGRESS = "@progress";
    private static final String FOUND = "@found";
    private static final int FOUND_FIELDS = 7;
    private static final String NOTHING = "-";

    private MutantProcess() {}

    // ---- the child

    /** Tries all starts one after the other, in this process. */
    static void runAll(Mutant mutant, MutantCompiler compiler, String profile, int maxSeeds, PrintStream out)
            throws IOException, ReflectiveOperationException {
        MutantClassLoader loader =
                new MutantClassLoader(compiler.compile(mutant), MutantProcess.class.getClassLoader());
        @SuppressWarnings("unchecked")
        LongFunction<String> changed = (LongFunction<String>) loader.loadClass(SeedTrial.class.getName())
                .getDeclaredConstructor(String.class)
                .newInstance(profile);
        MutantTrial trial = new MutantTrial(changed, new SeedTrial(profile), mutant.trips(), maxSeeds);
        for (int i = 0; i < STARTS; i++) {
            int start = i;
            Found found = trial.run(start, seeds -> {
                out.println(PROGRESS + " " + (start + 1) + " " + seeds);
                out.flush();
            });
            out.println(toLine(found));
            out.flush();
        }
    }

    static String toLine(Found found) {
        String what = found.what().lines().findFirst().orElse("");
        return String.join(
                " ",
                FOUND,
                Long.toString(found.seed()),
                Integer.toString(found.seeds()),
                Integer.toString(found.known()),
                found.unexpected().isEmpty() ? NOTHING : found.unexpected(),
                found.invariant().isEmpty() ? NOTHING : found.invariant(),
                what.isEmpty() ? NOTHING : what);
    }

    // ---- the parent

    /**
     * Runs a child, with the options and the class path of this process.
     *
     * @param progress told in words how far it is
     * @return what the starts found; fewer than {@link #STARTS} when the child did not come to its end
     */
    static List<Found> run(
            Path root, Mutant mutant, Class<?> main, String profile, int maxSeeds, Consumer<String> progress)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName(), "mutants"));
        command.addAll(List.of("--only", mutant.number(), "--profile", profile));
        command.addAll(List.of("--seeds", Integer.toString(maxSeeds), OPTION, "yes"));
        Process child = new ProcessBuilder(command)
                .directory(new File(root.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<Found> found = new ArrayList<>();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(FOUND + " ")) {
                    found.add(parse(line));
                } else if (line.startsWith(PROGRESS + " ")) {
                    String[] words = line.split(" ", -1);
                    progress.accept("start " + words[1] + " of " + STARTS + ", " + words[2] + " seeds");
                }
            }
            child.waitFor();
        } finally {
            child.destroy();
        }
        return found;
    }

    static Found parse(String line) {
        String[] fields = line.split(" ", FOUND_FIELDS);
        return new Found(
                Long.parseLong(fields[1]),
                Integer.parseInt(fields[2]),
                Integer.parseInt(fields[3]),
                orNothing(fields[4]),
                orNothing(fields[5]),
                orNothing(fields[6]));
    }

    private static String orNothing(String field) {
        return field.equals(NOTHING) ? "" : field;
    }
}
