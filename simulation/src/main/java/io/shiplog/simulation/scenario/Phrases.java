// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The sentences that a story may consist of. What happens is done at once; what must be so is waited for, and what must stay so is looked
 * at again and again.
 */
final class Phrases {
    private static final String IDS = "([0-9][0-9, and]*)";
    private static final String PAIRS = "((?:\\([0-9]+,[0-9]+\\) ?)+)";
    private static final Pattern NUMBER = Pattern.compile("[0-9]+");
    private static final long STEP_MS = 20;

    /** Says what is otherwise than it should be; null when all is as it should be. */
    @FunctionalInterface
    interface Check {
        String problem();
    }

    @FunctionalInterface
    private interface Meaning {
        String carryOut(Matcher words);
    }

    private record Phrase(Pattern pattern, Meaning meaning) {}

    private final Stage stage;
    private final long patienceMs;
    private final List<Phrase> phrases = new ArrayList<>();

    /** @param patienceMs virtual time in which something must come true */
    Phrases(Stage stage, long patienceMs) {
        this.stage = stage;
        this.patienceMs = patienceMs;
        events();
        expectations();
        expectationsOfProducers();
    }

    /**
     * Carries out one sentence; null when it came true.
     *
     * @return what went wrong
     */
    String carryOut(String sentence) {
        for (Phrase phrase : phrases) {
            Matcher words = phrase.pattern.matcher(sentence);
            if (words.matches()) {
                return phrase.meaning.carryOut(words);
            }
        }
        return "nobody knows what this means";
    }

    /** Whether the sentence means anything. */
    boolean understands(String sentence) {
        return phrases.stream()
                .anyMatch(phrase -> phrase.pattern.matcher(sentence).matches());
    }

    private void add(String pattern, Meaning meaning) {
        phrases.add(new Phrase(Pattern.compile(pattern), meaning));
    }

    private void happens(String pattern, java.util.function.Consumer<Matcher> event) {
        add(pattern, words -> {
            event.accept(words);
            return null;
        });
    }

    private void events() {
        happens("Given brokers " + IDS, w -> stage.begin(ids(w.group(1))));
        happens(
                "Given topic (\\w+) with one partition on " + IDS + " and min ISR (\\d+)",
                w -> stage.createTopic(w.group(1), ids(w.group(2)), number(w.group(3))));
        happens(
                "The producer sends (\\d+) records? with acks=(all|1|0)",
                w -> stage.produce(number(w.group(1)), w.group(2).equals("all") ? -1 : Short.parseShort(w.group(2))));
        happens(
                "The link between (\\d+) and (\\d+) (goes down|comes up)",
                w -> stage.link(
                        number(w.group(1)), number(w.group(2)), w.group(3).equals("comes up")));
        happens("Broker (\\d+) crashes", w -> stage.crash(number(w.group(1))));
        happens("Broker (\\d+) starts", w -> stage.start(number(w.group(1))));
        happens("The controller elects the preferred leader", w -> stage.elect(false));
        happens("The controller elects uncleanly", w -> stage.elect(true));
        happens("(\\d+) s pass", w -> stage.pass(number(w.group(1)) * 1_000L));
    }

    private void expectations() {
        soon("Broker (\\d+) leads in epoch (\\d+)", w -> leads(number(w.group(1)), number(w.group(2))));
        soon("Broker (\\d+) leads uncleanly", w -> leadsUncleanly(number(w.group(1))));
        always("Nobody leads for (\\d+) s", 1, w -> same(-1, stage.agreed().leader()));
        soon(
                "The ISR is " + IDS,
                w -> same(sorted(w.group(1)), sorted(stage.agreed().isr())));
        soon("The ELR is empty", w -> same(List.of(), stage.agreed().elr()));
        soon(
                "The ELR is " + IDS,
                w -> same(sorted(w.group(1)), sorted(stage.agreed().elr())));
        soon("The high watermark on (\\d+) is (\\d+)", w -> same(Long.parseLong(w.group(2)), sight(w).highWatermark()));
        soon(
                "The high watermark on (\\d+) is at least (\\d+)",
                w -> atLeast(Long.parseLong(w.group(2)), sight(w).highWatermark()));
        always(
                "The high watermark on (\\d+) stays (\\d+) for (\\d+) s",
                3,
                w -> same(Long.parseLong(w.group(2)), sight(w).highWatermark()));
        soon("The log on (\\d+) ends at (\\d+)", w -> same(Long.parseLong(w.group(2)), sight(w).logEnd()));
        soon("The log on (\\d+) is " + PAIRS, w -> same(w.group(2).strip(), text(sight(w).log())));
        soon("The log on (\\d+) is " + PAIRS + "and more in epoch (\\d+)", this::beginsWith);
        soon("The logs on " + IDS + " are the same", w -> sameLogs(ids(w.group(1))));
        soon(
                "The latest offset on (\\d+) is (\\d+)",
                w -> same(Long.parseLong(w.group(2)), stage.latestOffset(number(w.group(1)))));
        soon(
                "The latest offset on (\\d+) is at least (\\d+)",
                w -> atLeast(Long.parseLong(w.group(2)), stage.latestOffset(number(w.group(1)))));
        always(
                "The latest offset on (\\d+) is not available for (\\d+) s",
                2,
                w -> stage.latestOffset(number(w.group(1))) < 0
                        ? null
                        : "it is " + stage.latestOffset(number(w.group(1))));
    }

