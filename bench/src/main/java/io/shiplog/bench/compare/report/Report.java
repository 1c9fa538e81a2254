// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.report;

import io.shiplog.bench.compare.cluster.Contestant;
import io.shiplog.bench.compare.result.Figure;
import io.shiplog.bench.compare.result.Measure;
import io.shiplog.bench.compare.result.Result;
import io.shiplog.bench.compare.row.ConsumeRow;
import io.shiplog.bench.compare.row.LatencyRow;
import io.shiplog.bench.compare.row.ProduceRow;
import io.shiplog.bench.compare.row.Row;
import io.shiplog.bench.compare.row.Rows;
import io.shiplog.bench.limits.LimitsMain;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The results as a page of Markdown with plots beside it. Nothing in it is written by hand but the notes. */
public final class Report {
    private static final double US_PER_MS = 1e3;
    private static final double MIB_PER_GB = 1e9 / (1 << 20);

    private final Board board;
    private final String notes;
    private final Map<String, String> plots;
    private final StringBuilder out = new StringBuilder();

    private Report(Board board, String notes) {
        this.board = board;
        this.notes = notes;
        plots = Plots.all(board);
    }

    /**
     * What goes into files.
     *
     * @param page  Markdown that shows the plots as benchmarks/NAME
     * @param plots SVG by name
     */
    public record Pages(String page, Map<String, String> plots) {}

    /**
     * Of all results of a scale.
     *
     * @param notes put in as they are; may be empty
     */
    public static Pages of(List<Result> results, String scale, String notes) {
        Report report = new Report(new Board(results, scale), notes);
        report.write(scale);
        return new Pages(report.out.toString(), report.plots);
    }

    private void write(String scale) {
        line("# Benchmarks: Shiplog beside Apache Kafka");
        line("");
        line(
                "Written by `bin/bench compare`; do not edit. What was measured otherwise: [measurements.md](measurements.md)."
                        + " How the two are compared: [decision 206](decisions/0206-how-the-two-are-compared.md).");
        line("");
        provenance(scale);
        targets();
        for (Row row : Rows.all()) {
            if (!board.of(row.name()).isEmpty()) {
                table(row);
            }
        }
        losses();
        if (!notes.isBlank()) {
            line("");
            out.append(notes.strip()).append("\n\n");
        }
        limits();
        failures();
    }

    private void provenance(String scale) {
        line("- machine: " + join(Result::machine));
        line("- commit: " + join(Result::commit) + "; " + span());
        line("- runs: " + board.results().size() + " units of the size \"" + scale + "\", "
                + board.failed().size() + " failed; load average before a unit: " + loads());
        line(
                "- each unit: a fresh cluster in new directories, `sync` before it, the limits of the machine measured in the same"
                        + " process, contestants in turn there and back, the same client jar (kafka-clients 4.3.1) and flags; what was"
                        + " acknowledged is read back");
        if (!scale.equals("full")) {
            line(
                    "- **Not the full size.** Brokers and clients are still compiling when they are measured, and \"warm\" is not what the"
                            + " targets mean by it: the verdicts below show that everything works, and no more");
        }
        for (Contestant contestant : present()) {
            line("- **" + contestant.label() + "**: " + contestant.description());
        }
        Set<String> configs = board.results().stream()
                .flatMap(result -> result.config().entrySet().stream()
                        .map(entry -> result.unit().row() + ": " + entry.getKey() + " = " + entry.getValue()))
                .collect(Collectors.toCollection(TreeSet::new));
        configs.forEach(config -> line("- " + config));
        line("");
    }

    private String join(Function<Result, String> what) {
        return String.join("; ", board.results().stream().map(what).collect(Collectors.toCollection(TreeSet::new)));
    }

    private String span() {
        TreeSet<String> times = board.results().stream().map(Result::at).collect(Collectors.toCollection(TreeSet::new));
        return times.isEmpty() ? "nothing measured" : "from " + times.first() + " to " + times.last();
    }

    private String loads() {
        return Summary.of(board.results().stream()
                        .filter(result -> result.load().matches("[0-9.]+ .*"))
                        .map(result -> Double.valueOf(
                                result.load().substring(0, result.load().indexOf(' '))))
                        .toList())
                .map(summary -> "median " + Numbers.of(summary.median()) + ", at most " + Numbers.of(summary.max()))
                .orElse("unknown");
    }

