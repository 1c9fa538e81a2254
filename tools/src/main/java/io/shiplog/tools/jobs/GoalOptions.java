// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.jobs;

import io.shiplog.tools.connect.Names;
import io.shiplog.tools.plan.Goal;
import io.shiplog.tools.plan.PlanFile;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** The goals of a plan, of which one is given. */
final class GoalOptions {
    @Option(names = "--balance", description = "Bytes, replicas and leaders even over all nodes that serve.")
    private boolean balance;

    @Option(names = "--add-nodes", paramLabel = "NODE,...", description = "New nodes take their share.")
    private String addNodes;

    @Option(names = "--drain", paramLabel = "NODE,...", description = "These nodes hold nothing any more.")
    private String drain;

    @Option(names = "--replace", paramLabel = "OLD=NEW", description = "NEW takes the places of OLD.")
    private String replace;

    @Option(names = "--off-rack", paramLabel = "RACK", description = "No node of this rack holds anything any more.")
    private String offRack;

    @Option(
            names = "--off-directory",
            paramLabel = "NODE:DIR",
            description = "What lies in this directory goes to other nodes.")
    private String offDirectory;

    @Option(
            names = "--json-file",
            paramLabel = "FILE",
            description = "The assignment of a file that kafka-reassign-partitions reads.")
    private Path jsonFile;

    @ArgGroup(exclusive = false)
    private Factor factor;

    /** Both are needed. */
    static final class Factor {
        @Option(
                names = "--replication-factor",
                required = true,
                paramLabel = "N",
                description = "So many replicas of each partition of --topics.")
        private int factor;

        @Option(names = "--topics", required = true, split = ",", paramLabel = "TOPIC,...", description = "Of these.")
        private List<String> topics;
    }

    /**
     * The goal.
     *
     * @throws IllegalArgumentException when it is not one; a usage error
     */
    Goal goal() {
        if (balance) {
            return new Goal.Balance();
        } else if (addNodes != null) {
            return new Goal.AddNodes(Names.storageNumbers(addNodes));
        } else if (drain != null) {
            return new Goal.DrainNodes(Names.storageNumbers(drain));
        } else if (replace != null) {
            int equals = cut(replace, '=', "--replace", "OLD=NEW, such as 3=6");
            return new Goal.ReplaceNode(
                    Names.storageNumber(replace.substring(0, equals)),
                    Names.storageNumber(replace.substring(equals + 1)));
        } else if (offRack != null) {
            return new Goal.OffRack(offRack);
        } else if (offDirectory != null) {
            int colon = cut(offDirectory, ':', "--off-directory", "NODE:DIR, such as 3:/disks/a");
            return new Goal.OffDirectory(
                    Names.storageNumber(offDirectory.substring(0, colon)), offDirectory.substring(colon + 1));
        } else if (jsonFile != null) {
            PlanFile file = PlanFiles.read(jsonFile);
            if (file.isPlan()) {
                throw new Refused(jsonFile + " is a plan already; shiplog reassign start " + jsonFile + " starts it");
            }
            return new Goal.Explicit(file.assignments());
        }
        return new Goal.ReplicationFactor(new TreeSet<>(factor.topics), factor.factor);
    }

    private static int cut(String text, char at, String option, String right) {
        int index = text.indexOf(at);
        if (index <= 0 || index == text.length() - 1) {
            throw new IllegalArgumentException(option + " " + text + ": " + right + " is expected");
        }
        return index;
    }
}
