// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.exhaustive;

import io.shiplog.replication.core.CoreSettings;
import io.shiplog.replication.core.PartitionLeader;
import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.port.IsrMember;
import io.shiplog.replication.port.IsrProposal;
import io.shiplog.replication.port.PartitionState;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Copies a core with all that it consists of, and takes its digest, field by field: a core that gets another field is copied and compared with it,
 * without anybody having to think of this class. What a field is not allowed to hold is refused, rather than shared between states.
 *
 * <p>A time counts by its order to the core's own present only (before, now, after): time here goes in steps longer than every limit. Epochs that grow
 * without end count by their order too, see {@link Ranks}.
 */
final class CoreGraph {
    private static final String CORES = PartitionLeader.class.getPackageName();

    /** What only explains, or is left over from an event that has ended. Everything else counts. */
    static final Set<String> NOT_COUNTED = new TreeSet<>(List.of(
            "IsrNegotiation.attempt",
            "PartitionFollower.lastError",
            "PartitionFollower.next",
            "PartitionFollower.leaderHighWatermark",
            "PartitionFollower.leaderLogStart",
            "PartitionLeader.check",
            "PendingAcks.head",
            "ReplicaProgress.highWatermark",
            "ReplicaProgress.lastFetchMs",
            "ReplicaProgress.offeredBytes",
            "ReplicaProgress.sampleMs",
            "ReplicaProgress.standing",
            "ReplicaProgress.standingSinceMs",
            "ReplicaProgress.watch"));

    private static final Map<Class<?>, Field[]> FIELDS = new HashMap<>();
    private static final Map<Class<?>, Constructor<?>> MAKERS = new HashMap<>();

    private CoreGraph() {}

    /** What counts by its order among others of its kind in one state. */
    interface Ranks {
        int ofPartitionEpoch(int partitionEpoch);

        int ofBrokerEpoch(long brokerEpoch);
    }

    // ---- copying

    /** The core, with objects of its own; what is immutable or stands outside of it is shared. */
    static <T> T copy(T core) {
        @SuppressWarnings("unchecked")
        T copy = (T) copy(core, new IdentityHashMap<>());
        return copy;
    }

    private static Object copy(Object value, IdentityHashMap<Object, Object> copies) {
        if (value == null || isShared(value)) {
            return value;
        }
        Object known = copies.get(value);
        if (known != null) {
            return known;
        }
        if (value instanceof long[] numbers) {
            return numbers.clone();
        }
        if (value instanceof ArrayList<?> list) {
            return copyList(list, copies);
        }
        return value.getClass().isArray() ? copyArray(value, copies) : copyObject(value, copies);
    }

    private static boolean isShared(Object value) {
        Class<?> type = value.getClass();
        return type.isRecord()
                || value instanceof Enum<?>
                || value instanceof String
                || value instanceof Outside
                || type.isHidden()
                || type.isSynthetic();
    }

    private static Object copyList(List<?> list, IdentityHashMap<Object, Object> copies) {
        List<Object> copy = new ArrayList<>(list.size());
        copies.put(list, copy);
        for (Object each : list) {
            copy.add(copy(each, copies));
        }
        return copy;
    }

    private static Object copyArray(Object array, IdentityHashMap<Object, Object> copies) {
        int length = Array.getLength(array);
        Object copy = Array.newInstance(array.getClass().getComponentType(), length);
        copies.put(array, copy);
        for (int i = 0; i < length; i++) {
            Array.set(copy, i, copy(Array.get(array, i), copies));
        }
        return copy;
    }

