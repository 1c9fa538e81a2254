// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.see;

import io.shiplog.metadata.admin.NodeAnswer;
import io.shiplog.metadata.client.QuorumDescription;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.DescribeNodeResponse;
import io.shiplog.metadata.proto.DirectoryState;
import io.shiplog.tools.quorum.ClusterNodes;
import io.shiplog.tools.text.Cell;
import io.shiplog.tools.text.Rows;
import io.shiplog.tools.text.Units;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All nodes with what they hold, and what they say of themselves. */
final class NodeRows {
    private NodeRows() {}

    /**
     * @param quorum null when no active controller answers
     * @param answers of storage nodes, by id; those that were not asked are shown without
     */
    static Rows of(
            MetadataImage image, QuorumDescription quorum, Map<Integer, NodeAnswer<DescribeNodeResponse>> answers) {
        Rows rows = new Rows(
                "node",
                "state",
                "version",
                "rack",
                "disk",
                "leads",
                "replicas",
                "inSync",
                "uptimeMs=uptime",
                "address");
        List<ClusterNodes.Row> nodes = quorum == null ? ClusterNodes.storage(image) : ClusterNodes.of(image, quorum);
        for (ClusterNodes.Row node : nodes) {
            boolean storage = node.role().equals("storage");
            NodeAnswer<DescribeNodeResponse> answer = storage ? answers.get(node.id()) : null;
            DescribeNodeResponse told = answer == null || !answer.answered() ? null : answer.value();
            rows.add(
                    node.role() + "-" + node.id(),
                    node.state(),
                    told == null ? null : told.getVersion(),
                    node.rack(),
                    told == null ? null : disk(told),
                    storage ? node.leads() : null,
                    storage ? node.replicas() : null,
                    storage ? node.inSync() : null,
                    told == null ? null : Cell.duration(told.getUptimeMs()),
                    node.address());
        }
        return rows;
    }

    /** How much of its disks is used, and of how many; directories on one file system count once. */
    private static Cell disk(DescribeNodeResponse told) {
        long total = 0;
        long usable = 0;
        int offline = 0;
        DirectoryState last = null;
        for (DirectoryState directory : told.getDirectoriesList()) {
            if (directory.getState() != DirectoryState.State.ONLINE) {
                offline++;
                continue;
            }
            boolean same = last != null
                    && last.getTotalBytes() == directory.getTotalBytes()
                    && last.getUsableBytes() == directory.getUsableBytes();
            if (!same && directory.getTotalBytes() > 0) {
                total += directory.getTotalBytes();
                usable += directory.getUsableBytes();
            }
            last = directory;
        }
        String used = total == 0 ? "?" : (total - usable) * 100 / total + "% of " + Units.bytes(total);
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("totalBytes", total);
        value.put("usableBytes", usable);
        value.put("directories", told.getDirectoriesCount());
        value.put("offline", offline);
        return new Cell(value, offline == 0 ? used : used + ", " + offline + " offline");
    }
}
