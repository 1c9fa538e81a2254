// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.see;

import io.shiplog.metadata.proto.DescribeHistoryRequest;
import io.shiplog.metadata.proto.DescribeHistoryResponse;
import io.shiplog.metadata.proto.HistoryLine;
import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Connection;
import io.shiplog.tools.quorum.QuorumClient;
import io.shiplog.tools.text.Rows;
import io.shiplog.tools.text.Units;
import io.shiplog.tools.text.Watch;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows what changed in the cluster: when, by whom, old and new value. */
@Command(
        name = "history",
        mixinStandardHelpOptions = true,
        description = "Shows what changed in the cluster's metadata, newest first: when, by whom, old and new value.",
        footer = {
            "",
            "Examples:",
            "  shiplog history --since 1h",
            "  shiplog history --resource topic:orders        the topic, its partitions and its settings",
            "  shiplog history --resource partition:orders-0 --cause isr",
            "  shiplog history --by User:anna --json"
        })
public final class HistoryCommand implements Callable<Integer> {
    private static final int MAX_LINES = 1_000;

    @Mixin
    private Connection connection;

    @Mixin
    private Watch watch;

    @Option(
            names = "--resource",
            paramLabel = "KIND[:NAME]",
            description = "Only of topic:orders, partition:orders-0, broker:2, config, feature, quota, job ...")
    private String resource = "any";

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "Only since then: 1h, 7d (before now), or 2026-01-31T10:00:00Z.")
    private String since;

    @Option(names = "--by", paramLabel = "TEXT", description = "Only changes whose principal or client contains it.")
    private String by;

    @Option(names = "--cause", paramLabel = "TEXT", description = "Only changes whose cause contains it.")
    private String cause;

    @Option(names = "--limit", paramLabel = "N", description = "Look at so many lines, up to 1000 (${DEFAULT-VALUE}).")
    private int limit = 100;

    @Override
    public Integer call() throws Exception {
        if (limit < 1 || limit > MAX_LINES) {
            throw connection.usage("--limit " + limit + ": 1 to " + MAX_LINES + " is expected");
        }
        DescribeHistoryRequest.Builder request = request();
        try (Cluster cluster = connection.connect()) {
            QuorumClient quorum = cluster.quorum();
            return connection.show(watch, out -> look(quorum, request, out));
        }
    }

    private DescribeHistoryRequest.Builder request() {
        int colon = resource.indexOf(':');
        return DescribeHistoryRequest.newBuilder()
                .setKind(kind(colon < 0 ? resource : resource.substring(0, colon)))
                .setName(colon < 0 ? "" : resource.substring(colon + 1))
                .setSinceMs(since == null ? 0 : sinceMs())
                .setLimit(limit);
    }

    private int look(QuorumClient quorum, DescribeHistoryRequest.Builder request, PrintWriter out)
            throws InterruptedException {
        Rows rows = new Rows("time", "offset", "kind", "name", "key", "old", "new", "cause", "by", "client");
        DescribeHistoryResponse answer = quorum.await(quorum.client().describeHistory(request.build()));
        answer.getLinesList().stream().filter(this::wanted).forEach(line -> add(rows, line));
        connection.print(rows, out);
        if (answer.getMore() && !connection.json() && !watch.on()) {
            connection.err().println("there is more; --limit, --since and --resource choose");
        }
        return 0;
    }

    private boolean wanted(HistoryLine line) {
        return (by == null
                        || line.getPrincipal().contains(by)
                        || line.getClient().contains(by))
                && (cause == null || line.getCause().toLowerCase(Locale.ROOT).contains(cause.toLowerCase(Locale.ROOT)));
    }

    private static void add(Rows rows, HistoryLine line) {
        boolean gap = line.getKind() == HistoryLine.Kind.GAP;
        rows.add(
                Instant.ofEpochMilli(line.getTimeMs()).toString(),
                line.getOffset(),
                line.getKind().name().toLowerCase(Locale.ROOT),
                gap ? line.getMissing() + " changes without a line" : orNull(line.getName()),
                orNull(line.getKey()),
                orNull(line.getOldValue()),
                orNull(line.getNewValue()),
                orNull(line.getCause()),
                orNull(line.getPrincipal()),
                orNull(line.getClient()));
    }

    private static String orNull(String value) {
        return value.isEmpty() ? null : value;
    }

    private HistoryLine.Kind kind(String text) {
        try {
            return HistoryLine.Kind.valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
        } catch (IllegalArgumentException e) {
            throw connection.usage("--resource: there is no kind " + text + "; there are "
                    + Arrays.stream(HistoryLine.Kind.values())
                            .filter(each -> each != HistoryLine.Kind.UNRECOGNIZED)
                            .map(each -> each.name().toLowerCase(Locale.ROOT))
                            .collect(Collectors.joining(", ")));
        }
    }

    private long sinceMs() {
        try {
            return Character.isDigit(since.charAt(0)) && since.contains("T")
                    ? Instant.parse(since).toEpochMilli()
                    : System.currentTimeMillis() - Units.parseDurationMs(since);
        } catch (DateTimeParseException | IllegalArgumentException | StringIndexOutOfBoundsException e) {
            throw connection.usage("--since " + since + ": 1h, 7d, PT1H or 2026-01-31T10:00:00Z is expected");
        }
    }
}
