// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.server.api.LogDirMoves.Wanted;
import io.shiplog.server.protocol.Exchange;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData.AlterReplicaLogDir;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData.AlterReplicaLogDirTopic;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData.AlterReplicaLogDirPartitionResult;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData.AlterReplicaLogDirTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** AlterReplicaLogDirs: this node's replicas go to other directories of the node (KIP-113; {@code ReplicaManager.alterReplicaLogDirs}). */
public final class AlterReplicaLogDirsHandler implements RequestHandler<AlterReplicaLogDirsRequestData> {
    private final LogDirMoves moves;

    public AlterReplicaLogDirsHandler(LogDirMoves moves) {
        this.moves = moves;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.ALTER_REPLICA_LOG_DIRS;
    }

    @Override
    public AlterReplicaLogDirsRequestData read(BoundedReadable body, short version) {
        return new AlterReplicaLogDirsRequestData(body, version);
    }

    @Override
    public void handle(AlterReplicaLogDirsRequestData request, Exchange exchange) {
        List<Wanted> wanted = wanted(request);
        Later.answered(moves.move(wanted), exchange, errors -> exchange.respond(answer(wanted, errors)));
    }

    /** A partition that is named more than once goes where it is named last, as with Kafka. */
    private static List<Wanted> wanted(AlterReplicaLogDirsRequestData request) {
        Map<TopicPartition, String> paths = new LinkedHashMap<>();
        for (AlterReplicaLogDir directory : request.dirs()) {
            for (AlterReplicaLogDirTopic topic : directory.topics()) {
                for (int partition : topic.partitions()) {
                    paths.put(new TopicPartition(topic.name(), partition), directory.path());
                }
            }
        }
        List<Wanted> wanted = new ArrayList<>(paths.size());
        paths.forEach((partition, path) -> wanted.add(new Wanted(partition.topic(), partition.partition(), path)));
        return wanted;
    }

    private static AlterReplicaLogDirsResponseData answer(List<Wanted> wanted, List<Errors> errors) {
        Map<String, AlterReplicaLogDirTopicResult> topics = new LinkedHashMap<>();
        for (int i = 0; i < wanted.size(); i++) {
            topics.computeIfAbsent(
                            wanted.get(i).topic(), name -> new AlterReplicaLogDirTopicResult().setTopicName(name))
                    .partitions()
                    .add(new AlterReplicaLogDirPartitionResult()
                            .setPartitionIndex(wanted.get(i).partition())
                            .setErrorCode(errors.get(i).code()));
        }
        return new AlterReplicaLogDirsResponseData().setResults(new ArrayList<>(topics.values()));
    }
}
