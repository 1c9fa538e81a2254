// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.see;

import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Connection;
import io.shiplog.tools.connect.Failures;
import io.shiplog.tools.text.Rows;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Deletes topics. */
@Command(
        name = "delete",
        mixinStandardHelpOptions = true,
        description = "Deletes topics, with all that is in them.",
        footer = {"", "Examples:", "  shiplog topics delete old-orders older-orders"})
public final class DeleteTopicsCommand implements Callable<Integer> {
    @Mixin
    private Connection connection;

    @Parameters(paramLabel = "TOPIC", arity = "1..*", description = "Their names.")
    private List<String> topics;

    /** Each for itself: the outcome says which are gone. */
    @Override
    public Integer call() throws Exception {
        Rows rows = new Rows("topic", "outcome");
        boolean refused = false;
        try (Cluster cluster = connection.connect()) {
            Map<String, KafkaFuture<Void>> deleted =
                    new TreeMap<>(cluster.admin().deleteTopics(topics).topicNameValues());
            for (Map.Entry<String, KafkaFuture<Void>> each : deleted.entrySet()) {
                try {
                    each.getValue().get();
                    rows.add(each.getKey(), "deleted");
                } catch (ExecutionException e) {
                    refused = true;
                    rows.add(each.getKey(), Failures.sentence(e));
                }
            }
        }
        connection.print(rows);
        return refused ? 1 : 0;
    }
}
