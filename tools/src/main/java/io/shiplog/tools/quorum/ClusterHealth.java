// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.quorum;

import io.shiplog.metadata.admin.NodeAnswer;
import io.shiplog.metadata.admin.NodeAnswer.Silence;
import io.shiplog.metadata.client.QuorumDescription;
import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.DescribeNodeResponse;
import io.shiplog.metadata.proto.DirectoryState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Whether a cluster is well, in one word, and why not. Pure.
 *
 * @param reasons a sentence each, the worst first; none when it is healthy
 */
public record ClusterHealth(Verdict verdict, List<String> reasons) {
    /** What the reasons amount to. */
    public enum Verdict {
        /** Nothing is wrong. */
        HEALTHY,
        /** Clients are served; something is to be looked after. */
        DEGRADED,
        /** Some clients are not served, or nothing can be changed. */
        CRITICAL
    }

    public ClusterHealth {
        reasons = List.copyOf(reasons);
    }

    /**
     * Judges.
     *
     * @param quorum null when no active controller answers
     * @param nodes what storage nodes say of themselves, by id
     */
    public static ClusterHealth of(
            MetadataImage image,
            QuorumDescription quorum,
            Map<Integer, NodeAnswer<DescribeNodeResponse>> nodes,
            long nowMs) {
        List<String> critical = new ArrayList<>();
        List<String> degraded = new ArrayList<>();
        if (quorum == null) {
            critical.add("the metadata quorum has no active controller: nothing can be changed, no leader elected");
        }
        PartitionHealth.Counts counts = PartitionHealth.count(image);
        addCount(critical, counts.offline(), "without a leader: neither written nor read");
        addCount(critical, counts.belowMinIsr(), "below min ISR: producers with acks=all are refused");
        addNodes(image, degraded);
        addCount(degraded, counts.underReplicated(), "under-replicated");
        if (quorum != null) {
            degraded.addAll(QuorumSafety.laggards(quorum, nowMs));
        }
        nodes.forEach((id, answer) -> addAnswer(id, image.broker(id), answer, degraded));
        Verdict verdict =
                !critical.isEmpty() ? Verdict.CRITICAL : degraded.isEmpty() ? Verdict.HEALTHY : Verdict.DEGRADED;
        critical.addAll(degraded);
        return new ClusterHealth(verdict, critical);
    }

    private static void addCount(List<String> reasons, int count, String what) {
        if (count > 0) {
            reasons.add(count + (count == 1 ? " partition is " : " partitions are ") + what);
        }
    }

    private static void addNodes(MetadataImage image, List<String> reasons) {
        for (BrokerImage broker : image.brokers()) {
            if (broker.fenced()) {
                reasons.add("storage-" + broker.id() + " is fenced: it serves nobody");
            } else if (broker.inControlledShutdown()) {
                reasons.add("storage-" + broker.id() + " is stopping");
            }
        }
    }

    private static void addAnswer(
            int id, BrokerImage broker, NodeAnswer<DescribeNodeResponse> answer, List<String> reasons) {
        boolean serves = broker != null && broker.active();
        if (!answer.answered()) {
            // One that is fenced is named already, and older software tells nothing.
            if (serves && answer.silence() != Silence.NOT_TOLD) {
                reasons.add("storage-" + id + " did not answer: " + answer.why());
            }
            return;
        }
        for (DirectoryState directory : answer.value().getDirectoriesList()) {
            String what = problem(directory);
            if (what != null) {
                reasons.add("storage-" + id + ": " + directory.getPath() + " " + what);
            }
        }
        if (answer.value().getReplicas().getUnsound() > 0) {
            reasons.add("storage-" + id + ": damage in "
                    + answer.value().getReplicas().getUnsound() + " replicas waits for its repair");
        }
        if (answer.value().getHealth().getLoopStalled()) {
            reasons.add("storage-" + id + ": its event loop does not run");
        }
    }

    private static String problem(DirectoryState directory) {
        if (directory.getState() != DirectoryState.State.ONLINE) {
            return "is offline: " + directory.getReason();
        }
        if (directory.getHung()) {
            return "hangs: a sync does not end";
        }
        if (directory.getFull()) {
            return "is full: appends are refused";
        }
        return directory.getSlow() ? "is slow" : null;
    }
}
