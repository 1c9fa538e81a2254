// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import io.shiplog.metadata.proto.QuotaEntityPart;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Whom a client quota concerns: a user, a client id, both, or an address; or the default of these (KIP-546). */
public record QuotaEntity(List<Part> parts) implements Comparable<QuotaEntity> {
    public static final String USER = "user";
    public static final String CLIENT_ID = "client-id";
    public static final String IP = "ip";

    /**
     * One part.
     *
     * @param name null: the default of the type
     */
    public record Part(String type, String name) implements Comparable<Part> {
        @Override
        public int compareTo(Part other) {
            int byType = type.compareTo(other.type);
            return byType != 0
                    ? byType
                    : Comparator.nullsFirst(Comparator.<String>naturalOrder()).compare(name, other.name);
        }
    }

    /** Parts are kept sorted, so that the same parts in any order are the same entity. */
    public QuotaEntity {
        parts = parts.stream().sorted().toList();
    }

    /** The entity that a message names. */
    public static QuotaEntity of(List<QuotaEntityPart> parts) {
        List<Part> result = new ArrayList<>(parts.size());
        for (QuotaEntityPart part : parts) {
            result.add(new Part(part.getType(), part.getIsDefault() ? null : part.getName()));
        }
        return new QuotaEntity(result);
    }

    /** The same as message. */
    public List<QuotaEntityPart> toParts() {
        List<QuotaEntityPart> result = new ArrayList<>(parts.size());
        for (Part part : parts) {
            QuotaEntityPart.Builder message = QuotaEntityPart.newBuilder().setType(part.type());
            result.add(
                    part.name() == null
                            ? message.setIsDefault(true).build()
                            : message.setName(part.name()).build());
        }
        return result;
    }

    @Override
    public int compareTo(QuotaEntity other) {
        for (int i = 0; i < Math.min(parts.size(), other.parts.size()); i++) {
            int byPart = parts.get(i).compareTo(other.parts.get(i));
            if (byPart != 0) {
                return byPart;
            }
        }
        return Integer.compare(parts.size(), other.parts.size());
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Part part : parts) {
            text.append(text.isEmpty() ? "" : ", ")
                    .append(part.type())
                    .append('=')
                    .append(part.name() == null ? "<default>" : part.name());
        }
        return text.toString();
    }
}