    private void expectationsOfProducers() {
        soon("(\\d+) records? (?:is|are) acknowledged", w -> same(number(w.group(1)), stage.acknowledged()));
        always(
                "No more than (\\d+) records? (?:is|are) acknowledged for (\\d+) s",
                2,
                w -> stage.acknowledged() <= number(w.group(1)) ? null : stage.acknowledged() + " are");
        soon(
                "The producer is told ([A-Z_]+)",
                w -> stage.producerErrors().contains(w.group(1)) ? null : "it was told " + stage.producerErrors());
        soon(
                "A consumer reads (\\d+) records? from (\\d+)",
                w -> same(number(w.group(1)), stage.readable(number(w.group(2)))));
        soon("No acknowledged record is lost", w -> same(0, lost()));
        soon("(\\d+) acknowledged records? (?:is|are) lost", w -> same(number(w.group(1)), lost()));
    }

    // ---- waiting

    @FunctionalInterface
    private interface Expectation {
        String problem(Matcher words);
    }

    private void soon(String pattern, Expectation expectation) {
        add(pattern, words -> {
            String problem = expectation.problem(words);
            for (long waitedMs = 0; problem != null && waitedMs < patienceMs; waitedMs += STEP_MS) {
                stage.pass(STEP_MS);
                problem = expectation.problem(words);
            }
            return problem;
        });
    }

    /** It must become so, and then stay so for the seconds that stand in the given group. */
    private void always(String pattern, int secondsGroup, Expectation expectation) {
        add(pattern, words -> {
            String problem = expectation.problem(words);
            for (long waitedMs = 0; problem != null && waitedMs < patienceMs; waitedMs += STEP_MS) {
                stage.pass(STEP_MS);
                problem = expectation.problem(words);
            }
            long leftMs = number(words.group(secondsGroup)) * 1_000L;
            for (; problem == null && leftMs > 0; leftMs -= STEP_MS) {
                stage.pass(STEP_MS);
                problem = expectation.problem(words);
            }
            return problem;
        });
    }

    // ---- what is so

    private String leads(int broker, int epoch) {
        Stage.Agreed agreed = stage.agreed();
        Stage.Sight sight = stage.sight(broker);
        return agreed.leader() == broker
                        && agreed.leaderEpoch() == epoch
                        && sight.leads()
                        && sight.leaderEpoch() == epoch
                ? null
                : agreed.leader() + " leads in epoch " + agreed.leaderEpoch();
    }

    private String leadsUncleanly(int broker) {
        Stage.Agreed agreed = stage.agreed();
        return agreed.leader() == broker
                        && agreed.unclean()
                        && stage.sight(broker).leads()
                ? null
                : agreed.leader() + " leads, unclean: " + agreed.unclean();
    }

    private String beginsWith(Matcher words) {
        int epoch = number(words.group(3));
        int known = words.group(2).strip().split(" ").length;
        List<Stage.Written> log = sight(words).log();
        String problem = log.size() < known ? text(log) : same(words.group(2).strip(), text(log.subList(0, known)));
        for (int i = known; problem == null && i < log.size(); i++) {
            problem = same(epoch, log.get(i).epoch());
        }
        return problem;
    }

    private String sameLogs(List<Integer> brokers) {
        List<Stage.Written> first = stage.sight(brokers.get(0)).log();
        String problem = null;
        for (int broker : brokers) {
            problem =
                    problem != null ? problem : same(first, stage.sight(broker).log());
        }
        return problem;
    }

    /** Acknowledged by all, and not in the leader's log. */
    private int lost() {
        List<Stage.Written> log = stage.sight(stage.agreed().leader()).log();
        int lost = 0;
        for (long value : stage.acknowledgedByAll()) {
            lost += log.stream().anyMatch(written -> written.value() == value) ? 0 : 1;
        }
        return lost;
    }

    private Stage.Sight sight(Matcher words) {
        return stage.sight(number(words.group(1)));
    }

    private static String same(Object wanted, Object found) {
        return wanted.equals(found) ? null : "it is " + found;
    }

    private static String atLeast(long wanted, long found) {
        return found >= wanted ? null : "it is " + found;
    }

    private static String text(List<Stage.Written> log) {
        return String.join(" ", log.stream().map(Stage.Written::toString).toList());
    }

    private static List<Integer> sorted(String ids) {
        return sorted(ids(ids));
    }

    private static List<Integer> sorted(List<Integer> ids) {
        return ids.stream().sorted().toList();
    }

    private static List<Integer> ids(String text) {
        return NUMBER.matcher(text)
                .results()
                .map(found -> number(found.group()))
                .toList();
    }

    private static int number(String text) {
        return Integer.parseInt(text);
    }
}
