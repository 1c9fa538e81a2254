// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.fault;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The cluster of a run and its clients. As text it has a line for each component, so that a run can be done again when the way of drawing it
 * has changed.
 *
 * @param seed of everything that is left to chance in the run
 * @param storageNodes 1 to 5
 * @param quorumNodes 1 or 3
 * @param partitions of the one topic
 * @param flushPolicy commit or replicated
 * @param segmentBytes segment.bytes
 * @param retentionBytes retention.bytes, −1 for none
 * @param producers one word for each, joined by commas: i5 is idempotent with five in flight, a1 has acks=all and is not, 11 and 01 have
 *     acks 1 and 0; the number is that of requests in flight
 * @param consumersPerPartition that read from the beginning on
 * @param followerShare of the fetches of consumers go to any in-sync replica
 * @param lagTimeMs replica.lag.time.max.ms
 * @param sessionMs broker.session.timeout.ms
 * @param lossRate of metadata proposals
 * @param uncertainRate see {@link io.shiplog.simulation.quorum.QuorumSettings}
 * @param twiceRate see there
 * @param ringEntries see there
 * @param metadataLagMs how late quorum nodes may apply
 * @param balances whether preferred leaders come back by themselves
 * @param lateRate of what was given up arrives all the same
 * @param padding bytes of a record beside its value
 * @param marksMs interval of the flush marks
 * @param checkpointMs interval of checkpoints
 * @param uncleanAllowed whether an election that may lose records can be asked for
 * @param racks whether every storage node is in a rack of its own, and consumers are in one of them and read where the leader sends them
 * @param seekShare of the fetches of consumers go to any offset that they have passed
 * @param shipBytes replica.bulk.min.bytes: so much must be missing for segments to be shipped; −1: records are fetched
 */
public record Setup(
        long seed,
        int storageNodes,
        int quorumNodes,
        int partitions,
        int replicationFactor,
        int minIsr,
        String flushPolicy,
        int segmentBytes,
        int indexIntervalBytes,
        int retentionBytes,
        String producers,
        int consumersPerPartition,
        double followerShare,
        int lagTimeMs,
        int sessionMs,
        double lossRate,
        double uncertainRate,
        double twiceRate,
        int ringEntries,
        int metadataLagMs,
        boolean balances,
        double lateRate,
        int padding,
        int marksMs,
        int checkpointMs,
        boolean uncleanAllowed,
        boolean racks,
        double seekShare,
        int shipBytes) {
    /** What runs did that were written down before there was such a component. */
    private static final Map<String, String> LATER = Map.of("shipBytes", "-1");

    /** Whether an acknowledgement means: on the disk of every in-sync replica. */
    public boolean flushesBeforeCommit() {
        return flushPolicy.equals("commit");
    }

    /** Each producer's word. */
    public List<String> producerWords() {
        return List.of(producers.split(",", -1));
    }

    /** A line for each component: its name and its value. */
    public String toText() {
        StringBuilder text = new StringBuilder();
        values().forEach((name, value) ->
                text.append(name).append(' ').append(value).append('\n'));
        return text.toString();
    }

    /** The same with another value, as text, in one component. */
    public Setup with(String component, String value) {
        Map<String, String> values = values();
        values.put(component, value);
        return parse(values);
    }

    private Map<String, String> values() {
        Map<String, String> values = new LinkedHashMap<>();
        try {
            for (RecordComponent component : Setup.class.getRecordComponents()) {
                values.put(
                        component.getName(),
                        String.valueOf(component.getAccessor().invoke(this)));
            }
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException(e);
        }
        return values;
    }

    /**
     * The setup that {@link #toText} wrote.
     *
     * @param values by component
     * @throws IllegalArgumentException when one is missing or cannot be read
     */
    public static Setup parse(Map<String, String> values) {
        RecordComponent[] components = Setup.class.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        Object[] arguments = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            String value = values.getOrDefault(components[i].getName(), LATER.get(components[i].getName()));
            if (value == null) {
                throw new IllegalArgumentException("no " + components[i].getName());
            }
            arguments[i] = read(types[i], value);
        }
        try {
            return Setup.class.getDeclaredConstructor(types).newInstance(arguments);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object read(Class<?> type, String value) {
        if (type == int.class) {
            return Integer.parseInt(value);
        }
        if (type == long.class) {
            return Long.parseLong(value);
        }
        if (type == double.class) {
            return Double.parseDouble(value);
        }
        return type == boolean.class ? (Object) Boolean.parseBoolean(value) : value;
    }
}
