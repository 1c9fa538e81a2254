// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.QuotaEntity;
import io.shiplog.metadata.image.RegistryRecords;
import io.shiplog.metadata.proto.AlterClientQuotasCommand;
import io.shiplog.metadata.proto.AlterClientQuotasResult;
import io.shiplog.metadata.proto.EntryResult;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.QuotaAlteration;
import io.shiplog.metadata.proto.QuotaOp;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.protocol.Errors;

/**
 * Sets and removes client quotas, each entity wholly or not at all. Rules of {@code ClientQuotaControlManager}, but for
 * addresses: they must be written as numbers, since to decide must not ask a name server; and an entity that a call names twice
 * is not changed at all.
 */
final class QuotaDecider {
    private static final double FRACTION = 1e-6;
    private static final Map<String, Long> USER_AND_CLIENT_KEYS = new TreeMap<>();
    private static final Map<String, Long> IP_KEYS = new TreeMap<>();
    /** A key whose values need not be whole numbers. */
    private static final long ANY_NUMBER = 0;

    static {
        USER_AND_CLIENT_KEYS.put("producer_byte_rate", Long.MAX_VALUE);
        USER_AND_CLIENT_KEYS.put("consumer_byte_rate", Long.MAX_VALUE);
        USER_AND_CLIENT_KEYS.put("request_percentage", ANY_NUMBER);
        USER_AND_CLIENT_KEYS.put("controller_mutation_rate", ANY_NUMBER);
        IP_KEYS.put("connection_creation_rate", (long) Integer.MAX_VALUE);
    }

    private final int maxEntities;

    QuotaDecider(int maxEntities) {
        this.maxEntities = maxEntities;
    }

    Decision decide(MetadataImage image, AlterClientQuotasCommand command) {
        Map<QuotaEntity, Integer> uses = new TreeMap<>();
        for (QuotaAlteration alteration : command.getAlterationsList()) {
            uses.merge(QuotaEntity.of(alteration.getEntityList()), 1, Integer::sum);
        }
        List<MetadataRecord> records = new ArrayList<>();
        Set<QuotaEntity> added = new HashSet<>();
        AlterClientQuotasResult.Builder results = AlterClientQuotasResult.newBuilder();
        for (QuotaAlteration alteration : command.getAlterationsList()) {
            QuotaEntity entity = QuotaEntity.of(alteration.getEntityList());
            String problem = uses.get(entity) > 1
                    ? "The entity " + entity + " is named twice."
                    : problem(entity, alteration.getOpsList());
            List<MetadataRecord> own = problem == null ? records(image, entity, alteration) : List.of();
            Errors error = problem == null ? Errors.NONE : Errors.INVALID_REQUEST;
            if (grows(image, entity, own) && image.registry().quotaEntities().size() + added.size() >= maxEntities) {
                error = Errors.POLICY_VIOLATION;
                problem = "There are quotas of " + maxEntities + " entities already.";
            } else {
                records.addAll(own);
                if (grows(image, entity, own)) {
                    added.add(entity);
                }
            }
            results.addResults(
                    EntryResult.newBuilder().setError(error.code()).setMessage(problem == null ? "" : problem));
        }
        return Decision.atomic(
                image.offset(),
                command.getValidateOnly() ? List.of() : records,
                MetadataResult.newBuilder().setAlterClientQuotas(results));
    }

    private static boolean grows(MetadataImage image, QuotaEntity entity, List<MetadataRecord> records) {
        return !records.isEmpty() && image.registry().quotas(entity).isEmpty();
    }

    private static List<MetadataRecord> records(MetadataImage image, QuotaEntity entity, QuotaAlteration alteration) {
        Map<String, Double> current = image.registry().quotas(entity);
        List<MetadataRecord> records = new ArrayList<>();
        for (QuotaOp op : alteration.getOpsList()) {
            Double before = current.get(op.getKey());
            if (op.getRemoved() && before != null) {
                records.add(RegistryRecords.quotaRemoval(entity, op.getKey()).build());
            } else if (!op.getRemoved() && (before == null || before != op.getValue())) {
                records.add(RegistryRecords.quota(entity, op.getKey(), op.getValue())
                        .build());
            }
        }
        return records;
    }

    private static String problem(QuotaEntity entity, List<QuotaOp> ops) {
        String problem = problem(entity);
        Set<String> keys = new HashSet<>();
        boolean ofIp = !entity.parts().isEmpty() && entity.parts().get(0).type().equals(QuotaEntity.IP);
        for (QuotaOp op : ops) {
            if (problem == null && !keys.add(op.getKey())) {
                problem = "Duplicate quota key " + op.getKey() + ".";
            }
            if (problem == null && !op.getRemoved()) {
                problem = problem(ofIp ? IP_KEYS : USER_AND_CLIENT_KEYS, op);
            }
        }
        return problem;
    }

    private static String problem(QuotaEntity entity) {
        if (entity.parts().isEmpty()) {
            return "Invalid empty client quota entity.";
        }
        Set<String> types = new HashSet<>();
        for (QuotaEntity.Part part : entity.parts()) {
            if (!types.add(part.type())) {
                return "Invalid client quota entity, duplicate entity entry " + part.type() + ".";
            }
            boolean known = part.type().equals(QuotaEntity.USER)
                    || part.type().equals(QuotaEntity.CLIENT_ID)
                    || part.type().equals(QuotaEntity.IP);
            if (!known) {
                return "Unhandled client quota entity type: " + part.type() + ".";
            }
            if (part.name() != null && part.name().isEmpty()) {
                return "Empty " + part.type() + " not supported.";
            }
            if (part.type().equals(QuotaEntity.IP) && part.name() != null && !IpAddresses.isAddress(part.name())) {
                return part.name() + " is not a valid IP address.";
            }
        }
        return types.contains(QuotaEntity.IP) && types.size() > 1
                ? "Invalid quota entity combination, IP entity should not be combined with User or ClientId."
                : null;
    }

    private static String problem(Map<String, Long> keys, QuotaOp op) {
        Long max = keys.get(op.getKey());
        double value = op.getValue();
        if (max == null) {
            return "Invalid configuration key " + op.getKey() + ".";
        }
        if (!(value > 0) || Double.isInfinite(value)) {
            return "Quota " + op.getKey() + " must be greater than 0.";
        }
        if (max == ANY_NUMBER) {
            return null;
        }
        if (value > max) {
            return "Proposed value for " + op.getKey() + " is too large.";
        }
        return value % 1.0 > FRACTION ? op.getKey() + " cannot be a fractional value." : null;
    }
}
