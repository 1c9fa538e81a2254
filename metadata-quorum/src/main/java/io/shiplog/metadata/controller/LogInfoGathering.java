// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.PartitionIndex.Group;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.PartitionLogInfo;
import io.shiplog.metadata.proto.RecoverPartitionsCommand;
import io.shiplog.metadata.proto.RecoverPartitionsCommand.Strategy;
import io.shiplog.metadata.proto.ReportLogInfoCommand;
import io.shiplog.metadata.proto.TopicPartitionName;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Asks live replicas what they hold of partitions that nobody leads, and puts the answers into commands: those of operators, and the
 * controller's own. Soft state of the active controller, like {@link BrokerLiveness}; pure, bounded, and
 * gone for a partition as soon as somebody leads it.
 *
 * <p>The controller asks by itself where several eligible replicas all started uncleanly (the one with the longest log is to
 * lead), and where the topic has a recovery strategy.
 */
public final class LogInfoGathering {
    private static final int MAX_ASKS = 16;
    private static final int MAX_PER_COMMAND = 500;
    private static final long LOOK_EVERY_MS = 100;

    /** A command that is ready to be decided; {@code ask} is what {@link #begin} gave, or -1 for the controller's own. */
    public record Ready(long ask, MetadataCommand command) {}

    private record Ask(MetadataCommand command, List<PartitionId> partitions, long beganAtMs) {}

    private final GatheringSettings settings;
    private final TreeMap<PartitionId, GatheredPartition> gathered = new TreeMap<>();
    private final TreeMap<Long, Ask> asks = new TreeMap<>();
    private long nextAsk;
    private long lookedAtMs;
    private boolean looked;

    public LogInfoGathering(GatheringSettings settings) {
        this.settings = settings;
    }

    /**
     * An operator's command, a recovery or an unclean election: its answer waits for what live replicas say, but not long.
     *
     * @param command whose infos, if any, are somebody's own invention and not believed
     * @return a number for {@link Ready#ask}; -1 when too many wait already
     */
    public long begin(MetadataImage image, MetadataCommand command, long nowMs) {
        if (asks.size() == MAX_ASKS) {
            return -1;
        }
        List<PartitionId> partitions = new ArrayList<>();
        if (command.getElectLeaders().getAll()) {
            image.visit(Group.LEADERLESS, Controller.NO_BROKER, (topic, number, partition) -> {
                partitions.add(new PartitionId(topic.id(), number));
                return partitions.size() < settings.maxPartitions();
            });
        }
        for (TopicPartitionName name : named(command)) {
            TopicImage topic = image.topic(name.getTopic());
            PartitionImage partition = topic == null ? null : topic.partition(name.getPartition());
            if (partition != null && !partition.hasLeader()) {
                partitions.add(new PartitionId(topic.id(), name.getPartition()));
            }
        }
        partitions.forEach(id -> gather(id, nowMs).asked++);
        asks.put(++nextAsk, new Ask(command, partitions, nowMs));
        return nextAsk;
    }

    private static List<TopicPartitionName> named(MetadataCommand command) {
        return command.hasElectLeaders()
                ? command.getElectLeaders().getPartitionsList()
                : command.getRecoverPartitions().getPartitionsList();
    }

    private GatheredPartition gather(PartitionId id, long nowMs) {
        return gathered.computeIfAbsent(id, unknown -> new GatheredPartition(id, nowMs));
    }

    /** The replicas of which a broker is to tell what they hold. */
    public List<PartitionId> wantedFrom(MetadataImage image, int brokerId) {
        List<PartitionId> wanted = new ArrayList<>();
        BrokerImage broker = image.broker(brokerId);
        if (broker == null || gathered.isEmpty()) {
            return wanted;
        }
        for (GatheredPartition each : gathered.values()) {
            PartitionImage partition = image.partition(each.id.topicId(), each.id.partition());
            if (partition != null && partition.isReplica(brokerId) && each.lacks(broker)) {
                wanted.add(each.id);
                if (wanted.size() == settings.maxPerHeartbeat()) {
                    return wanted;
                }
            }
        }
        return wanted;
    }

    /**
     * What a broker holds. Only of its own replicas, and only what is asked for, is kept.
     *
     * @param brokerEpoch of its registration, which was checked
     */
    public void onReport(int brokerId, long brokerEpoch, ReportLogInfoCommand report) {
        for (PartitionLogInfo info : report.getInfosList()) {
            GatheredPartition wanted =
                    gathered.get(new PartitionId(Uuids.fromBytes(info.getTopicId()), info.getPartition()));
            if (wanted != null) {
                wanted.answer(info.getReplica().toBuilder()
                        .setBrokerId(brokerId)
                        .setBrokerEpoch(brokerEpoch)
                        .build());
            }
        }
    }