    private List<Contestant> present() {
        return Arrays.stream(Contestant.values())
                .filter(contestant -> board.results().stream()
                        .anyMatch(result -> result.unit().contestant().equals(contestant.id())))
                .toList();
    }

    private void targets() {
        line("## Targets");
        line("");
        line("| what | target | Shiplog | Kafka | ratio | verdict |");
        line("|---|---|---|---|---|---|");
        for (Check check : Targets.all()) {
            Optional<Summary> ours = check.ours().summary(board);
            Optional<Summary> theirs = check.theirs().flatMap(side -> side.summary(board));
            String unit = " " + check.ours().figure().measure().unit();
            line("| " + check.what() + " | " + check.target() + " | "
                    + ours.map(summary -> Numbers.of(summary.median()) + unit).orElse("") + " | "
                    + theirs.map(summary -> Numbers.of(summary.median()) + unit).orElse("") + " | "
                    + ratio(ours, theirs) + " | " + check.verdict(board).text() + " |");
        }
        line("");
        board.limit(ProduceRow.NAME, LimitsMain.FLOOR)
                .ifPresent(
                        floor -> line(
                                "The floor of the limits was " + Numbers.of(floor)
                                        + " s/GiB: what brokers cannot do without (receive once and append at the leader, send twice, receive and append at"
                                        + " two followers), at what 64 KiB cost this machine through its loopback and into its page cache in the same run."));
        board.limit(LatencyRow.NAME, LimitsMain.SYNC_P99)
                .ifPresent(us -> line("The p99 of fdatasync of 4 KiB at the end of a file was "
                        + Numbers.of(us / US_PER_MS) + " ms in the runs of the latency rows."));
        line("");
    }

    private static String ratio(Optional<Summary> ours, Optional<Summary> theirs) {
        return ours.isEmpty() || theirs.isEmpty() || theirs.get().median() == 0
                ? ""
                : Numbers.of(ours.get().median() / theirs.get().median());
    }

    private void table(Row row) {
        List<Contestant> contestants = Arrays.stream(Contestant.values())
                .filter(contestant -> !board.of(row.name(), contestant).isEmpty())
                .toList();
        line("## " + row.question());
        line("");
        line("`--rows " + row.name() + "`; median (from to, n), and ratio of Shiplog to Kafka"
                + (hasLimits(row) ? " and to the limit of the machine" : "") + ".");
        line("");
        line("| | " + contestants.stream().map(Contestant::label).collect(Collectors.joining(" | "))
                + " | ratio | to the limit |");
        line("|---|" + "---|".repeat(contestants.size() + 2));
        for (Figure figure : board.figures(row.name())) {
            List<String> cells = new ArrayList<>();
            for (Contestant contestant : contestants) {
                cells.add(cell(board.summary(row.name(), contestant, figure)));
            }
            Optional<Summary> ours = board.summary(row.name(), Contestant.SHIPLOG, figure);
            line("| " + figure.phase() + ": " + figure.measure().title() + ", "
                    + figure.measure().unit() + " | " + String.join(" | ", cells) + " | "
                    + ratio(ours, board.summary(row.name(), Contestant.KAFKA, figure)) + " | "
                    + ours.flatMap(summary -> toLimit(row, figure, summary.median()))
                            .map(Numbers::of)
                            .orElse("")
                    + " |");
        }
        line("");
        pictures(row);
    }

    private static String cell(Optional<Summary> summary) {
        return summary.map(each -> each.count() == 1
                        ? Numbers.of(each.median())
                        : Numbers.of(each.median()) + " (" + Numbers.of(each.min()) + " to " + Numbers.of(each.max())
                                + ", " + each.count() + ")")
                .orElse("");
    }

    private boolean hasLimits(Row row) {
        return board.figures(row.name()).stream()
                .anyMatch(figure -> toLimit(row, figure, 1).isPresent());
    }

