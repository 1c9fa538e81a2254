// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.explain;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.proto.DirectoryState;
import io.shiplog.metadata.proto.ReplicaReport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What is wrong with one partition. Pure. */
final class PartitionRules {
    private final Facts facts;
    private final ReplicaRules replicas;
    private final JobRules jobs;
    private final NodeRules nodes;

    PartitionRules(Facts facts) {
        this.facts = facts;
        this.replicas = new ReplicaRules(facts);
        this.jobs = new JobRules(facts);
        this.nodes = new NodeRules(facts);
    }

    /** The findings, in no particular order; none when all is well. */
    List<Finding> of(Standing standing) {
        List<Finding> found = new ArrayList<>();
        if (standing.leaderless()) {
            found.add(leaderless(standing));
        }
        Finding.Builder target = jobs.targetDown(standing);
        if (target != null) {
            found.add(target.build());
        }
        for (int node : standing.missing()) {
            boolean isDownTarget = target != null
                    && jobs.isDown(node)
                    && Arrays.stream(standing.partition().adding()).anyMatch(each -> each == node);
            if (!isDownTarget) {
                found.add(replicas.cause(standing, node));
            }
        }
        Finding minIsr = minIsr(standing);
        if (minIsr != null) {
            found.add(minIsr);
        }
        found.addAll(ofMembers(standing));
        return found;
    }

    /** Who could lead, and why does nobody. */
    private Finding leaderless(Standing standing) {
        List<Integer> able = new ArrayList<>();
        Arrays.stream(standing.partition().isr()).forEach(able::add);
        Arrays.stream(standing.partition().elr()).forEach(able::add);
        return able.isEmpty() ? recoveryNeeded(standing) : waitsForEligible(standing, able);
    }

    private Finding waitsForEligible(Standing standing, List<Integer> able) {
        int[] ids = able.stream().mapToInt(Integer::intValue).toArray();
        Finding.Builder found = Finding.of(
                        Cause.WAITS_FOR_ELIGIBLE,
                        Severity.CRITICAL,
                        standing.name(),
                        standing.name() + " has no leader: who holds all that was committed (" + Standing.ids(ids)
                                + ") is not there")
                .node(ids[0])
                .since(facts.timeline().notWholeSince(standing.name()));
        for (int node : ids) {
            Finding.Builder trouble = nodes.trouble(node);
            found.why(
                    trouble == null
                            ? "node " + node + " is there; an election is on the way"
                            : trouble.build().what());
            found.remedy(Remedies.startNode(node, facts.host(node)));
        }
        return found.remedy("only if they are lost for good: "
                        + Remedies.recoverPlan(standing.topic().name()))
                .waiting(
                        false,
                        "nothing can be read or written until one of them is back; nothing that was acknowledged is lost")
                .build();
    }

    private Finding recoveryNeeded(Standing standing) {
        int[] last = standing.partition().lastKnownElr();
        return Finding.of(
                        Cause.RECOVERY_NEEDED,
                        Severity.CRITICAL,
                        standing.name(),
                        standing.name() + " has no leader, and no replica surely holds all that was committed")
                .since(facts.timeline().notWholeSince(standing.name()))
                .why(
                        last.length == 0
                                ? "nobody knows who was in sync last"
                                : "in sync or eligible last: " + Standing.ids(last)
                                        + ", which stopped uncleanly or lost their disks")
                .remedy("start every replica that is left: "
                        + Standing.ids(standing.partition().replicas()))
                .remedy(Remedies.recoverPlan(standing.topic().name()))
                .waiting(false, "it does not come back by itself unless all who were in sync last do")
                .build();
    }

    private Finding minIsr(Standing standing) {
        int factor = standing.partition().replicationFactor();
        int alive = standing.alive(facts.image()).size();
        boolean moreThanThere = standing.wantedMinIsr() > factor;
        boolean all = factor > 1 && standing.minIsr() == factor;
        boolean moreThanAlive = standing.minIsr() > alive;
        if (!moreThanThere && !all && !moreThanAlive) {
            return null;
        }
        String topic = standing.topic().name();
        boolean refused = standing.belowMinIsr();
        // Never what it is: that would change nothing.
        int wanted = refused ? standing.partition().isrSize() : moreThanAlive ? alive : 2;
        int better = Math.max(1, Math.min(factor - 1, wanted));
        Finding.Builder found = Finding.of(
                        Cause.MIN_ISR_TOO_HIGH,
                        refused ? Severity.CRITICAL : Severity.WARNING,
                        "topic " + topic,
                        minIsrSentence(standing, moreThanThere, alive))
                .why("min.insync.replicas is " + standing.wantedMinIsr() + ", replicas " + factor + ", of which "
                        + alive + " are alive and " + standing.partition().isrSize() + " in sync");
        if (factor > 1) {
            found.remedy((refused && moreThanAlive ? "to let writes go on with less safety until nodes are back: " : "")
                    + Remedies.setMinIsr(topic, better));
        }
        if (moreThanThere || all) {
            int replicas = Math.max(3, standing.wantedMinIsr() + 1);
            int nodes = facts.image().brokers().size();
            found.remedy((nodes < replicas ? "with " + (replicas - nodes) + " more storage nodes, " : "")
                    + Remedies.moreReplicas(topic, replicas));
        }
        return found.waiting(
                        !refused,
                        refused
                                ? "writes with acks=all are refused until " + standing.minIsr() + " are in sync"
                                : "writes go on as long as no replica leaves")
                .build();
    }

    private static String minIsrSentence(Standing standing, boolean moreThanThere, int alive) {
        String asks =
                "topic " + standing.topic().name() + " asks for " + standing.wantedMinIsr() + " replicas in sync and ";
        if (moreThanThere) {
            return asks + "has " + standing.partition().replicationFactor()
                    + ": all of them are needed for every write";
        }
        return standing.minIsr() > alive
                ? asks + "only " + alive + " are alive"
                : asks + "has no more: no node may go, not even for a restart";
    }

    /** Disks and logs of the replicas that are in sync: they make a partition slow or stuck. */
    private List<Finding> ofMembers(Standing standing) {
        List<Finding> found = new ArrayList<>();
        for (int node : standing.partition().isr()) {
            DirectoryState directory = facts.directory(node, standing.id());
            Finding.Builder disk = directory == null ? null : DirectoryRules.of(facts, node, directory);
            if (disk != null) {
                found.add(standing.weigh(disk).build());
            }
            ReplicaReport report = facts.replica(node, standing.id());
            if (report != null && report.getDamagedFrom() >= 0) {
                found.add(DirectoryRules.damaged(facts, node, standing.id(), report.getDamagedFrom())
                        .build());
            }
            BrokerImage broker = facts.image().broker(node);
            Finding.Builder trouble = broker == null || broker.fenced() ? null : nodes.trouble(node);
            if (trouble != null) {
                found.add(standing.weigh(trouble).build());
            }
        }
        return found;
    }
}
