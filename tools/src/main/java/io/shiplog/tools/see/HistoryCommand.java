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
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Shows what changed in the cluster: when, by whom, old and new value. */
@Command(
        name = "history",
        mixinStandardHelpOptions = true,
        description = "Shows what changed in the cluster's metadata, newest first: when, by whom, old and new value.")
public final class HistoryCommand implements Callable<Integer> {
    @Mixin
    private Connection connection;

    @Option(
            names = "--resource",
            paramLabel = "KIND[:NAME]",
            description = "Only of topic:orders, partition:orders-0, broker:2, config, feature, quota, scram, acl ...")
    private String resource = "any";

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "Only since then: 2026-01-31T10:00:00Z, or ISO duration before now such as PT1H.")
    private String since;

    @Option(names = "--limit", paramLabel = "N", description = "At most so many, up to 1000 (${DEFAULT-VALUE}).")
    private int limit = 100;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws ExecutionException, InterruptedException {
        int colon = resource.indexOf(':');
        DescribeHistoryRequest request = DescribeHistoryRequest.newBuilder()
                .setKind(kind(colon < 0 ? resource : resource.substring(0, colon)))
                .setName(colon < 0 ? "" : resource.substring(colon + 1))
                .setSinceMs(since == null ? 0 : sinceMs())
                .setLimit(limit)
                .build();
        Rows rows = new Rows("time", "offset", "kind", "name", "key", "old", "new", "cause", "by", "client");
        boolean more;
        try (Cluster cluster = connection.connect()) {
            QuorumClient quorum = cluster.quorum();
            DescribeHistoryResponse answer = quorum.await(quorum.client().describeHistory(request));
            answer.getLinesList().forEach(line -> add(rows, line));
            more = answer.getMore();
        }
        connection.print(rows, spec.commandLine().getOut());
        if (more && !connection.json()) {
            spec.commandLine().getErr().println("there is more; --limit and --since choose");
        }
        return 0;
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
            throw new ParameterException(spec.commandLine(), "--resource: there is no kind " + text);
        }
    }

    private long sinceMs() {
        try {
            return since.startsWith("P")
                    ? Instant.now().minus(Duration.parse(since)).toEpochMilli()
                    : Instant.parse(since).toEpochMilli();
        } catch (DateTimeParseException e) {
            throw new ParameterException(
                    spec.commandLine(), "--since " + since + ": 2026-01-31T10:00:00Z or PT1H is expected");
        }
    }
}
