// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.damage;

import io.shiplog.tools.powercut.Fault;
import io.shiplog.tools.powercut.Scripts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Damages files; started by {@code bin/damage}, which cleans up behind it. Exit 0: every promise was kept; 1: not; 2: usage. */
@Command(name = "damage", mixinStandardHelpOptions = true, description = "Damages files of a local cluster.")
public final class DamageMain implements Callable<Integer> {
    @Option(names = "--cycles", required = true, description = "Damages.")
    private int cycles;

    @Option(names = "--seed", required = true, description = "Of the choices: what, where, how.")
    private long seed;

    @Option(names = "--work", required = true, description = "An empty directory.")
    private Path work;

    @Option(names = "--bin", required = true, description = "The directory of the scripts.")
    private Path bin;

    @Option(names = "--only", description = "Just this kind of file: ${COMPLETION-CANDIDATES}.")
    private Target only;

    private DamageMain() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new DamageMain())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args));
    }

    @Override
    public Integer call() throws InterruptedException {
        int kept = 0;
        String result = "ok";
        try (DamageRun run = new DamageRun(new Scripts(bin), work.toAbsolutePath(), seed, only)) {
            run.open();
            for (int number = 1; number <= cycles; number++) {
                long startNs = System.nanoTime();
                String what = run.cycle(number);
                kept++;
                say(number + "/" + cycles, startNs, what);
            }
            long startNs = System.nanoTime();
            say("control", startNs, run.control());
        } catch (Fault e) {
            result = "FAIL: " + e.getMessage();
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            result = "FAIL: " + e;
            e.printStackTrace(System.out);
        }
        System.out.printf(
                Locale.ROOT, "%ndamages %d, repaired or refused as they should be %d: %s%n", cycles, kept, result);
        return result.equals("ok") ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private static void say(String which, long startNs, String what) throws IOException {
        double seconds = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs) / 1000.0;
        System.out.printf(Locale.ROOT, "damage %s (%.1f s): %s%n", which, seconds, what);
        System.out.flush();
    }
}
