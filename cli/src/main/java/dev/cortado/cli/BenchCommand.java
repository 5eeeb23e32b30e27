package dev.cortado.cli;

import dev.cortado.cli.compare.CompareCommand;
import dev.cortado.engine.model.Batch;
import dev.cortado.engine.model.Model;
import dev.cortado.engine.model.Sequence;
import dev.cortado.sdk.GPT4All;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        subcommands = CompareCommand.class,
        description =
                "Measures a model in the manner of llama-bench: prompt processing (pp) and token generation (tg).",
        footer = {"", "Rates are tokens per second: the median of the repetitions, then the lowest and highest."})
final class BenchCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    private final ModelArguments model = new ModelArguments();

    @Option(
            names = "--pp",
            split = ",",
            paramLabel = "N",
            description = "Prompt lengths, or 0 for no prompt (default: ${DEFAULT-VALUE}).")
    private List<Integer> prompts = List.of(512);

    @Option(
            names = "--tg",
            split = ",",
            paramLabel = "N",
            description = "Tokens to generate, or 0 for none (default: ${DEFAULT-VALUE}).")
    private List<Integer> generated = List.of(64);

    @Option(
            names = "--depth",
            split = ",",
            paramLabel = "N",
            description = "Tokens in the cache before each measurement.")
    private List<Integer> depths = List.of(0);

    @Option(names = "--parallel", split = ",", paramLabel = "N", description = "Sequences that are generated at once.")
    private List<Integer> parallel = List.of(1);

    @Option(
            names = {"-r", "--repetitions"},
            paramLabel = "N",
            description = "Repetitions (default: ${DEFAULT-VALUE}).")
    private int repetitions = 5;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            description = "Repeat each measurement for so long before it counts, while the JVM compiles what it runs"
                    + " (default: ${DEFAULT-VALUE}).")
    private double warmUp = 3;

    @Option(names = "--json", description = "One JSON object per line.")
    private boolean json;

    /** One measurement: tokens per second of each repetition, in ascending order. */
    private record Row(String test, double[] rates) {
        double median() {
            return rates[rates.length / 2];
        }
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        int depth = depths.stream().max(Integer::compare).orElse(0);
        int longest = depth
                + Math.max(
                        prompts.stream().max(Integer::compare).orElse(0),
                        generated.stream().max(Integer::compare).orElse(0))
                + 1;
        try (GPT4All loaded = model.load(longest)) {
            if (!json) {
                out.println(Machine.line());
                out.printf(
                        Locale.ROOT,
                        "%s, %s parameters, backend %s%n%n| test | tokens/s | lowest | highest |%n|---|---:|---:|---:|%n",
                        loaded.model().name(),
                        String.format(Locale.ROOT, "%,d", loaded.model().parameters()),
                        loaded.backend());
                out.flush();
            }
            for (int already : depths) {
                for (int n : withoutZeros(prompts)) {
                    print(
                            out,
                            loaded,
                            measure("pp" + n + suffix(already, 1), () -> prompt(loaded.model(), n, already)));
                }
                for (int n : withoutZeros(generated)) {
                    for (int sequences : parallel) {
                        print(
                                out,
                                loaded,
                                measure(
                                        "tg" + n + suffix(already, sequences),
                                        () -> generate(loaded.model(), n, already, sequences)));
                    }
                }
            }
        }
        return 0;
    }

    /** As llama-bench has it, 0 leaves a test out. */
    private static List<Integer> withoutZeros(List<Integer> counts) {
        return counts.stream().filter(n -> n != 0).toList();
    }

    private static String suffix(int depth, int sequences) {
        return (depth == 0 ? "" : " @ d" + depth) + (sequences == 1 ? "" : " x " + sequences);
    }

    private Row measure(String test, Callable<Double> run) {
        double[] rates = new double[Math.max(1, repetitions)];
        try (Progress progress = Progress.bar(test, model.quiet())) {
            long warm = System.nanoTime() + (long) (warmUp * 1e9);
            do {
                call(run);
            } while (System.nanoTime() < warm);
            for (int i = 0; i < rates.length; i++) {
                rates[i] = call(run);
                progress.update(i + 1, rates.length);
            }
        }
        Arrays.sort(rates);
        return new Row(test, rates);
    }

    private static double call(Callable<Double> run) {
        try {
            return run.call();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static int[] tokens(Model model, int count) {
        int[] tokens = new int[count];
        long state = 1;
        for (int i = 0; i < count; i++) {
            state = state * 6364136223846793005L
                    + 1442695040888963407L; // Knuth's MMIX generator: the same tokens each run
            tokens[i] = (int) Long.remainderUnsigned(state >>> 33, model.vocabularySize());
        }
        return tokens;
    }

    private static double prompt(Model model, int count, int depth) {
        Batch batch = new Batch();
        try (Sequence sequence = model.newSequence(depth + count)) {
            fill(model, batch, sequence, depth);
            int[] tokens = tokens(model, count);
            long began = System.nanoTime();
            batch.clear();
            batch.add(sequence, tokens, 0, count, Batch.Rows.LAST);
            model.forward(batch);
            return count * 1e9 / (System.nanoTime() - began);
        }
    }

    private static void fill(Model model, Batch batch, Sequence sequence, int depth) {
        if (depth > 0) {
            batch.clear();
            batch.add(sequence, tokens(model, depth), 0, depth, Batch.Rows.NONE);
            model.forward(batch);
        }
    }

    private static double generate(Model model, int count, int depth, int parallel) {
        Batch batch = new Batch();
        List<Sequence> sequences = new ArrayList<>();
        try {
            for (int i = 0; i < parallel; i++) {
                Sequence sequence = model.newSequence(depth + count);
                sequences.add(sequence);
                fill(model, batch, sequence, depth);
            }
            int[] tokens = tokens(model, count);
            long began = System.nanoTime();
            for (int i = 0; i < count; i++) {
                batch.clear();
                for (Sequence sequence : sequences) {
                    batch.add(sequence, tokens, i, 1, Batch.Rows.LAST);
                }
                model.forward(batch);
            }
            return (double) count * parallel * 1e9 / (System.nanoTime() - began);
        } finally {
            sequences.forEach(Sequence::close);
        }
    }

    private void print(PrintWriter out, GPT4All loaded, Row row) throws IOException {
        double[] rates = row.rates();
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>(Machine.facts());
            object.put("model", loaded.model().name());
            object.put("parameters", loaded.model().parameters());
            object.put("backend", loaded.backend());
            object.put("test", row.test());
            object.put("tokens_per_second", row.median());
            object.put("repetitions", rates);
            Json.print(out, object);
        } else {
            out.printf(
                    Locale.ROOT,
                    "| %s | %.1f | %.1f | %.1f |%n",
                    row.test(),
                    row.median(),
                    rates[0],
                    rates[rates.length - 1]);
            out.flush();
        }
    }
}
