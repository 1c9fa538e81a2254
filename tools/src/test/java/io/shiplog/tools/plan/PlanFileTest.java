// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.tools.text.Json;
import io.shiplog.tools.text.JsonReader;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Plans come back from their files as they were; files of Kafka's are understood, and others are refused with the place. */
class PlanFileTest {
    private static final String KAFKA = """
            {"version":1,"partitions":[{"topic":"t","partition":0,"replicas":[1,2],"log_dirs":["any","any"]},
             {"topic":"t","partition":1,"replicas":[2]}]}""";

    @Test
    void aPlanComesBackAsItWas() {
        PlanInput input = new PlanInput(Clusters.nodes("", "", ""), Clusters.striped("t", 6, Clusters.GIB, 2, 3));
        Plan plan = Clusters.plan(input, new Goal.DrainNodes(Clusters.ids(1)));
        PlanFile file = PlanFile.read(JsonReader.read(Json.write(PlanFile.write(plan, 7))));
        assertThat(file.isPlan()).isTrue();
        assertThat(file.title()).isEqualTo("drain node 1");
        assertThat(file.kind()).isEqualTo(PlanKind.DRAIN_NODE);
        assertThat(file.rateBytesPerSecond()).isEqualTo(7);
        assertThat(file.subjects()).containsExactly(1);
        assertThat(file.moves()).isEqualTo(plan.moves()).isNotEmpty();
    }

    @Test
    void aFileOfKafkasIsAListOfAssignments() {
        PlanFile file = PlanFile.read(JsonReader.read(KAFKA));
        assertThat(file.isPlan()).isFalse();
        assertThat(file.assignments())
                .containsExactly(new Assignment("t", 0, List.of(1, 2)), new Assignment("t", 1, List.of(2)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[] | the file is to be an object",
                "{} | version is missing",
                "{'version':2} | version is to be 1",
                "{'version':1} | partitions is missing",
                "{'version':1,'partitions':3} | partitions is to be a list",
                "{'version':1,'partitions':[3]} | partitions[0] is to be an object",
                "{'version':1,'partitions':[{'topic':7}]} | partitions[0].topic is to be a text",
                "{'version':1,'partitions':[{'topic':'t','partition':-1}]} | partitions[0].partition is to be a whole number from 0",
                "{'version':1,'partitions':[{'topic':'t','partition':0,'replicas':['1']}]} | partitions[0].replicas is to be a list of",
                "{'version':1,'partitions':[{'topic':'t','partition':0,'replicas':[1],'log_dirs':[]}]} | has 0 entries for 1 replicas",
                "{'version':1,'partitions':[{'topic':'t','partition':0,'replicas':[1],'log_dirs':['/d']}]} | kafka-reassign-partitions",
                "{'version':1,'shiplogPlan':2,'partitions':[]} | shiplogPlan is to be 1",
                "{'version':1,'shiplogPlan':1,'title':'x','kind':'HOLIDAY','partitions':[]} | kind is to be one of",
                "{'version':1,'shiplogPlan':1,'partitions':[{'topic':'t','partition':0,'replicas':[1]}]} | partitions[0].expected is missing",
                "{'version':1,'shiplogPlan':1,'title':'x','kind':'DRAIN_NODE','nodes':[],'partitions':[]} | nodes is to have 1 node when",
                "{'version':1,'shiplogPlan':1,'title':'x','kind':'REPLACE_NODE','nodes':[1],'partitions':[]} | nodes is to have 2 nodes",
                "{'version':1,'shiplogPlan':1,'title':'x','kind':'BALANCE','nodes':[1],'partitions':[]} | nodes is to have 0 nodes",
                "{'version':1,'shiplogPlan':1,'partitions':[{'topic':'t','partition':0,'replicas':[1],'expected':[2],'bytes':9000000000000000000}]} | bytes is to be a whole",
            })
    void otherObjectsAreRefusedWithThePlace(String json, String message) {
        Object object = JsonReader.read(json.replace('\'', '"'));
        assertThatThrownBy(() -> PlanFile.read(object))
                .isInstanceOf(PlanFile.NotAPlan.class)
                .hasMessageContaining(message);
    }
}
