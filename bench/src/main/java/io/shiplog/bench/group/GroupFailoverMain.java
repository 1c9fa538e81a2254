// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.group;

import io.shiplog.bench.harness.Figures;
import io.shiplog.bench.harness.Machine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * {@code bin/bench group-failover}: a group reads and commits, the node of its coordinator is killed, and another member joins at that moment. Taken is
 * the time until every partition is read again, until every member has committed again, and until the group is rebalanced: the newcomer has its share, every
 * partition has one owner, and each owner has read a record that was sent after the kill. No committed offset may be lost.
 */
public final class GroupFailoverMain {
    private static final int BAD_USAGE = 2;
    private static final int FAILED = 1;
    private static final String OFFSETS = "__consumer_offsets";
    private static final short REPLICAS = 3;
    private static final long PATIENCE_S = 120;
    private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long SETTLE_NS = TimeUnit.SECONDS.toNanos(2);
    private static final double MS_PER_NS = 1e-6;

    private final GroupFailoverOptions options;
    private final Admin admin;
    private final String topic;
    private final String group;
    private final Reading reading;
    private final List<GroupMember> members = new ArrayList<>();
    private final Figures figures = new Figures();

    private GroupFailoverMain(GroupFailoverOptions options, Admin admin) {
        this.options = options;
        this.admin = admin;
        topic = "group-failover-" + options.protocol();
        group = "group-" + options.protocol();
        reading = new Reading(options.partitions());
    }

