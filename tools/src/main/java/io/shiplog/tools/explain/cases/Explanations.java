// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.explain.cases;

import io.shiplog.tools.explain.ExplainCommand;
import io.shiplog.tools.text.JsonReader;
import io.shiplog.tools.trial.Fault;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;

/** Asks {@code explain} until it says what is expected. */
final class Explanations {
    private static final long POLL_MS = 100;

    private final List<String> connection;

    Explanations(String quorum) {
        connection = List.of("--json", "--quorum", quorum);
    }

    /**
     * The sentence of the finding that was expected.
     *
     * @throws Fault when nobody says it in time; with what was said instead
     */
    String await(Expectation expected, long timeoutMs, String... question) throws Fault, InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        while (true) {
            String text = ask(question);
            Map<?, ?> answer = text.startsWith("{") ? (Map<?, ?>) JsonReader.read(text) : Map.of("findings", List.of());
            if (expected.isMetBy(answer)) {
                return ((Map<?, ?>) ((List<?>) answer.get("findings")).get(0))
                        .get("what")
                        .toString();
            }
            if (System.nanoTime() >= deadlineNs) {
                throw new Fault(
                        "explain " + String.join(" ", question) + " should say " + expected + ", and says: " + text);
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
        }
    }

    private String ask(String... question) {
        List<String> arguments = new ArrayList<>(List.of(question));
        arguments.addAll(connection);
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        new CommandLine(new ExplainCommand())
                .setOut(out)
                .setErr(out)
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    out.println(failure);
                    return 1;
                })
                .execute(arguments.toArray(new String[0]));
        return text.toString();
    }
}
