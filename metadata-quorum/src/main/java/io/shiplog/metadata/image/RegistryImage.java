// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import io.shiplog.metadata.model.InvariantViolation;
import io.shiplog.metadata.proto.AccessControlEntry;
import io.shiplog.metadata.proto.ClientQuotaRecord;
import io.shiplog.metadata.proto.FeatureLevelRecord;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.RemoveScramCredentialRecord;
import io.shiplog.metadata.proto.ScramCredentialRecord;
import java.util.Collection;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclBinding;
import org.pcollections.HashPMap;
import org.pcollections.HashTreePMap;
import org.pcollections.TreePMap;

/**
 * What the cluster has agreed on beside brokers, topics and settings: feature levels, client quotas, SCRAM credentials and
 * access control entries. Immutable; every record gives another one, which shares what did not change.
 */
public final class RegistryImage {
    static final RegistryImage EMPTY = new RegistryImage();

    private final TreePMap<String, Integer> features;
    private final TreePMap<QuotaEntity, TreePMap<String, Double>> quotas;
    private final TreePMap<ScramCredential.Key, ScramCredential> credentials;
    private final TreePMap<Uuid, AclBinding> acls;
    private final HashPMap<AclBinding, Uuid> aclIds;
    private final long hash;

    private RegistryImage() {
        this(TreePMap.empty(), TreePMap.empty(), TreePMap.empty(), TreePMap.empty(), HashTreePMap.empty(), 0);
    }

    private RegistryImage(
            TreePMap<String, Integer> features,
            TreePMap<QuotaEntity, TreePMap<String, Double>> quotas,
            TreePMap<ScramCredential.Key, ScramCredential> credentials,
            TreePMap<Uuid, AclBinding> acls,
            HashPMap<AclBinding, Uuid> aclIds,
            long hash) {
        this.features = features;
        this.quotas = quotas;
        this.credentials = credentials;
        this.acls = acls;
        this.aclIds = aclIds;
        this.hash = hash;
    }

    /** The levels of the features that are in use, by name. */
    public Map<String, Integer> featureLevels() {
        return features;
    }

    /** The level of a feature; 0 when it is not in use. */
    public int featureLevel(String name) {
        return features.getOrDefault(name, 0);
    }

    /** Who has quotas, in order; {@link #quotas} has the values. */
    public Collection<QuotaEntity> quotaEntities() {
        return quotas.keySet();
    }

    /** The quotas of exactly this entity, by key; empty when it has none. */
    public Map<String, Double> quotas(QuotaEntity entity) {
        TreePMap<String, Double> own = quotas.get(entity);
        return own == null ? TreePMap.empty() : own;
    }

    /** All credentials, by user and mechanism. */
    public Collection<ScramCredential> scramCredentials() {
        return credentials.values();
    }

    /** The user's credential for that mechanism; null when there is none. */
    public ScramCredential scramCredential(String user, int mechanism) {
        return credentials.get(new ScramCredential.Key(user, mechanism));
    }

    /** The access control entries, by id. */
    public Map<Uuid, AclBinding> acls() {
        return acls;
    }

    /** The id of an entry; null when there is no such entry. */
    public Uuid aclId(AclBinding entry) {
        return aclIds.get(entry);
    }

    long hash() {
        return hash;
    }

    boolean sameFeatures(RegistryImage other) {
        return features.equals(other.features);
    }

    boolean sameQuotas(RegistryImage other) {
        return quotas.equals(other.quotas);
    }

    boolean sameCredentials(RegistryImage other) {
        return credentials.equals(other.credentials);
    }

    boolean sameAcls(RegistryImage other) {
        return acls.equals(other.acls);
    }

    void forEachRecord(Consumer<MetadataRecord.Builder> sink) {
        features.forEach((name, level) -> sink.accept(RegistryRecords.feature(name, level)));
        quotas.forEach(
                (entity, own) -> own.forEach((key, value) -> sink.accept(RegistryRecords.quota(entity, key, value))));
        credentials.values().forEach(credential -> sink.accept(RegistryRecords.credential(credential)));
        acls.forEach((id, acl) -> sink.accept(RegistryRecords.acl(id, acl)));
    }

