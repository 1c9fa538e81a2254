// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.RegistryRecords;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.AccessControlEntry;
import io.shiplog.metadata.proto.AclDeletion;
import io.shiplog.metadata.proto.AclFilter;
import io.shiplog.metadata.proto.CreateAclsCommand;
import io.shiplog.metadata.proto.CreateAclsResult;
import io.shiplog.metadata.proto.DeleteAclsCommand;
import io.shiplog.metadata.proto.DeleteAclsResult;
import io.shiplog.metadata.proto.EntryResult;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.RemoveAccessControlEntryRecord;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourcePatternFilter;
import org.apache.kafka.common.resource.ResourceType;

/** Stores and removes access control entries ({@code AclControlManager}); what they permit is decided elsewhere. */
final class AclDecider {
    private final int maxEntries;

    AclDecider(int maxEntries) {
        this.maxEntries = maxEntries;
    }

    Decision create(MetadataImage image, CreateAclsCommand command) {
        List<MetadataRecord> records = new ArrayList<>();
        Set<AclBinding> created = new HashSet<>();
        Set<Uuid> ids = new HashSet<>();
        CreateAclsResult.Builder results = CreateAclsResult.newBuilder();
        for (AccessControlEntry entry : command.getEntriesList()) {
            Refusal refusal = refusal(entry);
            AclBinding acl = refusal == null ? RegistryRecords.acl(entry) : null;
            boolean isNew = acl != null && image.registry().aclId(acl) == null && !created.contains(acl);
            if (isNew) {
                refusal = refusalOfNew(image, entry, ids, created.size());
            }
            if (isNew && refusal == null) {
                created.add(acl);
                ids.add(Uuids.fromBytes(entry.getId()));
                records.add(ImageRecords.record().setAccessControlEntry(entry).build());
            }
            results.addResults(
                    refusal == null
                            ? EntryResult.newBuilder()
                            : EntryResult.newBuilder()
                                    .setError(refusal.error().code())
                                    .setMessage(refusal.message()));
        }
        return Decision.atomic(
                image.offset(), records, MetadataResult.newBuilder().setCreateAcls(results));
    }

    private Refusal refusalOfNew(MetadataImage image, AccessControlEntry entry, Set<Uuid> ids, int created) {
        Uuid id = Uuids.fromBytes(entry.getId());
        if (id.equals(Uuid.ZERO_UUID)
                || ids.contains(id)
                || image.registry().acls().containsKey(id)) {
            return new Refusal(Errors.INVALID_REQUEST, "The entry has no new id.");
        }
        return image.registry().acls().size() + created >= maxEntries
                ? new Refusal(Errors.POLICY_VIOLATION, "There are " + maxEntries + " access control entries already.")
                : null;
    }

    private static Refusal refusal(AccessControlEntry entry) {
        ResourceType resource = ResourceType.fromCode(code(entry.getResourceType()));
        PatternType pattern = PatternType.fromCode(code(entry.getPatternType()));
        AclOperation operation = AclOperation.fromCode(code(entry.getOperation()));
        AclPermissionType permission = AclPermissionType.fromCode(code(entry.getPermission()));
        if (resource == ResourceType.UNKNOWN || resource == ResourceType.ANY) {
            return invalid("Invalid resourceType " + resource + ".");
        }
        if (pattern != PatternType.LITERAL && pattern != PatternType.PREFIXED) {
            return invalid("Invalid patternType " + pattern + ".");
        }
        if (operation == AclOperation.UNKNOWN || operation == AclOperation.ANY) {
            return invalid("Invalid operation " + operation + ".");
        }
        if (permission != AclPermissionType.ALLOW && permission != AclPermissionType.DENY) {
            return invalid("Invalid permissionType " + permission + ".");
        }
        if (entry.getResourceName().isEmpty()) {
            return invalid("Resource name should not be empty.");
        }
        if (resource == ResourceType.CLUSTER && !entry.getResourceName().equals(Resource.CLUSTER_NAME)) {
            return invalid("The only valid name for the CLUSTER resource is " + Resource.CLUSTER_NAME + ".");
        }
        if (entry.getHost().isEmpty()) {
            return invalid("The host should not be empty.");
        }
        return entry.getPrincipal().indexOf(':') < 0
                ? invalid("Could not parse principal from `" + entry.getPrincipal()
                        + "`: no colon separates the principal type from the principal name.")
                : null;
    }

    private static Refusal invalid(String message) {
        return new Refusal(Errors.INVALID_REQUEST, message);
    }

    /** Codes are bytes; one that is none of them is that of UNKNOWN. */
    private static byte code(int code) {
        return code >= 0 && code <= Byte.MAX_VALUE ? (byte) code : 0;
    }

    Decision delete(MetadataImage image, DeleteAclsCommand command) {
        Set<Uuid> deleted = new LinkedHashSet<>();
        DeleteAclsResult.Builder results = DeleteAclsResult.newBuilder();
        for (AclFilter filter : command.getFiltersList()) {
            AclDeletion.Builder result = AclDeletion.newBuilder();
            String problem = problem(filter);
            if (problem != null) {
                result.setError(Errors.INVALID_REQUEST.code()).setMessage(problem);
            } else {
                AclBindingFilter matching = toKafka(filter);
                for (Map.Entry<Uuid, AclBinding> acl : image.registry().acls().entrySet()) {
                    if (matching.matches(acl.getValue())) {
                        deleted.add(acl.getKey());
                        result.addDeleted(RegistryRecords.entry(acl.getKey(), acl.getValue()));
                    }
                }
            }
            results.addResults(result);
        }
        List<MetadataRecord> records = new ArrayList<>();
        for (Uuid id : deleted) {
            records.add(ImageRecords.record()
                    .setRemoveAccessControlEntry(
                            RemoveAccessControlEntryRecord.newBuilder().setId(Uuids.toBytes(id)))
                    .build());
        }
        return Decision.atomic(
                image.offset(), records, MetadataResult.newBuilder().setDeleteAcls(results));
    }

    private static String problem(AclFilter filter) {
        if (ResourceType.fromCode(code(filter.getResourceType())) == ResourceType.UNKNOWN
                || PatternType.fromCode(code(filter.getPatternType())) == PatternType.UNKNOWN) {
            return "Unknown patternFilter.";
        }
        return AclOperation.fromCode(code(filter.getOperation())) == AclOperation.UNKNOWN
                        || AclPermissionType.fromCode(code(filter.getPermission())) == AclPermissionType.UNKNOWN
                ? "Unknown entryFilter."
                : null;
    }

    private static AclBindingFilter toKafka(AclFilter filter) {
        return new AclBindingFilter(
                new ResourcePatternFilter(
                        ResourceType.fromCode(code(filter.getResourceType())),
                        filter.hasResourceName() ? filter.getResourceName() : null,
                        PatternType.fromCode(code(filter.getPatternType()))),
                new AccessControlEntryFilter(
                        filter.hasPrincipal() ? filter.getPrincipal() : null,
                        filter.hasHost() ? filter.getHost() : null,
                        AclOperation.fromCode(code(filter.getOperation())),
                        AclPermissionType.fromCode(code(filter.getPermission()))));
    }
}