    /** The commands that are ready. Those of the controller itself are given again when the image does not show their effect. */
    public List<Ready> poll(MetadataImage image, long nowMs) {
        List<Ready> ready = new ArrayList<>();
        pollAsks(image, ready, nowMs);
        if (looked && nowMs - lookedAtMs < LOOK_EVERY_MS) {
            return ready;
        }
        looked = true;
        lookedAtMs = nowMs;
        gathered.values().removeIf(each -> isOver(image, each));
        image.visit(Group.LEADERLESS, Controller.NO_BROKER, (topic, number, partition) -> {
            Strategy strategy = strategy(image, topic, partition);
            if (strategy != Strategy.NONE) {
                gather(new PartitionId(topic.id(), number), nowMs).own = strategy;
            }
            return gathered.size() < settings.maxPartitions();
        });
        pollOwn(image, ready, nowMs);
        return ready;
    }

    private static boolean isOver(MetadataImage image, GatheredPartition each) {
        if (each.asked > 0) {
            return false;
        }
        PartitionImage partition = image.partition(each.id.topicId(), each.id.partition());
        return partition == null
                || partition.hasLeader()
                || strategy(image, image.topic(each.id.topicId()), partition) == Strategy.NONE;
    }

    /** What the controller itself is after with a partition that nobody leads. */
    private static Strategy strategy(MetadataImage image, TopicImage topic, PartitionImage partition) {
        boolean eligible = partition.elrSize() > 0;
        if (!anyAlive(image, partition, eligible)) {
            return Strategy.NONE;
        }
        if (eligible) {
            return partition.elrSize() > 1 ? Strategy.ELIGIBLE : Strategy.NONE;
        }
        return switch (TopicPolicy.of(image, topic.id()).recovery()) {
            case BALANCED -> Strategy.BALANCED;
            case AGGRESSIVE -> Strategy.AGGRESSIVE;
            case NONE -> Strategy.NONE;
        };
    }

    private static boolean anyAlive(MetadataImage image, PartitionImage partition, boolean eligibleOnly) {
        for (int i = 0; i < partition.replicaCount(); i++) {
            BrokerImage broker = image.broker(partition.replica(i));
            if (broker != null && broker.active() && (!eligibleOnly || partition.inElr(broker.id()))) {
                return true;
            }
        }
        return false;
    }

    private void pollAsks(MetadataImage image, List<Ready> ready, long nowMs) {
        List<Long> done = new ArrayList<>();
        for (Map.Entry<Long, Ask> each : asks.entrySet()) {
            Ask ask = each.getValue();
            if (nowMs - ask.beganAtMs() >= settings.answerMs() || allAnswered(image, ask)) {
                done.add(each.getKey());
                ready.add(new Ready(each.getKey(), complete(ask)));
            }
        }
        done.forEach(asks::remove);
    }

    private boolean allAnswered(MetadataImage image, Ask ask) {
        for (PartitionId id : ask.partitions()) {
            PartitionImage partition = image.partition(id.topicId(), id.partition());
            GatheredPartition each = gathered.get(id);
            if (partition != null && each != null && !each.allAlive(image, partition)) {
                return false;
            }
        }
        return true;
    }

    private MetadataCommand complete(Ask ask) {
        List<PartitionLogInfo> infos = new ArrayList<>();
        for (PartitionId id : ask.partitions()) {
            GatheredPartition each = gathered.get(id);
            if (each != null) {
                infos.addAll(each.infos());
                each.asked--;
            }
        }
        MetadataCommand.Builder command = ask.command().toBuilder();
        if (command.hasElectLeaders()) {
            command.getElectLeadersBuilder().clearInfos().addAllInfos(infos);
        } else {
            command.getRecoverPartitionsBuilder().clearInfos().addAllInfos(infos);
        }
        return command.build();
    }

    private void pollOwn(MetadataImage image, List<Ready> ready, long nowMs) {
        Map<Strategy, RecoverPartitionsCommand.Builder> commands = new EnumMap<>(Strategy.class);
        for (GatheredPartition each : gathered.values()) {
            PartitionImage partition = image.partition(each.id.topicId(), each.id.partition());
            boolean due =
                    partition != null && !partition.hasLeader() && each.takeDue(image, partition, settings, nowMs);
            if (due) {
                RecoverPartitionsCommand.Builder command = commands.computeIfAbsent(
                        each.own,
                        strategy -> RecoverPartitionsCommand.newBuilder().setStrategy(strategy));
                command.addPartitions(TopicPartitionName.newBuilder()
                        .setTopic(image.topic(each.id.topicId()).name())
                        .setPartition(each.id.partition()));
                command.addAllInfos(each.infos());
                if (command.getPartitionsCount() == MAX_PER_COMMAND) {
                    ready.add(own(commands.remove(each.own)));
                }
            }
        }
        commands.values().forEach(command -> ready.add(own(command)));
    }

    private static Ready own(RecoverPartitionsCommand.Builder command) {
        return new Ready(
                -1,
                MetadataCommand.newBuilder()
                        .setBrokerId(Controller.NO_BROKER)
                        .setRecoverPartitions(command)
                        .build());
    }
}
