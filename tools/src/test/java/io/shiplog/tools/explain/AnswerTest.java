// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.admin.NodeAnswer.Silence;
import io.shiplog.metadata.proto.HistoryLine;
import io.shiplog.tools.text.Json;
import io.shiplog.tools.text.JsonReader;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AnswerTest {
    private static final String WHOLE =
            "leader 3, leader epoch 6, partition epoch 1, isr [1, 2, 3], replicas [1, 2, 3]";
    private static final String WITHOUT_THREE =
            "leader 1, leader epoch 7, partition epoch 2, isr [1, 2], replicas [1, 2, 3]";

    private static Answer answer(Scene scene) {
        Facts facts = scene.facts();
        Standing standing = Standing.of(facts.image(), facts.image().topic("t"), 0);
        return new Answer(
                "t-0: " + standing.status(),
                standing.assignment(),
                Diagnosis.partition(facts, standing),
                facts.timeline().ofPartition("t-0"),
                facts);
    }

    private static Scene deadNode() {
        return new Scene()
                .partition(List.of(1, 2, 3), 1, 1, 2)
                .dead(3)
                .line(HistoryLine.Kind.PARTITION, "t-0", 90_000, WHOLE, WITHOUT_THREE)
                .line(HistoryLine.Kind.BROKER, "3", 90_000, "unfenced", "fenced")
                .line(HistoryLine.Kind.BROKER, "3", 95_000, "fenced", "unfenced");
    }

    @Test
    void peopleReadCauseSinceRemedyAndWhetherToWait() {
        assertThat(answer(deadNode()).text().lines())
                .containsExactly(
                        "t-0: under-replicated; reads and writes go on",
                        "  led by 1 (epoch 7); in sync 1,2 of 1,2,3; min ISR 2",
                        "",
                        "WARNING  node 3 is dead, since 1970-01-12T13:45:10Z (1 min 30 s)",
                        "  why    its process does not run: the reason",
                        "  why    the controller has fenced it: a cause",
                        "  cause  node dead, node 3",
                        "  do     on host-3: bin/storage-node CONFIG of node 3 starts it again (a local cluster: bin/cluster start storage-3); the end of its"
                                + " log says why it ended",
                        "  do     if it is lost for good: bin/shiplog replace 3 --by NODE brings its replicas to another node",
                        "  wait?  yes: 2 replicas are in sync and 2 needed: writes go on, but stop with the next failure",
                        "",
                        "last changes",
                        "  1970-01-12T13:45:10Z  leader 3, isr [1, 2, 3] -> leader 1, isr [1, 2] (a cause)");
    }

    @Test
    void programsGetTheSameUnderNamesThatStay() {
        Map<?, ?> object =
                (Map<?, ?>) JsonReader.read(Json.write(answer(deadNode()).object()));
        assertThat(object.get("healthy")).isEqualTo(false);
        Map<?, ?> finding = (Map<?, ?>) ((List<?>) object.get("findings")).get(0);
        assertThat(finding.keySet().stream().map(Object::toString))
                .containsExactly(
                        "severity",
                        "cause",
                        "subject",
                        "what",
                        "since",
                        "node",
                        "why",
                        "remedy",
                        "safeToWait",
                        "waitReason");
        assertThat(finding.get("cause")).isEqualTo("NODE_DEAD");
        assertThat(finding.get("since")).isEqualTo("1970-01-12T13:45:10Z");
        assertThat(finding.get("safeToWait")).isEqualTo(true);
        Map<?, ?> well =
                (Map<?, ?>) JsonReader.read(Json.write(answer(new Scene()).object()));
        assertThat(well.get("healthy")).isEqualTo(true);
    }

    /** Nobody takes silence for health. */
    @Test
    void whoDoesNotTellIsNamed() {
        assertThat(answer(new Scene().silent(2, Silence.NOT_TOLD)).text())
                .contains("node 2 does not tell of itself: the reason");
    }
}
