package dev.cortado.cli.compare;

import java.io.PrintWriter;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/** The contests as a Markdown table: tokens per second, and Cortado's ratio to each peer. */
final class Table {
    private final List<Contest> contests;
    private final Workload workload;

    Table(List<Contest> contests, Workload workload) {
        this.contests = contests;
        this.workload = workload;
    }

    void print(PrintWriter out) {
        List<Peer> peers =
                contests.getFirst().series().stream().map(Series::peer).toList();
        StringBuilder head = new StringBuilder("| model | test | Cortado |");
        StringBuilder rule = new StringBuilder("|---|---|---:|");
        for (Peer peer : peers.subList(1, peers.size())) {
            head.append(' ').append(peer.name()).append(" | ratio |");
            rule.append("---:|---:|");
        }
        out.println(head);
        out.println(rule);
        printTest(out, peers.size(), "pp" + workload.prompt(), Rates::prompt);
        printTest(out, peers.size(), "tg" + workload.generated(), Rates::generation);
        notes().forEach(note -> out.printf("%n%s%n", note));
        out.flush();
    }

    private void printTest(PrintWriter out, int peers, String test, ToDoubleFunction<Rates> rate) {
        for (Contest contest : contests) {
            StringBuilder row = new StringBuilder("| ")
                    .append(contest.model().getFileName())
                    .append(" | ")
                    .append(test)
                    .append(" | ")
                    .append(number("%.1f", contest.cortado().median(rate)))
                    .append(" |");
            for (Series peer : contest.series().subList(1, peers)) {
                row.append(' ').append(number("%.1f", peer.median(rate)));
                row.append(" | ").append(number("%.2f", contest.cortado().ratio(peer, rate)));
                row.append(" |");
            }
            out.println(row);
        }
        if (contests.size() > 1) {
            StringBuilder row = new StringBuilder("| geometric mean | ").append(test).append(" | |");
            for (int peer = 1; peer < peers; peer++) {
                row.append(" | ").append(number("%.2f", geometricMean(peer, rate))).append(" |");
            }
            out.println(row);
        }
    }

    private double geometricMean(int peer, ToDoubleFunction<Rates> rate) {
        return Math.exp(contests.stream()
                .mapToDouble(
                        contest -> contest.cortado().ratio(contest.series().get(peer), rate))
                .filter(ratio -> !Double.isNaN(ratio))
                .map(Math::log)
                .average()
                .orElse(Double.NaN));
    }

    private static String number(String format, double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, format, value);
    }

    /** What the peers say of themselves, and who failed at which model. */
    private Set<String> notes() {
        Set<String> notes = new LinkedHashSet<>();
        for (Contest contest : contests) {
            for (Series series : contest.series()) {
                String name = series.peer().name();
                if (series.failure() != null) {
                    notes.add("%s with %s failed: %s"
                            .formatted(name, contest.model().getFileName(), series.failure()));
                } else if (!series.about().isEmpty()) {
                    notes.add(name + ": " + series.about());
                }
            }
        }
        return notes;
    }
}