    /** The registry after a record that concerns it. */
    RegistryImage apply(MetadataRecord record) {
        return switch (record.getBodyCase()) {
            case FEATURE_LEVEL -> apply(record.getFeatureLevel());
            case CLIENT_QUOTA -> apply(record.getClientQuota());
            case SCRAM_CREDENTIAL -> apply(record.getScramCredential());
            case REMOVE_SCRAM_CREDENTIAL -> apply(record.getRemoveScramCredential());
            case ACCESS_CONTROL_ENTRY -> apply(record.getAccessControlEntry());
            case REMOVE_ACCESS_CONTROL_ENTRY ->
                removeAcl(Uuids.fromBytes(record.getRemoveAccessControlEntry().getId()));
            default -> throw new InvariantViolation("not a record of the registry: " + record.getBodyCase());
        };
    }

    private RegistryImage apply(FeatureLevelRecord record) {
        Integer before = features.get(record.getName());
        long without = before == null ? hash : hash - StateHash.feature(record.getName(), before);
        return record.getLevel() == 0
                ? with(features.minus(record.getName()), quotas, credentials, without)
                : with(
                        features.plus(record.getName(), record.getLevel()),
                        quotas,
                        credentials,
                        without + StateHash.feature(record.getName(), record.getLevel()));
    }

    private RegistryImage apply(ClientQuotaRecord record) {
        QuotaEntity entity = QuotaEntity.of(record.getEntityList());
        String key = record.getKey();
        TreePMap<String, Double> own = quotas.getOrDefault(entity, TreePMap.empty());
        Double before = own.get(key);
        long next = before == null ? hash : hash - StateHash.quota(entity, key, before);
        if (record.getRemoved()) {
            own = own.minus(key);
        } else {
            own = own.plus(key, record.getValue());
            next += StateHash.quota(entity, key, record.getValue());
        }
        return with(features, own.isEmpty() ? quotas.minus(entity) : quotas.plus(entity, own), credentials, next);
    }

    private RegistryImage apply(ScramCredentialRecord record) {
        ScramCredential credential = RegistryRecords.credential(record);
        ScramCredential before = credentials.get(credential.key());
        long without = before == null ? hash : hash - StateHash.credential(before);
        return with(
                features,
                quotas,
                credentials.plus(credential.key(), credential),
                without + StateHash.credential(credential));
    }

    private RegistryImage apply(RemoveScramCredentialRecord record) {
        ScramCredential.Key key = new ScramCredential.Key(record.getUser(), record.getMechanism());
        ScramCredential before = credentials.get(key);
        if (before == null) {
            throw new InvariantViolation("removal of an unknown SCRAM credential (" + key + ")");
        }
        return with(features, quotas, credentials.minus(key), hash - StateHash.credential(before));
    }

    private RegistryImage apply(AccessControlEntry record) {
        Uuid id = Uuids.fromBytes(record.getId());
        AclBinding acl = RegistryRecords.acl(record);
        if (id.equals(Uuid.ZERO_UUID) || acls.containsKey(id) || aclIds.containsKey(acl)) {
            throw new InvariantViolation("second access control entry (" + id + ", " + acl + ")");
        }
        return new RegistryImage(
                features,
                quotas,
                credentials,
                acls.plus(id, acl),
                aclIds.plus(acl, id),
                hash + StateHash.acl(RegistryRecords.acl(id, acl).getAccessControlEntry()));
    }

    private RegistryImage removeAcl(Uuid id) {
        AclBinding acl = acls.get(id);
        if (acl == null) {
            throw new InvariantViolation("removal of an unknown access control entry (" + id + ")");
        }
        return new RegistryImage(
                features,
                quotas,
                credentials,
                acls.minus(id),
                aclIds.minus(acl),
                hash - StateHash.acl(RegistryRecords.acl(id, acl).getAccessControlEntry()));
    }

    private RegistryImage with(
            TreePMap<String, Integer> nextFeatures,
            TreePMap<QuotaEntity, TreePMap<String, Double>> nextQuotas,
            TreePMap<ScramCredential.Key, ScramCredential> nextCredentials,
            long nextHash) {
        return new RegistryImage(nextFeatures, nextQuotas, nextCredentials, acls, aclIds, nextHash);
    }
}
