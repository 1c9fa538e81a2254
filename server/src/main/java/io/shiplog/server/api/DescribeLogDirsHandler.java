// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.server.api.LogDirView.LogDir;
import io.shiplog.server.api.LogDirView.LogSize;
import io.shiplog.server.protocol.Exchange;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopic;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsPartition;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsResult;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** DescribeLogDirs: what of which size lies in this node's log directories (KIP-113, KIP-827). */
final class DescribeLogDirsHandler implements RequestHandler<DescribeLogDirsRequestData> {
    private final ClusterView cluster;
    private final LogDirView directories;

    DescribeLogDirsHandler(ClusterView cluster, LogDirView directories) {
        this.cluster = cluster;
        this.directories = directories;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.DESCRIBE_LOG_DIRS;
    }

    @Override
    public DescribeLogDirsRequestData read(BoundedReadable body, short version) {
        return new DescribeLogDirsRequestData(body, version);
    }

    @Override
    public void handle(DescribeLogDirsRequestData request, Exchange exchange) {
        Map<String, Set<Integer>> wanted = wanted(request);
        Later.answered(directories.logDirs(), exchange, logDirs -> {
            DescribeLogDirsResponseData response = new DescribeLogDirsResponseData();
            for (LogDir logDir : logDirs) {
                response.results().add(describe(logDir, wanted));
            }
            exchange.respond(response);
        });
    }

    /** Partitions by topic; null for all. */
    private static Map<String, Set<Integer>> wanted(DescribeLogDirsRequestData request) {
        if (request.topics() == null) {
            return null;
        }
        Map<String, Set<Integer>> wanted = new HashMap<>();
        for (DescribableLogDirTopic topic : request.topics()) {
            wanted.computeIfAbsent(topic.topic(), name -> new HashSet<>()).addAll(topic.partitions());
        }
        return wanted;
    }

    private DescribeLogDirsResult describe(LogDir logDir, Map<String, Set<Integer>> wanted) {
        DescribeLogDirsResult result = new DescribeLogDirsResult()
                .setLogDir(logDir.path())
                .setTotalBytes(logDir.totalBytes())
                .setUsableBytes(logDir.usableBytes());
        if (logDir.offline()) {
            return result.setErrorCode(Errors.KAFKA_STORAGE_ERROR.code());
        }
        MetadataImage image = cluster.image();
        Map<String, DescribeLogDirsTopic> topics = new TreeMap<>();
        for (LogSize log : logDir.logs()) {
            TopicImage topic = image.topic(log.topicId());
            // a log whose topic is gone is about to go too, and has no name any more
            if (topic != null && isWanted(wanted, topic.name(), log.partition())) {
                topics.computeIfAbsent(topic.name(), name -> new DescribeLogDirsTopic().setName(name))
                        .partitions()
                        .add(new DescribeLogDirsPartition()
                                .setPartitionIndex(log.partition())
                                .setPartitionSize(log.sizeBytes())
                                .setOffsetLag(log.offsetLag())
                                .setIsFutureKey(log.future()));
            }
        }
        result.topics().addAll(topics.values());
        return result;
    }

    private static boolean isWanted(Map<String, Set<Integer>> wanted, String topic, int partition) {
        return wanted == null || (wanted.containsKey(topic) && wanted.get(topic).contains(partition));
    }
}
