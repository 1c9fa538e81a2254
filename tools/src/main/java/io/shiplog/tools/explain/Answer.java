// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.explain;

import io.shiplog.metadata.admin.NodeAnswer.Silence;
import io.shiplog.metadata.proto.HistoryLine;
import io.shiplog.tools.text.Units;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What is printed.
 *
 * @param headline what it is about, and how that is
 * @param details a line or none
 * @param changes of the partition, newest first
 */
record Answer(String headline, String details, List<Finding> findings, List<HistoryLine> changes, Facts facts) {
    /** For people. */
    String text() {
        StringBuilder text = new StringBuilder(headline).append('\n');
        if (!details.isEmpty()) {
            text.append("  ").append(details).append('\n');
        }
        for (Finding finding : findings) {
            text.append('\n');
            append(text, finding);
        }
        if (!changes.isEmpty()) {
            text.append("\nlast changes\n");
            changes.forEach(line -> text.append("  ").append(change(line)).append('\n'));
        }
        for (String line : unheard()) {
            text.append('\n').append(line).append('\n');
        }
        return text.toString();
    }

    private void append(StringBuilder text, Finding finding) {
        String since = finding.sinceMs() == Finding.UNKNOWN
                ? ""
                : ", since " + time(finding.sinceMs()) + " ("
                        + Units.duration(Math.max(0, facts.nowMs() - finding.sinceMs())) + ")";
        text.append(finding.severity())
                .append("  ")
                .append(finding.what())
                .append(since)
                .append('\n');
        finding.why().forEach(line -> text.append("  why    ").append(line).append('\n'));
        if (finding.node() != Finding.UNKNOWN) {
            text.append("  cause  ")
                    .append(finding.cause().text())
                    .append(", node ")
                    .append(finding.node())
                    .append('\n');
        }
        finding.remedy().forEach(line -> text.append("  do     ").append(line).append('\n'));
        if (!finding.waitReason().isEmpty() && finding.severity() != Severity.OK) {
            text.append("  wait?  ")
                    .append(finding.safeToWait() ? "yes: " : "no: ")
                    .append(finding.waitReason())
                    .append('\n');
        }
    }

    private static String time(long ms) {
        return Instant.ofEpochMilli(ms).truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static String change(HistoryLine line) {
        String cause = line.getCause().isEmpty() ? "" : " (" + line.getCause() + ")";
        return time(line.getTimeMs()) + "  " + brief(line.getOldValue()) + " -> " + brief(line.getNewValue()) + cause;
    }

    private static String brief(String state) {
        Timeline.State parsed = Timeline.parse(state);
        return parsed == null
                ? (state.isEmpty() ? "nothing" : state)
                : (parsed.leader() < 0 ? "no leader" : "leader " + parsed.leader()) + ", isr " + parsed.isr();
    }

    /** Who was asked and did not tell, and is no finding by itself. */
    private List<String> unheard() {
        List<String> unheard = new ArrayList<>();
        if (!facts.timeline().missing().isEmpty()) {
            unheard.add("what happened before is not known: " + facts.timeline().missing());
        }
        facts.nodes().forEach((id, answer) -> {
            boolean told = answer.answered() || facts.image().broker(id).fenced();
            if (!told
                    && (answer.silence() == Silence.NOT_TOLD
                            || answer.silence() == Silence.DECLINED
                            || answer.silence() == Silence.UNREACHABLE)) {
                unheard.add("node " + id + " does not tell of itself: " + answer.why());
            }
        });
        return unheard;
    }

    /** For programs. */
    Map<String, Object> object() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("headline", headline);
        object.put("details", details.isEmpty() ? null : details);
        object.put("healthy", findings.stream().allMatch(each -> each.severity() == Severity.OK));
        object.put("findings", findings.stream().map(Answer::object).toList());
        object.put("changes", changes.stream().map(Answer::object).toList());
        object.put("notHeard", unheard());
        return object;
    }

    private static Map<String, Object> object(Finding finding) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("severity", finding.severity().name().toLowerCase(Locale.ROOT));
        object.put("cause", finding.cause().name());
        object.put("subject", finding.subject());
        object.put("what", finding.what());
        object.put(
                "since",
                finding.sinceMs() == Finding.UNKNOWN
                        ? null
                        : Instant.ofEpochMilli(finding.sinceMs()).toString());
        object.put("node", finding.node() == Finding.UNKNOWN ? null : finding.node());
        object.put("why", finding.why());
        object.put("remedy", finding.remedy());
        object.put("safeToWait", finding.safeToWait());
        object.put("waitReason", finding.waitReason().isEmpty() ? null : finding.waitReason());
        return object;
    }

    private static Map<String, Object> object(HistoryLine line) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("time", Instant.ofEpochMilli(line.getTimeMs()).toString());
        object.put("old", line.getOldValue());
        object.put("new", line.getNewValue());
        object.put("cause", line.getCause().isEmpty() ? null : line.getCause());
        return object;
    }
}
