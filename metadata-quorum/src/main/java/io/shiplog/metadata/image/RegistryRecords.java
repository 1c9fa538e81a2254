// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import io.shiplog.metadata.proto.AccessControlEntry;
import io.shiplog.metadata.proto.ClientQuotaRecord;
import io.shiplog.metadata.proto.FeatureLevelRecord;
import io.shiplog.metadata.proto.FeatureRange;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.ScramCredentialRecord;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** Between the values of {@link RegistryImage} and their messages. */
public final class RegistryRecords {
    private RegistryRecords() {}

    /** Puts a feature into use at a level; level 0 ends its use. */
    public static MetadataRecord.Builder feature(String name, int level) {
        return ImageRecords.record()
                .setFeatureLevel(FeatureLevelRecord.newBuilder().setName(name).setLevel(level));
    }

    public static MetadataRecord.Builder quota(QuotaEntity entity, String key, double value) {
        return ImageRecords.record()
                .setClientQuota(ClientQuotaRecord.newBuilder()
                        .addAllEntity(entity.toParts())
                        .setKey(key)
                        .setValue(value));
    }

    public static MetadataRecord.Builder quotaRemoval(QuotaEntity entity, String key) {
        return ImageRecords.record()
                .setClientQuota(ClientQuotaRecord.newBuilder()
                        .addAllEntity(entity.toParts())
                        .setKey(key)
                        .setRemoved(true));
    }

    static MetadataRecord.Builder credential(ScramCredential credential) {
        return ImageRecords.record()
                .setScramCredential(ScramCredentialRecord.newBuilder()
                        .setUser(credential.user())
                        .setMechanism(credential.mechanism())
                        .setSalt(credential.salt())
                        .setStoredKey(credential.storedKey())
                        .setServerKey(credential.serverKey())
                        .setIterations(credential.iterations()));
    }

    static ScramCredential credential(ScramCredentialRecord record) {
        return new ScramCredential(
                record.getUser(),
                record.getMechanism(),
                record.getSalt(),
                record.getStoredKey(),
                record.getServerKey(),
                record.getIterations());
    }

    static MetadataRecord.Builder acl(Uuid id, AclBinding acl) {
        return ImageRecords.record().setAccessControlEntry(entry(id, acl));
    }

    /** An access control entry as message. */
    public static AccessControlEntry entry(Uuid id, AclBinding acl) {
        return AccessControlEntry.newBuilder()
                .setId(Uuids.toBytes(id))
                .setResourceType(acl.pattern().resourceType().code())
                .setResourceName(acl.pattern().name())
                .setPatternType(acl.pattern().patternType().code())
                .setPrincipal(acl.entry().principal())
                .setHost(acl.entry().host())
                .setOperation(acl.entry().operation().code())
                .setPermission(acl.entry().permissionType().code())
                .build();
    }

    /** The access control entry of a message; codes that are not known become UNKNOWN. */
    public static AclBinding acl(AccessControlEntry entry) {
        return new AclBinding(
                new ResourcePattern(
                        ResourceType.fromCode((byte) entry.getResourceType()),
                        entry.getResourceName(),
                        PatternType.fromCode((byte) entry.getPatternType())),
                new org.apache.kafka.common.acl.AccessControlEntry(
                        entry.getPrincipal(),
                        entry.getHost(),
                        AclOperation.fromCode((byte) entry.getOperation()),
                        AclPermissionType.fromCode((byte) entry.getPermission())));
    }

    public static List<SupportedFeature> features(List<FeatureRange> ranges) {
        List<SupportedFeature> features = new ArrayList<>(ranges.size());
        for (FeatureRange range : ranges) {
            features.add(new SupportedFeature(range.getName(), range.getMinLevel(), range.getMaxLevel()));
        }
        return features;
    }

    public static List<FeatureRange> ranges(List<SupportedFeature> features) {
        List<FeatureRange> ranges = new ArrayList<>(features.size());
        for (SupportedFeature feature : features) {
            ranges.add(FeatureRange.newBuilder()
                    .setName(feature.name())
                    .setMinLevel(feature.minLevel())
                    .setMaxLevel(feature.maxLevel())
                    .build());
        }
        return ranges;
    }
}
