// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.world;

import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.simulation.client.AdminCommands;
import io.shiplog.simulation.client.SimAdmin;
import io.shiplog.simulation.engine.Dice;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/** The topic of a run: made when the cluster is there, perhaps deleted and made again. */
public final class Topic {
    private static final String NAME = "t";
    private static final long RETRY_US = 30_000;

    private final World world;
    private final SimAdmin admin;
    private final Dice dice;
    private final List<TopicIdPartition> present = new ArrayList<>();
    private final List<TopicIdPartition> everMade = new ArrayList<>();
    private Uuid wanted;
    private boolean deleting;

    Topic(World world, SimAdmin admin, Dice dice) {
        this.world = world;
        this.admin = admin;
        this.dice = dice;
    }

    /** The partition with this number; null while there is no topic. */
    public TopicIdPartition partition(int number) {
        return number < present.size() ? present.get(number) : null;
    }

    public List<TopicIdPartition> present() {
        return Collections.unmodifiableList(present);
    }

    List<TopicIdPartition> everMade() {
        return Collections.unmodifiableList(everMade);
    }

    /** Whether it is there, and every partition has a leader. */
    public boolean isReady() {
        if (present.isEmpty()) {
            return false;
        }
        for (TopicIdPartition each : present) {
            PartitionImage partition = world.metadata().partition(each.topicId(), each.partition());
            if (partition == null || !partition.hasLeader()) {
                return false;
            }
        }
        return true;
    }

    void create() {
        wanted = world.newTopicId();
        tryToCreate();
    }

    private void tryToCreate() {
        int unfenced = 0;
        for (var broker : admin.image().brokers()) {
            unfenced += broker.fenced() ? 0 : 1;
        }
        if (admin.image().topic(wanted) != null) {
            onMade();
        } else if (unfenced < world.nodesLeft()) {
            again(this::tryToCreate);
        } else {
            admin.submit(
                    "create topic",
                    AdminCommands.createTopic(
                            NAME,
                            wanted,
                            world.setup().partitions(),
                            world.setup().replicationFactor(),
                            world.topicConfigs()),
                    (result, failure) -> again(this::tryToCreate));
        }
    }

    private void again(Runnable attempt) {
        world.scheduler().after(RETRY_US + dice.nextInt(10_000), "operator", null, attempt);
    }

    private void onMade() {
        deleting = false;
        for (int i = 0; i < world.setup().partitions(); i++) {
            TopicIdPartition partition = new TopicIdPartition(wanted, new TopicPartition(NAME, i));
            present.add(partition);
            everMade.add(partition);
        }
        world.onTopic(List.copyOf(present));
    }

    /** Deletes it, and makes another one of the same name. */
    public void recreate() {
        if (!present.isEmpty() && !deleting) {
            deleting = true;
            Uuid old = wanted;
            present.clear();
            delete(old);
        }
    }

    private void delete(Uuid old) {
        if (admin.image().topic(old) == null) {
            create();
        } else {
            admin.submit("delete topic", AdminCommands.deleteTopic(old), (result, failure) -> again(() -> delete(old)));
        }
    }
}
