// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.PartitionIndex.Group;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The index says what a walk over all partitions would. */
class PartitionIndexTest {
    private static final Uuid TOPIC = new Uuid(1, 1);

    private static PartitionImage led(int leader, int... replicas) {
        return new PartitionImage(replicas, replicas, new int[0], new int[0], leader, 0, 0, true, false);
    }

    private static List<Integer> slots(PartitionIndex index, Group group, int broker) {
        List<Integer> slots = new ArrayList<>();
        for (int slot = index.next(group, broker, 0); slot >= 0; slot = index.next(group, broker, slot + 1)) {
            slots.add(slot);
        }
        return slots;
    }

    @Test
    void editLeavesTheVersionBeforeAsItIs() {
        PartitionIndex.Editor first = PartitionIndex.EMPTY.edit();
        int slot = first.add(TOPIC, 0, led(1, 1, 2));
        PartitionIndex before = first.done();
        PartitionIndex.Editor second = before.edit();
        second.change(slot, led(1, 1, 2), led(2, 1, 2));
        second.add(TOPIC, 1, led(1, 1, 2));
        PartitionIndex after = second.done();

        assertThat(before.partitions()).isEqualTo(1);
        assertThat(before.leaderships(1)).isEqualTo(1);
        assertThat(before.preferredElsewhere(1)).isZero();
        assertThat(slots(before, Group.NOT_PREFERRED, 0)).isEmpty();
        assertThat(after.partitions()).isEqualTo(2);
        assertThat(after.leaderships(1)).isEqualTo(1);
        assertThat(after.leaderships(2)).isEqualTo(1);
        assertThat(after.preferredElsewhere(1)).isEqualTo(1);
        assertThat(slots(after, Group.NOT_PREFERRED, 0)).containsExactly(slot);
    }

    @Test
    void slotOfAPartitionThatIsGoneIsGivenAgain() {
        PartitionIndex.Editor editor = PartitionIndex.EMPTY.edit();
        for (int i = 0; i < 3; i++) {
            assertThat(editor.add(TOPIC, i, led(1, 1))).isEqualTo(i);
        }
        editor.remove(1, led(1, 1));
        assertThat(editor.add(TOPIC, 7, led(2, 2))).isEqualTo(1);
        assertThat(editor.add(TOPIC, 8, led(2, 2))).isEqualTo(3);
        PartitionIndex index = editor.done();
        assertThat(index.partition(1)).isEqualTo(7);
        assertThat(slots(index, Group.REPLICA, 1)).containsExactly(0, 2);
        assertThat(slots(index, Group.REPLICA, 2)).containsExactly(1, 3);
    }

    @Test
    void partitionsOfATopicFindTheirSlots() {
        SlotRanges ranges = SlotRanges.NONE;
        int[] slots = {5, 6, 7, 2, 9, 10};
        for (int slot : slots) {
            ranges = ranges.plus(slot);
        }
        for (int partition = 0; partition < slots.length; partition++) {
            assertThat(ranges.slot(partition)).isEqualTo(slots[partition]);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void agreesWithAWalk(int seed) {
        Random random = new Random(seed);
        TreeMap<Integer, PartitionImage> model = new TreeMap<>();
        PartitionIndex index = PartitionIndex.EMPTY;
        for (int round = 0; round < 60; round++) {
            PartitionIndex.Editor editor = index.edit();
            for (int i = 0; i < random.nextInt(60); i++) {
                List<Integer> slots = new ArrayList<>(model.keySet());
                int kind = slots.isEmpty() ? 0 : random.nextInt(4);
                if (kind == 0) {
                    PartitionImage state = random(random);
                    model.put(editor.add(TOPIC, model.size(), state), state);
                } else {
                    int slot = slots.get(random.nextInt(slots.size()));
                    PartitionImage after = random(random);
                    if (kind == 1) {
                        editor.remove(slot, model.remove(slot));
                    } else {
                        editor.change(slot, model.put(slot, after), after);
                    }
                }
            }
            index = editor.done();
            check(index, model);
        }
    }

    private static PartitionImage random(Random random) {
        List<Integer> brokers = new ArrayList<>(List.of(1, 2, 3, 4, 5));
        Collections.shuffle(brokers, random);
        int[] replicas = brokers.stream()
                .limit(1 + random.nextInt(4))
                .mapToInt(Integer::intValue)
                .toArray();
        List<int[]> lists = List.of(some(replicas, random), some(replicas, random), some(replicas, random));
        int leader = random.nextInt(4) == 0 ? -1 : replicas[random.nextInt(replicas.length)];
        int[] adding = random.nextInt(4) == 0 ? new int[] {replicas[0]} : new int[0];
        return new PartitionImage(
                replicas,
                lists.get(0),
                lists.get(1),
                lists.get(2),
                leader,
                0,
                random.nextInt(3),
                false,
                false,
                adding,
                new int[0]);
    }

    private static int[] some(int[] ids, Random random) {
        return Arrays.stream(ids).filter(id -> random.nextBoolean()).toArray();
    }

    private static void check(PartitionIndex index, SortedMap<Integer, PartitionImage> model) {
        assertThat(index.partitions()).isEqualTo(model.size());
        check(index, Group.LEADERLESS, 0, model, state -> !state.hasLeader());
        check(
                index,
                Group.NOT_PREFERRED,
                0,
                model,
                state -> state.hasLeader() && state.leader() != state.preferredLeader());
        check(index, Group.REASSIGNING, 0, model, PartitionImage::reassigning);
        for (int broker = 1; broker <= 5; broker++) {
            int id = broker;
            check(index, Group.REPLICA, id, model, state -> state.isReplica(id));
            check(index, Group.IN_SYNC, id, model, state -> state.inIsr(id));
            check(index, Group.ELIGIBLE, id, model, state -> state.inElr(id) || state.inLastKnownElr(id));
            assertThat(index.leaderships(id)).isEqualTo((int) model.values().stream()
                    .filter(state -> state.leader() == id)
                    .count());
            assertThat(index.preferred(id)).isEqualTo((int) model.values().stream()
                    .filter(state -> state.preferredLeader() == id)
                    .count());
            assertThat(index.preferredElsewhere(id)).isEqualTo((int) model.values().stream()
                    .filter(state -> state.preferredLeader() == id && state.hasLeader() && state.leader() != id)
                    .count());
        }
    }

    private static void check(
            PartitionIndex index,
            Group group,
            int broker,
            SortedMap<Integer, PartitionImage> model,
            Predicate<PartitionImage> member) {
        TreeSet<Integer> expected = new TreeSet<>();
        model.forEach((slot, state) -> {
            if (member.test(state)) {
                expected.add(slot);
            }
        });
        assertThat(slots(index, group, broker)).containsExactlyElementsOf(expected);
        assertThat(index.size(group, broker)).isEqualTo(expected.size());
    }

    @Test
    void setsSpanManyChunks() {
        PartitionIndex.Editor editor = PartitionIndex.EMPTY.edit();
        for (int i = 0; i < 5_000; i++) {
            editor.add(TOPIC, i, led(i % 1_500 == 0 ? 1 : 2, 1, 2));
        }
        PartitionIndex index = editor.done();
        assertThat(slots(index, Group.NOT_PREFERRED, 0)).hasSize(4_996).doesNotContain(0, 1_500, 3_000, 4_500);
        assertThat(index.leaderships(1)).isEqualTo(4);
        assertThat(index.partition(4_999)).isEqualTo(4_999);
        assertThat(index.topic(4_999)).isEqualTo(TOPIC);
    }
}