    private static Object copyObject(Object value, IdentityHashMap<Object, Object> copies) {
        Class<?> type = value.getClass();
        if (!type.getPackageName().equals(CORES)) {
            throw new IllegalStateException("a core holds a " + type.getName() + ": say how it is copied");
        }
        try {
            Object copy = maker(type).newInstance();
            copies.put(value, copy);
            for (Field field : fields(type)) {
                if (field.getType() == int.class) {
                    field.setInt(copy, field.getInt(value));
                } else if (field.getType() == long.class) {
                    field.setLong(copy, field.getLong(value));
                } else if (field.getType() == boolean.class) {
                    field.setBoolean(copy, field.getBoolean(value));
                } else if (field.getType().isPrimitive()) {
                    field.set(copy, field.get(value));
                } else {
                    field.set(copy, copy(field.get(value), copies));
                }
            }
            return copy;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot copy a " + type.getName(), e);
        }
    }

    /** Objects come about as serialization makes them, without a constructor. */
    private static Constructor<?> maker(Class<?> type) throws ReflectiveOperationException {
        Constructor<?> known = MAKERS.get(type);
        if (known != null) {
            return known;
        }
        Class<?> factoryType = Class.forName("sun.reflect.ReflectionFactory");
        Object factory = factoryType.getMethod("getReflectionFactory").invoke(null);
        Constructor<?> maker = (Constructor<?>) factoryType
                .getMethod("newConstructorForSerialization", Class.class, Constructor.class)
                .invoke(factory, type, Object.class.getDeclaredConstructor());
        MAKERS.put(type, maker);
        return maker;
    }

