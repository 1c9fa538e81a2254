// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.see;

import io.shiplog.storage.files.DiskLogFiles;
import io.shiplog.storage.log.DirectoryAudit;
import io.shiplog.storage.marks.MarksFile;
import io.shiplog.storage.marks.PartitionMarks;
import io.shiplog.tools.connect.Connection;
import io.shiplog.tools.connect.Unreachable;
import io.shiplog.tools.text.Cell;
import io.shiplog.tools.text.Json;
import io.shiplog.tools.text.Rows;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/** The logs in a directory whose node is down. Nothing there knows the names of topics: logs are shown by topic id. */
final class StoredLogs {
    private final Connection connection;

    StoredLogs(Connection connection) {
        this.connection = connection;
    }

    /** Shows, and checks when that is wanted; 1 when something is not sound. */
    int show(Path directory, List<String> topicIds, boolean verify, boolean segments) throws IOException {
        try (DirectoryAudit audit = DirectoryAudit.open(new DiskLogFiles(), directory)) {
            List<DirectoryAudit.Log> logs = new ArrayList<>(audit.logs());
            choose(logs, topicIds, directory);
            List<String> damages = new ArrayList<>();
            List<String> torn = new ArrayList<>();
            long[] checked = {0, 0};
            if (verify) {
                for (DirectoryAudit.Log log : logs) {
                    verify(audit, log, damages, torn, checked);
                }
            }
            Rows rows = segments ? segmentRows(logs) : logRows(logs);
            print(directory, audit, rows, verify, damages, torn, checked);
            boolean lost = verify && audit.marks().condition() == MarksFile.Condition.LOST;
            return damages.isEmpty() && !lost ? 0 : 1;
        }
    }

    /** Only those of these topics; one that has no log here is refused. */
    private static void choose(List<DirectoryAudit.Log> logs, List<String> topicIds, Path directory) {
        if (topicIds.isEmpty()) {
            return;
        }
        TreeSet<String> known = new TreeSet<>();
        logs.forEach(log -> known.add(log.key().topicId().toString()));
        for (String id : topicIds) {
            if (!known.contains(id)) {
                throw Unreachable.because(
                        "no log in " + directory + " is of a topic with the id " + id
                                + "; without an id all of them are shown (a directory knows no names; bin/shiplog topics shows the ids)");
            }
        }
        logs.removeIf(log -> !topicIds.contains(log.key().topicId().toString()));
    }

    private static void verify(
            DirectoryAudit audit, DirectoryAudit.Log log, List<String> damages, List<String> torn, long[] checked)
            throws IOException {
        for (DirectoryAudit.Part part : log.segments()) {
            DirectoryAudit.Finding found = audit.verify(log, part);
            checked[0] += found.batches();
            checked[1] += found.records();
            if (found.problem() != null) {
                String sentence = log.key().directoryName() + ": bad from offset " + found.badFrom() + " (byte "
                        + found.badPosition() + " of segment " + found.baseOffset() + "): " + found.problem();
                (found.torn() ? torn : damages).add(sentence);
            }
        }
    }

    private static Rows logRows(List<DirectoryAudit.Log> logs) {
        Rows rows = new Rows(
                "topicId",
                "partition",
                "bytes",
                "segments",
                "firstSegment",
                "logStart",
                "flushedOffset",
                "highWatermark");
        for (DirectoryAudit.Log log : logs) {
            PartitionMarks marks = log.marks();
            rows.add(
                    log.key().topicId().toString(),
                    log.key().partition(),
                    Cell.bytes(log.bytes()),
                    log.segments().size(),
                    log.segments().isEmpty() ? null : log.segments().get(0).baseOffset(),
                    marks == null ? null : marks.logStartOffset(),
                    marks == null ? null : marks.flushedOffset(),
                    marks == null ? null : marks.highWatermark());
        }
        return rows;
    }

    private static Rows segmentRows(List<DirectoryAudit.Log> logs) {
        Rows rows = new Rows("topicId", "partition", "baseOffset", "bytes");
        for (DirectoryAudit.Log log : logs) {
            for (DirectoryAudit.Part part : log.segments()) {
                rows.add(
                        log.key().topicId().toString(),
                        log.key().partition(),
                        part.baseOffset(),
                        Cell.bytes(part.bytes()));
            }
        }
        return rows;
    }

    private void print(
            Path directory,
            DirectoryAudit audit,
            Rows rows,
            boolean verified,
            List<String> damages,
            List<String> torn,
            long[] checked) {
        var out = connection.out();
        String condition =
                audit.marks().condition().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        boolean clean = audit.marks().cleanBrokerEpoch() >= 0;
        Map<String, Object> whole = new LinkedHashMap<>();
        whole.put("directory", directory.toString());
        whole.put("clusterId", audit.stamp() == null ? null : audit.stamp().clusterId());
        whole.put("nodeId", audit.stamp() == null ? null : audit.stamp().nodeId());
        whole.put("marks", condition);
        whole.put("closedInOrder", clean);
        whole.put("logs", rows.objects());
        if (verified) {
            whole.put("batches", checked[0]);
            whole.put("records", checked[1]);
            whole.put("damages", damages);
            whole.put("tornTails", torn);
        }
        if (connection.json()) {
            out.println(Json.write(whole));
            out.flush();
            return;
        }
        out.println(directory + ": "
                + (audit.stamp() == null
                        ? "nobody's"
                        : "storage-" + audit.stamp().nodeId() + " of cluster "
                                + audit.stamp().clusterId())
                + "; flush marks " + condition + "; " + (clean ? "closed in order" : "not closed in order"));
        out.print(rows.table());
        torn.forEach(each -> out.println("torn tail, cut at the next start: " + each));
        damages.forEach(each -> out.println("damage: " + each));
        if (verified) {
            out.println(checked[0] + " batches with " + checked[1] + " records are sound; "
                    + (damages.isEmpty()
                            ? "no damage"
                            : "damage in " + damages.size() + " of the segments (docs/corruption.md)"));
        }
        out.flush();
    }
}
