// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.client.QuorumDescription;
import io.shiplog.metadata.client.QuorumDescription.Voter;
import io.shiplog.tools.rolling.NodeName;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class RestartVerdictTest {
    private static final long NOW = 1_000_000;
    private static final List<Integer> ALL = List.of(1, 2, 3);

    @Test
    void storageNodeMayGoWithItsMargin() {
        RestartVerdict verdict = of(new Image(3).partition(ALL, ALL, 1), "storage-1", 3);
        assertThat(verdict.safe()).isTrue();
        assertThat(verdict.margin()).isZero();
        assertThat(verdict.sentence()).startsWith("yes: storage-1 may be restarted (margin 0");
        assertThat(verdict.votersNeeded()).isNull();
    }

    @Test
    void storageNodeThatMinIsrNeedsMustNot() {
        RestartVerdict verdict = of(new Image(3).partition(ALL, List.of(1, 2), 1), "storage-1", 3);
        assertThat(verdict.safe()).isFalse();
        assertThat(verdict.sentence()).isEqualTo("no: storage-1 must not be restarted now");
        assertThat(verdict.objections())
                .singleElement()
                .asString()
                .contains("orders-0: 1 in-sync replicas would remain");
    }

    @Test
    void nodeThatIsNotThereMustNot() {
        assertThat(of(new Image(3), "storage-9", 3).objections())
                .singleElement()
                .asString()
                .contains("not registered");
    }

    @Test
    void quorumNodeIsJudgedByTheOtherVoters() {
        assertThat(of(new Image(1), "quorum-1", 3).sentence()).endsWith("2 other voters keep up, 2 are needed");
        assertThat(of(new Image(1), "quorum-1", 1).safe()).isFalse();
    }

    /** The storage role alone could go: the quorum's forbids it. */
    @Test
    void processWithBothRolesNeedsBothAnswers() {
        Image image = new Image(3).partition(ALL, ALL, 1);
        assertThat(of(image, "node-1", 3).safe()).isTrue();
        assertThat(of(image, "node-1", 1).safe()).isFalse();
        assertThat(of(image, "storage-1", 1).safe()).isTrue();
    }

    private static RestartVerdict of(Image image, String node, int voters) {
        List<Voter> all = IntStream.rangeClosed(1, voters)
                .mapToObj(id -> new Voter(id, Uuid.ZERO_UUID, "host", 1, 2, 100, NOW, NOW))
                .toList();
        QuorumDescription quorum = new QuorumDescription(1, 3, 10, List.of(), 100, 100, all, List.of());
        return RestartVerdict.of(image.get(), quorum, NodeName.parse(node), NOW);
    }
}
