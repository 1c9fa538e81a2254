// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.client;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;

/**
 * Runs the cases with the client on the class path against each of the clusters that are named. A line per case and cluster is appended to a
 * file: cluster, client, area, case, {@code pass}, {@code fail} or {@code none} (this client cannot), milliseconds, what went wrong; tabs
 * between them.
 */
public final class ClientMain {
    private static final long CASE_TIMEOUT_S = 180;

    private final String client;
    private final Path results;
    private final PrintStream lines = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private ClientMain(String client, Path results) {
        this.client = client;
        this.results = results;
    }

    /** Arguments: name of the client, file for the results, pattern of cases, {@code quick}, {@code all} or {@code streams}, threads, CLUSTER=BOOTSTRAP... */
    public static void main(String[] arguments) throws Exception {
        Map<String, String> clusters = new LinkedHashMap<>();
        for (int i = 5; i < arguments.length; i++) {
            String[] cluster = arguments[i].split("=", 2);
            clusters.put(cluster[0], cluster[1]);
        }
        Pattern only = Pattern.compile(arguments[2]);
        boolean quick = arguments[3].equals("quick");
        Stream<Case> all = arguments[3].equals("streams") ? StreamsCases.all().stream() : all();
        List<Case> cases = all.filter(each -> !quick || each.quick())
                .filter(each -> only.matcher(each.area() + " " + each.name()).find())
                .toList();
        new ClientMain(arguments[0], Path.of(arguments[1])).run(cases, clusters, Integer.parseInt(arguments[4]));
    }

    private static Stream<Case> all() {
        return Stream.of(
                        ProduceCases.all(),
                        ConsumeCases.all(),
                        OffsetCases.all(),
                        GroupCases.all(),
                        NewGroupCases.all(),
                        TopicAdminCases.all(),
                        ConfigAdminCases.all(),
                        ClusterAdminCases.all(),
                        GroupAdminCases.all())
                .flatMap(List::stream);
    }

    private void run(List<Case> cases, Map<String, String> clusters, int threads) throws Exception {
        Map<String, Admin> admins = new LinkedHashMap<>();
        clusters.forEach((name, bootstrap) -> admins.put(
                name, Admin.create(Map.of("bootstrap.servers", bootstrap, "default.api.timeout.ms", 40_000))));
        ExecutorService runners = Executors.newFixedThreadPool(threads);
        ExecutorService bodies = Executors.newCachedThreadPool(ClientMain::daemon);
        List<Callable<Void>> runs = new java.util.ArrayList<>();
        for (int i = 0; i < cases.size(); i++) {
            Case each = cases.get(i);
            String name = client.replaceAll("[^a-z0-9]", "-") + "-" + i;
            runs.add(() -> {
                for (Map.Entry<String, String> cluster : clusters.entrySet()) {
                    attempt(each, cluster, name, admins.get(cluster.getKey()), bodies);
                }
                return null;
            });
        }
        for (Future<Void> run : runners.invokeAll(runs)) {
            run.get();
        }
        runners.shutdown();
        admins.values().forEach(each -> each.close(java.time.Duration.ofSeconds(2)));
        bodies.shutdownNow();
    }

    private static Thread daemon(Runnable body) {
        Thread thread = new Thread(body, "case");
        thread.setDaemon(true);
        return thread;
    }

    private void attempt(Case each, Map.Entry<String, String> cluster, String name, Admin admin, ExecutorService bodies)
            throws InterruptedException {
        if (Session.clientVersion() < each.since() || Session.clientVersion() >= each.until()) {
            say(cluster.getKey(), each, "none", 0, "");
            return;
        }
        long begin = System.nanoTime();
        Future<?> body = bodies.submit(() -> {
            try (Session session = new Session(cluster.getValue(), name, admin)) {
                each.body().run(session);
            }
            return null;
        });
        String wrong = null;
        try {
            body.get(CASE_TIMEOUT_S, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable cause = Expect.cause(e);
            wrong = cause instanceof AssertionError ? cause.getMessage() : cause + at(cause);
        } catch (TimeoutException e) {
            wrong = "not over after " + CASE_TIMEOUT_S + " s";
            body.cancel(true);
        }
        say(
                cluster.getKey(),
                each,
                wrong == null ? "pass" : "fail",
                (System.nanoTime() - begin) / 1_000_000,
                wrong == null ? "" : wrong);
    }

    /** Where in our sources an unexpected exception came through. */
    private static String at(Throwable cause) {
        return Stream.of(cause.getStackTrace())
                .filter(frame -> frame.getClassName().endsWith("Cases"))
                .findFirst()
                .map(frame -> " at " + frame.getFileName() + ":" + frame.getLineNumber())
                .orElse("");
    }

    private synchronized void say(String cluster, Case each, String verdict, long millis, String wrong) {
        String detail = wrong.replaceAll("\\s+", " ");
        String line =
                String.join("\t", cluster, client, each.area(), each.name(), verdict, Long.toString(millis), detail);
        try {
            Files.writeString(
                    results,
                    line + "\n",
                    java.nio.file.StandardOpenOption.CREATE,
                    java.nio.file.StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!verdict.equals("none")) {
            lines.printf(
                    "%-4s  %-8s %-12s %s: %s  %d ms%n", verdict, cluster, client, each.area(), each.name(), millis);
            if (!detail.isEmpty()) {
                lines.println("      " + detail);
            }
        }
    }
}