    /** As many times the limit that the figure runs into, or the share of it that is reached; nothing where none is known. */
    private Optional<Double> toLimit(Row row, Figure figure, double value) {
        String workload = row.name();
        if (workload.equals(ProduceRow.NAME) && figure.measure() == Measure.CPU_PER_GIB) {
            return board.limit(workload, LimitsMain.FLOOR).map(floor -> value / floor);
        }
        if (workload.equals(LatencyRow.NAME) && figure.measure() == Measure.ACK_P50) {
            // client to leader to follower and back: four ways
            return board.limit(workload, LimitsMain.ROUND_TRIP).map(us -> value / (2 * us / US_PER_MS));
        }
        if (workload.equals(ConsumeRow.NAME) && figure.measure() == Measure.THROUGHPUT) {
            return board.limit(workload, LimitsMain.SENDFILE).map(gb -> value / (gb * MIB_PER_GB));
        }
        return Optional.empty();
    }

    private void pictures(Row row) {
        String prefix =
                row.name().equals(ProduceRow.NAME) ? "cpu-" : row.name().equals(LatencyRow.NAME) ? "latency-" : "-";
        boolean any = false;
        for (String plot : plots.keySet()) {
            if (plot.startsWith(prefix)) {
                line("![" + plot.replace(".svg", "").replace('-', ' ') + "](benchmarks/" + plot + ")");
                any = true;
            }
        }
        if (any) {
            line("");
        }
    }

    private void losses() {
        line("## Where we lose");
        line("");
        List<String> losses = new ArrayList<>();
        for (Row row : Rows.all()) {
            for (Figure figure : board.figures(row.name())) {
                for (Contestant ours : Contestant.values()) {
                    for (Contestant theirs : Contestant.values()) {
                        if (!ours.isKafka() && theirs.isKafka()) {
                            loss(row, figure, ours, theirs).ifPresent(losses::add);
                        }
                    }
                }
            }
        }
        if (losses.isEmpty()) {
            line("In no figure that was measured.");
        } else {
            line("Every figure whose median is worse than that of a Kafka, in whatever configuration of either:");
            line("");
            line("| | ours | theirs | ratio |");
            line("|---|---|---|---|");
            losses.forEach(this::line);
        }
        long missed = Targets.all().stream()
                .filter(check -> check.verdict(board) == Check.Verdict.MISSED)
                .count();
        line("");
        line(
                missed == 0
                        ? "No target that was measured is missed."
                        : "Targets missed: " + missed + " (see the first table).");
    }

    private Optional<String> loss(Row row, Figure figure, Contestant ours, Contestant theirs) {
        Optional<Summary> mine = board.summary(row.name(), ours, figure);
        Optional<Summary> other = board.summary(row.name(), theirs, figure);
        if (mine.isEmpty() || other.isEmpty()) {
            return Optional.empty();
        }
        double difference = mine.get().median() - other.get().median();
        boolean worse = figure.measure().moreIsBetter() ? difference < 0 : difference > 0;
        return worse
                ? Optional.of("| " + row.name() + ", " + figure.phase() + ": "
                        + figure.measure().title() + ", "
                        + figure.measure().unit() + " | " + ours.label() + " "
                        + Numbers.of(mine.get().median()) + " | "
                        + theirs.label() + " " + Numbers.of(other.get().median()) + " | " + ratio(mine, other) + " |")
                : Optional.empty();
    }

    private void limits() {
        Map<String, List<Double>> limits = new LinkedHashMap<>();
        board.results()
                .forEach(result -> result.limits()
                        .forEach((name, value) -> limits.computeIfAbsent(name, key -> new ArrayList<>())
                                .add(value)));
        line("## Limits of the machine");
        line("");
        line(
                "Measured in each unit before its cluster starts, but for the stalls of the disk, which are those of the whole unit; over all units.");
        line("");
        line("| limit | median | from | to |");
        line("|---|---|---|---|");
        limits.forEach((name, values) -> Summary.of(values)
                .ifPresent(summary -> line("| " + name + " | " + Numbers.of(summary.median()) + " | "
                        + Numbers.of(summary.min()) + " | " + Numbers.of(summary.max()) + " |")));
        line("");
    }

    private void failures() {
        if (board.failed().isEmpty()) {
            return;
        }
        line("## Units that failed");
        line("");
        board.failed().forEach(result -> line("- " + result.unit() + ": " + result.failure()));
    }

    private void line(String text) {
        out.append(text).append('\n');
    }
}
