// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.explain;

import java.util.List;

/** The commands that are told, in one place: each is one that exists. */
final class Remedies {
    private final String bootstrap;

    Remedies(Facts facts) {
        this.bootstrap = facts.bootstrap().isEmpty() ? "$SHIPLOG_BOOTSTRAP" : facts.bootstrap();
    }

    static String startNode(int node, String host) {
        return "on " + host + ": bin/storage-node CONFIG of node " + node
                + " starts it again (a local cluster: bin/cluster start storage-" + node + ")";
    }

    static String startQuorumNode(int node, String address) {
        return "on " + address.replaceAll(":\\d+$", "") + ": bin/quorum-node CONFIG of node " + node
                + " starts it again (a local cluster: bin/cluster start quorum-" + node + ")";
    }

    static String lastWords() {
        return "the end of its log says why it ended";
    }

    static String resumeNode(int node, String host) {
        return "on " + host + ": kill -CONT PID of node " + node
                + " when ps shows it as stopped (state T); a local cluster: bin/cluster resume" + " storage-" + node;
    }

    static String stackOf(int node) {
        return "when it is not stopped: jstack PID shows what it hangs in; then kill -9 PID, and start node " + node
                + " again";
    }

    static String replace(int node) {
        return "if it is lost for good: bin/shiplog replace " + node + " --by NODE brings its replicas to another node";
    }

    String dropBrokerThrottle(String entity, List<String> keys) {
        String who = entity.isEmpty() ? "--entity-default" : "--entity-name " + entity;
        return "kafka-configs --bootstrap-server " + bootstrap + " --alter --entity-type brokers " + who
                + " --delete-config " + String.join(",", keys);
    }

    String dropTopicThrottle(String topic, List<String> keys) {
        return "kafka-configs --bootstrap-server " + bootstrap + " --alter --entity-type topics --entity-name " + topic
                + " --delete-config " + String.join(",", keys);
    }

    static String setMinIsr(String topic, int value) {
        return "bin/shiplog topics alter " + topic + " --config min.insync.replicas=" + value;
    }

    static String moreReplicas(String topic, int factor) {
        return "or more replicas: bin/shiplog topics alter " + topic + " --replication-factor " + factor;
    }

    static String recoverPlan(String topic) {
        return "bin/shiplog recover plan " + topic + " shows who has what and what would be lost; recover run does it";
    }

    static String cancelJob(long job) {
        return "or give it up: bin/shiplog reassign cancel " + job;
    }

    static String resumeJob(long job) {
        return "bin/shiplog reassign resume " + job;
    }

    static String cancelReassignment(String partition) {
        return "or give it up: kafka-reassign-partitions --cancel with the file it was started with (" + partition
                + ")";
    }

    static String leaveDirectory(int node, String directory) {
        return "move replicas away: bin/shiplog reassign plan --off-directory " + node + ":" + directory;
    }

    static String maintenance(int node) {
        return "to have it lead nothing while you look: bin/shiplog maintenance on " + node;
    }
}