    /** Takes the options of the usage line. */
    public static void main(String[] arguments) {
        GroupFailoverOptions options;
        try {
            options = GroupFailoverOptions.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.err.print(GroupFailoverOptions.USAGE);
            System.exit(BAD_USAGE);
            return;
        }
        int status = FAILED;
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", options.bootstrap()))) {
            System.out.println(Machine.describe() + "; load average before: " + Machine.loadAverage());
            GroupFailoverMain run = new GroupFailoverMain(options, admin);
            run.measure();
            run.figures.print(System.out);
            status = 0;
        } catch (Exception e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                System.err.println(cause == e ? "not measured: " + cause : "because of " + cause);
            }
        }
        System.exit(status);
    }

    private void measure() throws Exception {
        admin.createTopics(List.of(new NewTopic(topic, options.partitions(), REPLICAS)))
                .all()
                .get(PATIENCE_S, TimeUnit.SECONDS);
        await("the replicas of " + topic, () -> inSync(topic));
        try (SteadyProducer producer = new SteadyProducer(options.bootstrap(), topic, options.partitions())) {
            producer.start();
            for (int i = 0; i < options.consumers(); i++) {
                members.add(member("member-" + i));
            }
            for (int round = 1; round <= options.rounds(); round++) {
                measureOne(round);
            }
        } finally {
            // all at once: each of them may wait for a rebalance
            members.parallelStream().forEach(GroupMember::close);
        }
    }

    private GroupMember member(String name) {
        GroupMember member = new GroupMember(options, group, topic, reading, name);
        member.start();
        return member;
    }

    private void measureOne(int round) throws Exception {
        long settledNs = System.nanoTime();
        await(
                "all members to read and commit",
                () -> isOwned(members) && allRead(settledNs) && allCommitted(settledNs));
        await("the replicas of " + OFFSETS, () -> inSync(OFFSETS));
        LockSupport.parkNanos(SETTLE_NS);
        int victim = coordinator();
        ProcessHandle process = process(victim);
        long[] acknowledged = reading.acknowledged();
        long killedNs = System.nanoTime();
        process.destroyForcibly();
        GroupMember newcomer = member("newcomer-" + round);
        try {
            double readMs = timed("every partition to be read again", killedNs, () -> allRead(killedNs));
            double committedMs = timed("every member to commit again", killedNs, () -> allCommitted(killedNs));
            double rebalancedMs = timed("the newcomer to have its share", killedNs, () -> isShared(newcomer, killedNs));
            checkKept(acknowledged);
            String label = options.system() + ", " + options.protocol() + ": ";
            figures.add(label + "every partition read again", "ms", "", readMs);
            figures.add(label + "every member has committed again", "ms", "", committedMs);
            figures.add(
                    label + "rebalanced with a newcomer, all reading",
                    "ms",
                    "3000 beyond the heartbeats",
                    rebalancedMs);
            System.out.printf(
                    "%s%d: node %d killed; read %.0f ms, committed %.0f ms, rebalanced %.0f ms; no offset lost%n",
                    label, round, victim, readMs, committedMs, rebalancedMs);
        } finally {
            newcomer.close();
        }
        restart(victim);
        await("the replicas of " + topic, () -> inSync(topic));
    }

    private int coordinator() throws Exception {
        return admin.describeConsumerGroups(List.of(group))
                .all()
                .get(PATIENCE_S, TimeUnit.SECONDS)
                .get(group)
                .coordinator()
                .id();
    }

    private ProcessHandle process(int node) throws IOException {
        Path file = Path.of(options.pidFile().replace("%d", Integer.toString(node)));
        long pid = Long.parseLong(Files.readString(file, StandardCharsets.UTF_8).strip());
        return ProcessHandle.of(pid).orElseThrow(() -> new IOException("no process " + pid + ", as " + file + " says"));
    }

    private void restart(int node) throws Exception {
        List<String> command = new ArrayList<>();
        for (String word : options.restart()) {
            command.add(word.replace("%d", Integer.toString(node)));
        }
        Process started = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!started.waitFor(PATIENCE_S, TimeUnit.SECONDS) || started.exitValue() != 0) {
            throw new IllegalStateException("node " + node + " does not start again: " + command);
        }
    }

    private boolean allRead(long sinceNs) {
        for (int partition = 0; partition < reading.partitions(); partition++) {
            if (!reading.readSince(partition, sinceNs)) {
                return false;
            }
        }
        return true;
    }

    private boolean allCommitted(long sinceNs) {
        for (GroupMember member : members) {
            member.check();
            if (member.committedNs() < sinceNs) {
                return false;
            }
        }
        return true;
    }

    /** Whether each partition has one owner, and each member owns something. */
    private boolean isOwned(List<GroupMember> all) {
        Set<TopicPartition> owned = new HashSet<>();
        int sum = 0;
        for (GroupMember member : all) {
            member.check();
            Set<TopicPartition> own = member.owned();
            sum += own.size();
            owned.addAll(own);
            if (own.isEmpty()) {
                return false;
            }
        }
        return sum == options.partitions() && owned.size() == sum;
    }

    private boolean isShared(GroupMember newcomer, long killedNs) {
        List<GroupMember> all = new ArrayList<>(members);
        all.add(newcomer);
        if (!isOwned(all)) {
            return false;
        }
        for (GroupMember member : all) {
            for (TopicPartition partition : member.owned()) {
                if (!reading.readSince(partition.partition(), killedNs, member)) {
                    return false;
                }
            }
        }
        return true;
    }

    private void checkKept(long[] acknowledged) throws Exception {
        Map<TopicPartition, OffsetAndMetadata> kept = admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get(PATIENCE_S, TimeUnit.SECONDS);
        for (int partition = 0; partition < acknowledged.length; partition++) {
            OffsetAndMetadata offset = kept.get(new TopicPartition(topic, partition));
            if (acknowledged[partition] > 0 && (offset == null || offset.offset() < acknowledged[partition])) {
                throw new IllegalStateException("partition " + partition + " was committed up to "
                        + acknowledged[partition] + ", and the group has " + offset);
            }
        }
    }

    /** A node that has just died may be asked; then another one is. */
    private boolean inSync(String name) {
        try {
            return admin
                    .describeTopics(List.of(name))
                    .allTopicNames()
                    .get(PATIENCE_S, TimeUnit.SECONDS)
                    .get(name)
                    .partitions()
                    .stream()
                    .allMatch(partition -> partition.isr().size() == REPLICAS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | TimeoutException notNow) {
            return false;
        }
    }

    private static double timed(String what, long sinceNs, BooleanSupplier condition) {
        await(what, condition);
        return (System.nanoTime() - sinceNs) * MS_PER_NS;
    }

    private static void await(String what, BooleanSupplier condition) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadlineNs) {
                throw new IllegalStateException("waited " + PATIENCE_S + " s for " + what);
            }
            LockSupport.parkNanos(POLL_NS);
        }
    }
}
