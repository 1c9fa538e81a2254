// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.storage;

import io.shiplog.bench.harness.Figures;
import io.shiplog.bench.harness.Machine;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * {@code bin/bench storage-scale}: one process fills a data directory and ends as abruptly as by kill -9; others open it again, which is
 * measured. Each step is a process of its own.
 */
public final class StorageScaleMain {
    private static final int BAD_USAGE = 2;
    private static final int FAILED = 1;
    private static final long GIB = 1L << 30;
    private static final double MOST_GIB = 1 << 20;
    private static final double MOST_OPENS = 1_000;
    private static final long WATCH_MS = 5_000;
    /** Fewer are a trial whether the benchmark works. */
    private static final int TRIAL_PARTITIONS = 100;

    private static final long TRIAL_WATCH_MS = 200;

    private static final String USAGE = """
            usage: bin/bench storage-scale [--partitions N] [--gib G] [--opens N] [--heap SIZE] [--dir PATH] [--keep 1]
            """;

    /**
     * What to measure with.
     *
     * @param partitions in one data directory
     * @param bytes of data in all of them together; 0: one small batch in each
     * @param opens how often the directory is opened after a kill, and once more after a clean stop
     * @param heap of the process that opens it, as -Xmx takes it
     * @param directory where; removed afterwards unless kept
     */
    record Options(int partitions, long bytes, int opens, String heap, Path directory, boolean keep) {}

    private StorageScaleMain() {}

    /** Takes the options of the usage line. */
    public static void main(String[] arguments) throws IOException {
        Options options;
        try {
            options = parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.err.print(USAGE);
            System.exit(BAD_USAGE);
            return;
        }
        int status = FAILED;
        try {
            System.out.println(Machine.describe());
            System.out.println("load average before: " + Machine.loadAverage() + "; " + options);
            Figures figures = measure(options);
            System.out.println();
            figures.print(System.out);
            status = 0;
        } catch (Exception e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                System.err.println(cause == e ? "not measured: " + cause.getMessage() : "because of " + cause);
            }
        } finally {
            if (!options.keep()) {
                delete(options.directory());
            }
        }
        System.exit(status);
    }

    /**
     * Takes the options, and makes the directory.
     *
     * @throws IllegalArgumentException saying in one line which of them cannot be used, and why
     */
    static Options parse(String[] arguments) {
        Options o = new Options(100_000, 0, 3, "1g", null, false);
        for (int i = 0; i < arguments.length; i += 2) {
            if (i + 1 == arguments.length) {
                throw new IllegalArgumentException(arguments[i] + " needs a value, or is unknown");
            }
            String value = arguments[i + 1];
            o = switch (arguments[i]) {
                case "--partitions" ->
                    new Options(
                            (int) number(arguments[i], value, 1, Integer.MAX_VALUE),
                            o.bytes,
                            o.opens,
                            o.heap,
                            o.directory,
                            o.keep);
                case "--gib" ->
                    new Options(
                            o.partitions,
                            (long) (number(arguments[i], value, 0, MOST_GIB) * GIB),
                            o.opens,
                            o.heap,
                            o.directory,
                            o.keep);
                case "--opens" ->
                    new Options(
                            o.partitions,
                            o.bytes,
                            (int) number(arguments[i], value, 1, MOST_OPENS),
                            o.heap,
                            o.directory,
                            o.keep);
                case "--heap" -> new Options(o.partitions, o.bytes, o.opens, value, o.directory, o.keep);
                case "--dir" -> new Options(o.partitions, o.bytes, o.opens, o.heap, Path.of(value), o.keep);
                case "--keep" -> new Options(o.partitions, o.bytes, o.opens, o.heap, o.directory, value.equals("1"));
                default -> throw new IllegalArgumentException("unknown option " + arguments[i]);
            };
        }
        return new Options(o.partitions, o.bytes, o.opens, o.heap, created(o.directory), o.keep);
    }

    private static double number(String option, String value, double least, double most) {
        double found;
        try {
            found = Double.parseDouble(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(option + " takes a number, not " + value, e);
        }
        if (!(found >= least && found <= most)) {
            throw new IllegalArgumentException(option + " takes a number from " + (long) least + " to " + (long) most);
        }
        return found;
    }

    /** A directory of our own, since it is deleted afterwards. */
    private static Path created(Path wanted) {
        try {
            return wanted == null ? Files.createTempDirectory("shiplog-storage-scale") : Files.createDirectory(wanted);
        } catch (FileAlreadyExistsException e) {
            throw new IllegalArgumentException("--dir " + wanted + " exists already", e);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException("--dir " + wanted + ": the directory above it does not exist", e);
        } catch (IOException e) {
            throw new IllegalArgumentException("--dir " + wanted + " cannot be made: " + e, e);
        }
    }

    static Figures measure(Options options) throws Exception {
        Figures figures = new Figures();
        String data = options.directory().resolve("data").toString();
        run(figures, "2g", StorageFillerMain.class, data, options.partitions(), options.bytes());
        long watchMs = options.partitions() < TRIAL_PARTITIONS ? TRIAL_WATCH_MS : WATCH_MS;
        for (int i = 0; i < options.opens(); i++) {
            boolean last = i + 1 == options.opens();
            run(figures, options.heap(), StorageOpenerMain.class, data, "killed", last ? "close" : "halt", watchMs);
        }
        run(figures, options.heap(), StorageOpenerMain.class, data, "stopped", "halt", watchMs);
        return figures;
    }

    /** Runs a step; its lines {@code figure|unit|target|value} are the samples, the others are for the reader. */
    private static void run(Figures figures, String heap, Class<?> main, Object... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-DSHIPLOG_LOG_LEVEL=INFO",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> lines;
        try (Stream<String> output = process.inputReader(StandardCharsets.UTF_8).lines()) {
            lines = output.peek(line -> show(line, System.out)).toList();
        }
        int status = process.waitFor();
        if (status != 0) {
            throw new IllegalStateException(main.getSimpleName() + " ended with status " + status);
        }
        for (String line : lines) {
            String[] parts = line.split("\\|", -1);
            if (parts.length == 4) {
                figures.add(parts[0], parts[1], parts[2], Double.parseDouble(parts[3]));
            }
        }
    }

    private static void show(String line, PrintStream out) {
        if (line.split("\\|", -1).length != 4) {
            out.println(line);
        }
    }

    private static void delete(Path directory) throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.walk(directory)) {
            all = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : all) {
            Files.deleteIfExists(file);
        }
    }
}
