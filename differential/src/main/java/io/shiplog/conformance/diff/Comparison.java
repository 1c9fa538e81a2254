// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.diff;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.protocol.Errors;

/**
 * Two answers, field by field. Elements of arrays are matched by what names them (a topic, a partition, a key), so that one more of them is one
 * difference; a different order is a difference of its own, {@code array#order}. Messages for people are compared for being there; other words
 * in them are a difference {@code field#words}.
 */
final class Comparison {
    private static final String ABSENT = "absent";
    private static final int LONGEST_VALUE = 200;

    /** What names an element, in the order of precedence of a reader. */
    private static final List<String> NAMES = List.of(
            "name",
            "topic",
            "topicName",
            "topicId",
            "resourceType",
            "resourceName",
            "groupId",
            "key",
            "apiKey",
            "partitionIndex",
            "partition",
            "partitionId",
            "index",
            "nodeId",
            "brokerId",
            "replicaId",
            "memberId",
            "user",
            "entityType",
            "entityName",
            "logDir",
            "entity");

    private static final Set<String> FOR_PEOPLE =
            Set.of("errorMessage", "batchIndexErrorMessage", "message", "statusDetail");

    private final List<Difference> differences = new ArrayList<>();

    private Comparison() {}

    /** All differences, in the order of Kafka's fields. */
    static List<Difference> of(JsonNode kafka, JsonNode shiplog) {
        Comparison comparison = new Comparison();
        comparison.compare("", "", kafka, shiplog);
        return comparison.differences;
    }

    /** What names an element among others of its array. */
    static String identity(JsonNode element) {
        if (!element.isObject()) {
            return element.toString();
        }
        StringBuilder identity = new StringBuilder();
        for (String name : NAMES) {
            JsonNode value = element.get(name);
            if (value != null && !(name.equals("topicId") && !identity.isEmpty())) {
                identity.append(identity.isEmpty() ? "" : " ")
                        .append(value.isTextual() ? value.textValue() : value.toString());
            }
        }
        return identity.toString();
    }

    private void compare(String path, String field, JsonNode kafka, JsonNode shiplog) {
        if (kafka == null || shiplog == null) {
            add(path, show(field, kafka), show(field, shiplog));
        } else if (kafka.isObject() && shiplog.isObject()) {
            compareFields(path, kafka, shiplog);
        } else if (kafka.isArray() && shiplog.isArray()) {
            compareElements(path, field, kafka, shiplog);
        } else if (FOR_PEOPLE.contains(field) && isText(kafka) && isText(shiplog)) {
            if (!kafka.equals(shiplog)) {
                add(path + "#words", show(field, kafka), show(field, shiplog));
            }
        } else if (!kafka.equals(shiplog)) {
            add(path, show(field, kafka), show(field, shiplog));
        }
    }

    private static boolean isText(JsonNode node) {
        return node.isTextual() && !node.textValue().isEmpty();
    }

    private void compareFields(String path, JsonNode kafka, JsonNode shiplog) {
        Set<String> fields = new LinkedHashSet<>();
        kafka.fieldNames().forEachRemaining(fields::add);
        shiplog.fieldNames().forEachRemaining(fields::add);
        for (String field : fields) {
            compare(path.isEmpty() ? field : path + "." + field, field, kafka.get(field), shiplog.get(field));
        }
    }

    private void compareElements(String path, String field, JsonNode kafka, JsonNode shiplog) {
        Map<String, JsonNode> ofKafka = byIdentity(kafka);
        Map<String, JsonNode> ofShiplog = byIdentity(shiplog);
        if (ofKafka.keySet().equals(ofShiplog.keySet())
                && !List.copyOf(ofKafka.keySet()).equals(List.copyOf(ofShiplog.keySet()))) {
            add(path + "#order", String.join(", ", ofKafka.keySet()), String.join(", ", ofShiplog.keySet()));
        }
        Set<String> all = new TreeSet<>(ofKafka.keySet());
        all.addAll(ofShiplog.keySet());
        for (String identity : all) {
            compare(path + "[" + identity + "]", field, ofKafka.get(identity), ofShiplog.get(identity));
        }
    }

    /** Elements that bear the same name are told apart by their place. */
    private static Map<String, JsonNode> byIdentity(JsonNode array) {
        Map<String, JsonNode> elements = new LinkedHashMap<>();
        for (JsonNode element : array) {
            String identity = identity(element);
            String unique = identity;
            for (int i = 2; elements.containsKey(unique); i++) {
                unique = identity + "#" + i;
            }
            elements.put(unique, element);
        }
        return elements;
    }

    private void add(String path, String kafka, String shiplog) {
        differences.add(new Difference(path, kafka, shiplog));
    }

    private static String show(String field, JsonNode node) {
        if (node == null) {
            return ABSENT;
        }
        if (field.equals("errorCode") && node.isNumber()) {
            return Errors.forCode(node.shortValue()).name();
        }
        String value = (node.isTextual() ? "\"" + node.textValue() + "\"" : node.toString())
                .replace('\n', ' ')
                .replace('\t', ' ');
        return value.length() <= LONGEST_VALUE ? value : value.substring(0, LONGEST_VALUE) + "…";
    }
}
