// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import com.google.protobuf.ByteString;
import io.shiplog.metadata.proto.AccessControlEntry;
import io.shiplog.metadata.proto.JobRecord;
import org.apache.kafka.common.Uuid;

/**
 * Hash of the metadata state: the sum of a 64-bit hash per item. A sum does not depend on the order of the items and can be
 * kept up to date by what changed, so comparing images costs nothing at the time of comparing.
 */
final class StateHash {
    /** Changes whenever an item that existed before is hashed otherwise. */
    static final int ALGORITHM = 1;

    private static final long SEED = 0x9E3779B97F4A7C15L;
    private static final long CLUSTER = 1;
    private static final long BROKER = 2;
    private static final long TOPIC = 3;
    private static final long PARTITION = 4;
    private static final long TOPIC_CONFIG = 5;
    private static final long BROKER_CONFIG = 6;
    private static final long PRODUCER_IDS = 7;
    private static final long FEATURE = 40;
    private static final long QUOTA = 41;
    private static final long CREDENTIAL = 42;
    private static final long ACL = 43;
    private static final long QUORUM_VOTER = 60;
    private static final long JOB = 70;
    private static final long JOB_MOVE = 71;
    private static final long LAST_JOB = 73;
    private static final long GROUP_CONFIG = 900;

    private StateHash() {}

    static long cluster(String clusterId) {
        return finish(mix(mix(SEED, CLUSTER), clusterId));
    }

    static long producerIds(long next) {
        return finish(mix(mix(SEED, PRODUCER_IDS), next));
    }

    static long broker(BrokerImage broker) {
        long hash = mix(mix(mix(SEED, BROKER), broker.id()), broker.epoch());
        hash = mix(mix(hash, broker.incarnationId()), broker.rack());
        for (ListenerEndpoint endpoint : broker.endpoints()) {
            hash = mix(mix(mix(hash, endpoint.name()), endpoint.host()), endpoint.port());
        }
        for (Uuid directory : broker.directoryIds()) {
            hash = mix(hash, directory);
        }
        for (SupportedFeature feature : broker.features()) {
            hash = mix(mix(mix(hash, feature.name()), feature.minLevel()), feature.maxLevel());
        }
        int flags = (broker.fenced() ? 1 : 0)
                + (broker.inControlledShutdown() ? 2 : 0)
                + (broker.draining() ? 4 : 0)
                + (broker.uncleanStart() ? 8 : 0)
                + (broker.cordoned() ? 16 : 0);
        return finish(mix(hash, flags));
    }

    static long voter(QuorumVoter voter) {
        long hash = mix(mix(mix(SEED, QUORUM_VOTER), voter.nodeId()), voter.peerId());
        return finish(mix(mix(mix(hash, voter.host()), voter.raftPort()), voter.endpointPort()));
    }

    static long topic(Uuid id, String name) {
        return finish(mix(mix(mix(SEED, TOPIC), id), name));
    }

    static long partition(Uuid topicId, int partition, PartitionImage state) {
        long hash = mix(mix(mix(SEED, PARTITION), topicId), partition);
        hash = state.mixReplicasInto(hash);
        hash = mix(mix(mix(hash, state.leader()), state.leaderEpoch()), state.partitionEpoch());
        return finish(mix(hash, (state.durable() ? 1 : 0) + (state.unclean() ? 2 : 0)));
    }

    static long topicConfig(Uuid topicId, String key, String value) {
        return finish(mix(mix(mix(mix(SEED, TOPIC_CONFIG), topicId), key), value));
    }

    static long brokerConfig(String broker, String key, String value) {
        return finish(mix(mix(mix(mix(SEED, BROKER_CONFIG), broker), key), value));
    }

    static long groupConfig(String group, String key, String value) {
        return finish(mix(mix(mix(mix(SEED, GROUP_CONFIG), group), key), value));
    }

    static long feature(String name, int level) {
        return finish(mix(mix(mix(SEED, FEATURE), name), level));
    }

    static long quota(QuotaEntity entity, String key, double value) {
        long hash = mix(SEED, QUOTA);
        for (QuotaEntity.Part part : entity.parts()) {
            hash = mix(hash, part.type());
            hash = part.name() == null ? mix(hash, -1) : mix(hash, part.name());
        }
        return finish(mix(mix(hash, key), Double.doubleToLongBits(value)));
    }

    static long credential(ScramCredential credential) {
        long hash = mix(mix(mix(SEED, CREDENTIAL), credential.user()), credential.mechanism());
        hash = mix(mix(hash, credential.salt()), credential.storedKey());
        return finish(mix(mix(hash, credential.serverKey()), credential.iterations()));
    }

    static long acl(AccessControlEntry entry) {
        long hash = mix(mix(mix(SEED, ACL), entry.getId()), entry.getResourceType());
        hash = mix(mix(mix(hash, entry.getResourceName()), entry.getPatternType()), entry.getPrincipal());
        return finish(mix(mix(mix(hash, entry.getHost()), entry.getOperation()), entry.getPermission()));
    }

    static long job(JobRecord head) {
        return finish(mix(mix(SEED, JOB), head.toByteString()));
    }

    static long move(long jobId, int index, JobMove move) {
        return finish(move.mixInto(mix(mix(mix(SEED, JOB_MOVE), jobId), index)));
    }

    static long lastJob(long id) {
        return finish(mix(mix(SEED, LAST_JOB), id));
    }

    private static long mix(long hash, ByteString bytes) {
        long result = mix(hash, bytes.size());
        for (int i = 0; i < bytes.size(); i++) {
            result = mix(result, bytes.byteAt(i));
        }
        return result;
    }

    static long mix(long hash, long value) {
        return Long.rotateLeft((hash ^ value) * 0xBF58476D1CE4E5B9L, 31) * 0x94D049BB133111EBL;
    }

    static long mix(long hash, Uuid id) {
        return mix(mix(hash, id.getMostSignificantBits()), id.getLeastSignificantBits());
    }

    private static long mix(long hash, String text) {
        long result = mix(hash, text.length());
        for (int i = 0; i < text.length(); i++) {
            result = mix(result, text.charAt(i));
        }
        return result;
    }

    static long mix(long hash, int[] ids) {
        long result = mix(hash, ids.length);
        for (int id : ids) {
            result = mix(result, id);
        }
        return result;
    }

    private static long finish(long hash) {
        long result = (hash ^ (hash >>> 30)) * 0xBF58476D1CE4E5B9L;
        result = (result ^ (result >>> 27)) * 0x94D049BB133111EBL;
        return result ^ (result >>> 31);
    }
}
