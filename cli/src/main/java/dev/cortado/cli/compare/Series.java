package dev.cortado.cli.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The rounds of one peer with one model. A peer that failed takes no part in later rounds. */
final class Series {
    private static final long LIMIT_MINUTES = 10;

    private final Peer peer;
    private final List<Rates> rounds = new ArrayList<>();
    private @Nullable String failure;

    Series(Peer peer) {
        this.peer = peer;
    }

    Peer peer() {
        return peer;
    }

    /** Why there are no figures, or null. */
    @Nullable String failure() {
        return failure;
    }

    /** Version and CPU features as the program tells them; may be empty. */
    String about() {
        return rounds.isEmpty() ? "" : rounds.getFirst().about();
    }

    /** Runs one round, and keeps why it failed if it does. */
    void run(Path model, Workload workload) throws InterruptedException {
        if (failure != null) {
            return;
        }
        try {
            rounds.add(rates(model, workload));
        } catch (IOException e) {
            failure = String.valueOf(e.getMessage());
        }
    }

    /** Tokens per second: the median of the rounds; NaN if the peer failed. */
    double median(ToDoubleFunction<Rates> test) {
        return failure != null
                ? Double.NaN
                : Rates.median(rounds.stream().mapToDouble(test).toArray());
    }

    /** How many times as fast as another: the median of the ratios within each round; NaN if either failed. */
    double ratio(Series other, ToDoubleFunction<Rates> test) {
        if (failure != null || other.failure != null) {
            return Double.NaN;
        }
        double[] ratios = new double[rounds.size()];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = test.applyAsDouble(rounds.get(i)) / test.applyAsDouble(other.rounds.get(i));
        }
        return Rates.median(ratios);
    }

    private Rates rates(Path model, Workload workload) throws IOException, InterruptedException {
        List<String> command = peer.command(model, workload);
        Path out = Files.createTempFile("cortado-compare", ".out");
        Path err = Files.createTempFile("cortado-compare", ".err");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            try {
                if (!process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)) {
                    throw new IOException(command.getFirst() + " took longer than " + LIMIT_MINUTES + " minutes");
                }
            } finally {
                process.destroyForcibly();
            }
            if (process.exitValue() != 0) {
                throw new IOException("%s ended with %d: %s"
                        .formatted(command.getFirst(), process.exitValue(), lastLine(text(err))));
            }
            return peer.rates(text(out), text(err));
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }

    private static String text(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8); // a log may hold any bytes
    }

    private static String lastLine(String text) {
        return text.lines()
                .filter(line -> !line.isBlank())
                .reduce((first, second) -> second)
                .orElse("no message");
    }
}
