// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.image.QuotaEntity;
import io.shiplog.metadata.image.QuotaEntity.Part;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData.ComponentData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeClientQuotasRequest;

/** Which entities a DescribeClientQuotas request asks for; the rules are those of Kafka's ClientQuotasImage. */
final class QuotaFilter {
    private static final Set<String> TYPES = Set.of(QuotaEntity.USER, QuotaEntity.CLIENT_ID, QuotaEntity.IP);

    /** Why a request asks for nothing that can be. */
    record Fault(Errors error, String message) {}

    /** What a part of that type must be: of any name, or of this one, null for the default. */
    private record Wanted(boolean any, String name) {
        boolean matches(Part part) {
            return any || Objects.equals(name, part.name());
        }
    }

    private final Map<String, Wanted> wanted = new HashMap<>();
    private final boolean strict;
    private Fault fault;

    /** @param strict whether an entity may have no other parts than those that are asked for */
    QuotaFilter(List<ComponentData> components, boolean strict) {
        this.strict = strict;
        for (ComponentData component : components) {
            if (fault == null) {
                fault = fault(component);
                wanted.put(component.entityType(), wanted(component));
            }
        }
        if (fault == null && wanted.containsKey(QuotaEntity.IP) && wanted.size() > 1) {
            fault = invalid("Invalid entity filter component combination. IP filter component should not be used with "
                    + "user or clientId filter component.");
        }
    }

    /** Null when there is nothing wrong. */
    Fault fault() {
        return fault;
    }

    boolean matches(QuotaEntity entity) {
        if (strict && entity.parts().size() != wanted.size()) {
            return false;
        }
        int matching = 0;
        for (Part part : entity.parts()) {
            Wanted ofType = wanted.get(part.type());
            if (ofType != null) {
                if (!ofType.matches(part)) {
                    return false;
                }
                matching++;
            }
        }
        return matching == wanted.size();
    }

    private static Wanted wanted(ComponentData component) {
        return new Wanted(component.matchType() == DescribeClientQuotasRequest.MATCH_TYPE_SPECIFIED, component.match());
    }

    private Fault fault(ComponentData component) {
        String type = component.entityType();
        if (type.isEmpty()) {
            return invalid("Invalid empty entity type.");
        }
        if (wanted.containsKey(type)) {
            return invalid("Entity type " + type + " cannot appear more than once in the filter.");
        }
        if (!TYPES.contains(type)) {
            return new Fault(Errors.UNSUPPORTED_VERSION, "Unsupported entity type " + type);
        }
        boolean named = component.match() != null;
        return switch (component.matchType()) {
            case DescribeClientQuotasRequest.MATCH_TYPE_EXACT ->
                named ? null : invalid("Request specified MATCH_TYPE_EXACT, but set match string to null.");
            case DescribeClientQuotasRequest.MATCH_TYPE_DEFAULT ->
                named ? invalid("Request specified MATCH_TYPE_DEFAULT, but also specified a match string.") : null;
            case DescribeClientQuotasRequest.MATCH_TYPE_SPECIFIED ->
                named ? invalid("Request specified MATCH_TYPE_SPECIFIED, but also specified a match string.") : null;
            default -> invalid("Unknown match type " + component.matchType());
        };
    }

    private static Fault invalid(String message) {
        return new Fault(Errors.INVALID_REQUEST, message);
    }
}
