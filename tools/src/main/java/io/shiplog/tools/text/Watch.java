// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.text;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Option;

/**
 * The option of commands whose answer is worth looking at again: {@code --watch} shows it every two seconds until Ctrl-C, which ends with exit
 * 0. A terminal is drawn anew; elsewhere a line with the time comes before each answer (not before JSON: programs take the objects as they come).
 */
public final class Watch {
    /** Set by {@code bin/shiplog} when its output goes to a terminal. */
    private static final String TERMINAL = "shiplog.terminal";

    private static final double LEAST_SECONDS = 0.1;
    private static final String HOME = "\033[H";
    private static final String CLEAR_LINE = "\033[K";
    private static final String CLEAR_BELOW = "\033[J";

    @Option(
            names = "--watch",
            arity = "0..1",
            fallbackValue = "2",
            paramLabel = "SECONDS",
            description = "Show it again every SECONDS (2) until Ctrl-C.")
    private Double seconds;

    /** What one look prints. */
    @FunctionalInterface
    public interface Look {
        /** Prints, and says how the command would end if this were the only look. */
        int print(PrintWriter out) throws Exception;
    }

    /** What is said of a look that failed: the next one may not. */
    @FunctionalInterface
    public interface Sentence {
        String of(Exception failure);
    }

    /** Whether the answer is wanted again and again. */
    public boolean on() {
        return seconds != null;
    }

    /**
     * Looks once, or until the process is told to end. While watching, a failed look is one line and the next one follows.
     *
     * @return how the only look ended
     */
    public int run(PrintWriter out, boolean json, Sentence sentence, Look look) throws Exception {
        return run(out, json, sentence, look, () -> {
            TimeUnit.MILLISECONDS.sleep(Math.round(seconds * 1_000));
            return true;
        });
    }

    /** Waits until it is time to look again; false ends the watching. */
    @FunctionalInterface
    interface Pause {
        boolean next() throws InterruptedException;
    }

    int run(PrintWriter out, boolean json, Sentence sentence, Look look, Pause pause) throws Exception {
        if (on() && !(seconds >= LEAST_SECONDS)) {
            throw new IllegalArgumentException("--watch " + seconds + ": " + LEAST_SECONDS + " seconds at least");
        }
        if (!on()) {
            int exit = look.print(out);
            out.flush();
            return exit;
        }
        Thread end = new Thread(Watch::endWell, "end-of-watch");
        Runtime.getRuntime().addShutdownHook(end);
        try {
            again(out, json, sentence, look, pause);
        } finally {
            Runtime.getRuntime().removeShutdownHook(end);
        }
        return 0;
    }

    private static void again(PrintWriter out, boolean json, Sentence sentence, Look look, Pause pause)
            throws InterruptedException {
        boolean terminal = Boolean.getBoolean(TERMINAL) && !json;
        boolean first = true;
        do {
            String frame = frame(json, sentence, look);
            if (terminal) {
                out.print((first ? HOME + CLEAR_BELOW : HOME) + frame.replace("\n", CLEAR_LINE + "\n") + CLEAR_BELOW);
            } else {
                out.print(frame);
            }
            out.flush();
            first = false;
        } while (pause.next());
    }

    private static String frame(boolean json, Sentence sentence, Look look) throws InterruptedException {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        if (!json) {
            out.print(Instant.now().truncatedTo(ChronoUnit.SECONDS) + "\n");
        }
        try {
            look.print(out);
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception failure) {
            out.print("shiplog: " + sentence.of(failure) + "\n");
        }
        out.flush();
        return text.toString();
    }

    /** Whoever ends the watching has seen what they wanted: that is no failure. */
    private static void endWell() {
        Runtime.getRuntime().halt(0);
    }
}
