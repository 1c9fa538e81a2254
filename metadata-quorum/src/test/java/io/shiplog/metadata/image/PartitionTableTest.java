// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PartitionTableTest {
    private static PartitionImage state(int partitionEpoch) {
        int[] ids = {1, 2, 3};
        return new PartitionImage(ids, ids, new int[0], new int[0], 1, 0, partitionEpoch, true, false);
    }

    /** Against a plain list, through many versions: each stays what it was, whatever is made of it. */
    @Test
    void versionsHoldWhatWasPutInAndStayAsTheyAre() {
        Random random = new Random(1);
        List<PartitionTable> versions = new ArrayList<>();
        List<List<PartitionImage>> expected = new ArrayList<>();
        versions.add(PartitionTable.EMPTY);
        expected.add(List.of());
        for (int version = 1; version < 200; version++) {
            int from = random.nextInt(versions.size());
            List<PartitionImage> list = new ArrayList<>(expected.get(from));
            PartitionTable.Edit edit = versions.get(from).edit();
            for (int change = random.nextInt(70); change > 0; change--) {
                PartitionImage state = state(version * 1_000 + change);
                if (list.isEmpty() || random.nextInt(3) > 0) {
                    edit.add(state);
                    list.add(state);
                } else {
                    int at = random.nextInt(list.size());
                    edit.set(at, state);
                    list.set(at, state);
                }
                assertThat(edit.size()).isEqualTo(list.size());
            }
            versions.add(edit.done());
            expected.add(list);
        }
        for (int i = 0; i < versions.size(); i++) {
            assertThat(versions.get(i)).containsExactlyElementsOf(expected.get(i));
        }
    }

    @Test
    void editSeesItsOwnChangesAndNothingOutsideTheTable() {
        PartitionTable.Edit edit = PartitionTable.EMPTY.edit();
        edit.add(state(1));
        edit.set(0, state(2));
        assertThat(edit.get(0)).isEqualTo(state(2));
        assertThat(edit.get(1)).isNull();
        assertThat(edit.get(-1)).isNull();
        assertThatThrownBy(() -> edit.set(1, state(3))).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> edit.done().get(1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void untouchedChunksAreShared() {
        PartitionTable.Edit first = PartitionTable.EMPTY.edit();
        for (int i = 0; i < 1_000; i++) {
            first.add(state(i));
        }
        PartitionTable before = first.done();
        PartitionTable.Edit second = before.edit();
        second.set(500, state(7));
        PartitionTable after = second.done();
        assertThat(after.get(500)).isEqualTo(state(7));
        assertThat(before.get(500)).isEqualTo(state(500));
        for (int i = 0; i < 1_000; i++) {
            if (i != 500) {
                assertThat(after.get(i)).isSameAs(before.get(i));
            }
        }
    }
}