    /** The fields of a class, in the order of their names. */
    private static Field[] fields(Class<?> type) {
        Field[] known = FIELDS.get(type);
        if (known != null) {
            return known;
        }
        List<Field> found = new ArrayList<>();
        for (Field field : type.getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers())) {
                field.setAccessible(true);
                found.add(field);
            }
        }
        found.sort((a, b) -> a.getName().compareTo(b.getName()));
        Field[] fields = found.toArray(new Field[0]);
        FIELDS.put(type, fields);
        return fields;
    }

    // ---- digests

    static void digest(Object core, long nowMs, Ranks ranks, Digest digest) {
        try {
            digest(core, nowMs, ranks, digest, new IdentityHashMap<>());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "cannot look into a " + core.getClass().getName(), e);
        }
    }

    private static void digest(
            Object value, long nowMs, Ranks ranks, Digest digest, IdentityHashMap<Object, Object> seen)
            throws ReflectiveOperationException {
        if (value == null) {
            digest.mix(-7);
        } else if (value instanceof PartitionState state) {
            digest(state, ranks, digest);
        } else if (value instanceof AssignedReplica replica) {
            digest(replica, ranks, digest);
        } else if (value instanceof IsrProposal proposal) {
            digest(proposal, ranks, digest);
        } else if (value instanceof Enum<?> each) {
            digest.mix(each.name().hashCode());
        } else if (value instanceof Number number) {
            digest.mix(number.longValue());
        } else if (value instanceof String text) {
            digest.mix(text.hashCode());
        } else if (value instanceof List<?> list) {
            digest.mix(list.size());
            for (Object each : list) {
                digest(each, nowMs, ranks, digest, seen);
            }
        } else if (value instanceof Object[] array) {
            for (Object each : array) {
                digest(each, nowMs, ranks, digest, seen);
            }
        } else if (value.getClass().getPackageName().equals(CORES) && !isOpaque(value)) {
            digestObject(value, nowMs, ranks, digest, seen);
        }
    }

    /** Settings, and references to this core's own methods, are the same in all states. */
    private static boolean isOpaque(Object value) {
        Class<?> type = value.getClass();
        return value instanceof CoreSettings || type.isHidden() || type.isSynthetic();
    }

    private static void digestObject(
            Object value, long nowMs, Ranks ranks, Digest digest, IdentityHashMap<Object, Object> seen)
            throws ReflectiveOperationException {
        if (seen.put(value, value) != null) {
            return;
        }
        Class<?> type = value.getClass();
        digest.mix(type.getSimpleName().hashCode());
        if (type.getSimpleName().equals("PendingAcks")) {
            digestRing(value, digest);
            return;
        }
        if (type.isRecord()) {
            for (RecordComponent component : type.getRecordComponents()) {
                component.getAccessor().setAccessible(true);
                digest(component.getAccessor().invoke(value), nowMs, ranks, digest, seen);
            }
            return;
        }
        for (Field field : fields(type)) {
            String name = field.getName();
            if (NOT_COUNTED.contains(type.getSimpleName() + "." + name)) {
                continue;
            }
            if (field.getType() == long.class) {
                digest.mix(longOf(name, field.getLong(value), nowMs, ranks));
            } else if (field.getType() == int.class) {
                digest.mix(field.getInt(value));
            } else if (field.getType() == boolean.class) {
                digest.mix(field.getBoolean(value) ? 1 : 0);
            } else {
                digest(field.get(value), nowMs, ranks, digest, seen);
            }
        }
    }

    private static long longOf(String name, long value, long nowMs, Ranks ranks) {
        if (name.endsWith("Ms")) {
            return value == Long.MIN_VALUE ? -2 : Long.compare(value, nowMs);
        }
        return name.endsWith("rokerEpoch") ? ranks.ofBrokerEpoch(value) : value;
    }

    /** A ring has old values in its free places. */
    private static void digestRing(Object acks, Digest digest) throws ReflectiveOperationException {
        int head = number(acks, "head");
        int size = number(acks, "size");
        long[] required = (long[]) get(acks, "required");
        long[] tokens = (long[]) get(acks, "tokens");
        for (int i = 0; i < size; i++) {
            int slot = (head + i) & (required.length - 1);
            digest.mix(required[slot]);
            digest.mix(tokens[slot]);
        }
    }

    static void digest(PartitionState state, Ranks ranks, Digest digest) {
        digest.mix(state.leader());
        digest.mix(state.leaderEpoch());
        digest.mix(ranks.ofPartitionEpoch(state.partitionEpoch()));
        for (AssignedReplica replica : state.replicas()) {
            digest(replica, ranks, digest);
        }
        digest.mix((state.durable() ? 2 : 0) + (state.unclean() ? 1 : 0));
    }

    private static void digest(AssignedReplica replica, Ranks ranks, Digest digest) {
        digest.mix(replica.id());
        digest.mix((replica.inIsr() ? 8 : 0)
                + (replica.inElr() ? 4 : 0)
                + (replica.fenced() ? 2 : 0)
                + (replica.shuttingDown() ? 1 : 0));
        digest.mix(ranks.ofBrokerEpoch(replica.brokerEpoch()));
    }

    static void digest(IsrProposal proposal, Ranks ranks, Digest digest) {
        digest.mix(proposal.leaderEpoch());
        digest.mix(ranks.ofPartitionEpoch(proposal.partitionEpoch()));
        for (IsrMember member : proposal.isr()) {
            digest.mix(member.id());
            digest.mix(ranks.ofBrokerEpoch(member.brokerEpoch()));
        }
        digest.mix((proposal.durable() ? 2 : 0) + (proposal.clearUnclean() ? 1 : 0));
    }

    // ---- the one thing that is not to be seen from outside

    /** The attempt of an ISR proposal whose outcome this leader waits for; −1 when it waits for none. */
    static long awaitedAttempt(PartitionLeader leader) {
        try {
            Object negotiation = get(leader, "negotiation");
            return (boolean) get(negotiation, "inFlight") ? (long) get(negotiation, "attempt") : -1;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a leader's negotiation is not where it was", e);
        }
    }

    private static int number(Object value, String name) throws ReflectiveOperationException {
        return (int) get(value, name);
    }

    private static Object get(Object value, String name) throws ReflectiveOperationException {
        for (Field field : fields(value.getClass())) {
            if (field.getName().equals(name)) {
                return field.get(value);
            }
        }
        throw new NoSuchFieldException(name);
    }

    /** What cores hold and is not part of them: copies share it. */
    interface Outside {}
}
