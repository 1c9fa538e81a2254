// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.diff;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    @Test
    void equalAnswersDoNotDiffer() {
        assertThat(compare("{'a': 1, 'b': [{'name': 'x'}]}", "{'b': [{'name': 'x'}], 'a': 1}"))
                .isEmpty();
    }

    @Test
    void aFieldThatDiffersIsNamedWithItsElement() {
        assertThat(compare(
                        "{'topics': [{'name': 'x', 'errorCode': 0}, {'name': 'y', 'errorCode': 0}]}",
                        "{'topics': [{'name': 'x', 'errorCode': 0}, {'name': 'y', 'errorCode': 3}]}"))
                .containsExactly(new Difference("topics[y].errorCode", "NONE", "UNKNOWN_TOPIC_OR_PARTITION"));
    }

    @Test
    void oneMoreElementIsOneDifference() {
        assertThat(compare("{'topics': [{'name': 'x'}, {'name': 'y'}]}", "{'topics': [{'name': 'y'}]}"))
                .containsExactly(new Difference("topics[x]", "{\"name\":\"x\"}", "absent"));
    }

    @Test
    void aRepeatedElementIsNotMatchedWithTheFirst() {
        assertThat(compare("{'topics': [{'name': 'x'}, {'name': 'x'}]}", "{'topics': [{'name': 'x'}]}"))
                .extracting(Difference::path)
                .containsExactly("topics[x#2]");
    }

    @Test
    void anotherOrderIsADifferenceOfItsOwn() {
        assertThat(compare("{'isr': [1, 2]}", "{'isr': [2, 1]}"))
                .containsExactly(new Difference("isr#order", "1, 2", "2, 1"));
    }

    @Test
    void otherWordsForPeopleAreToldFromNone() {
        assertThat(compare("{'errorMessage': 'no'}", "{'errorMessage': 'never'}"))
                .extracting(Difference::path)
                .containsExactly("errorMessage#words");
        assertThat(compare("{'errorMessage': 'no'}", "{'errorMessage': null}"))
                .extracting(Difference::path)
                .containsExactly("errorMessage");
    }

    @Test
    void whatIsOfTheRunBecomesWords() {
        Uuid one = new Uuid(1, 2);
        Uuid other = new Uuid(3, 4);
        JsonNode ofOne = new Normalization(ApiKeys.METADATA, Map.of("t", one))
                .of(json("{'topicId': '" + one + "', 'port': 4, 'errorCode': 4}"));
        JsonNode ofOther = new Normalization(ApiKeys.METADATA, Map.of("t", other))
                .of(json("{'topicId': '" + other + "', 'port': 5, 'errorCode': 5}"));
        assertThat(Comparison.of(ofOne, ofOther)).extracting(Difference::path).containsExactly("errorCode");
    }

    @Test
    void whatIsNotSetDoesNotBecomeAWord() {
        var normalization = new Normalization(ApiKeys.INIT_PRODUCER_ID, Map.of());
        assertThat(Comparison.of(
                        normalization.of(json("{'producerId': 7}")), normalization.of(json("{'producerId': -1}"))))
                .hasSize(1);
    }

    @Test
    void onlyArraysFromHashMapsLoseTheirOrder() {
        var normalization = new Normalization(ApiKeys.LIST_GROUPS, Map.of());
        assertThat(Comparison.of(
                        normalization.of(json("{'groups': [{'groupId': 'a'}, {'groupId': 'b'}]}")),
                        normalization.of(json("{'groups': [{'groupId': 'b'}, {'groupId': 'a'}]}"))))
                .isEmpty();
    }

    private static List<Difference> compare(String kafka, String shiplog) {
        return Comparison.of(json(kafka), json(shiplog));
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
