package dev.cortado.benchmarks;

import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.BackendOptions;
import dev.cortado.engine.backend.BackendProvider;
import dev.cortado.engine.model.Batch;
import dev.cortado.engine.model.Model;
import dev.cortado.engine.model.ModelOptions;
import dev.cortado.engine.model.Sequence;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.ServiceLoader;

/**
 * Speed of a whole model on the CPU, as llama-bench reports it: prompt tokens per second (pp), generated tokens per
 * second (tg), medians of several rounds, and what a token costs after a longer context.
 *
 * <p>Arguments: the model's file; threads (0 = all); prompt length (512); generated tokens (64); rounds (5);
 * whether weights are rewritten at load (true).
 */
public final class ModelSpeed {
    private final Model model;
    private final Batch batch = new Batch();

    private ModelSpeed(Model model) {
        this.model = model;
    }

    /** See the class. */
    public static void main(String[] arguments) {
        long start = System.nanoTime();
        int threads = argument(arguments, 1, 0);
        int prompt = argument(arguments, 2, 512);
        int generated = argument(arguments, 3, 64);
        int rounds = argument(arguments, 4, 5);
        boolean repack = arguments.length <= 5 || Boolean.parseBoolean(arguments[5]);
        try (Backend backend = cpu().open("cpu", new BackendOptions(threads, repack));
                Model model = Model.open(
                        Path.of(arguments[0]),
                        backend,
                        ModelOptions.DEFAULT.withContextLength(prompt + generated + 2200))) {
            System.out.printf("load %.0f ms%n", (System.nanoTime() - start) / 1e6);
            new ModelSpeed(model).run(start, prompt, generated, rounds);
        }
    }

    private static int argument(String[] arguments, int index, int otherwise) {
        return arguments.length > index ? Integer.parseInt(arguments[index]) : otherwise;
    }

    private static BackendProvider cpu() {
        for (BackendProvider provider : ServiceLoader.load(BackendProvider.class)) {
            if (provider.devices().contains("cpu")) {
                provider.warnings().forEach(System.out::println);
                return provider;
            }
        }
        throw new IllegalStateException("no CPU backend on the class path");
    }

    private void run(long start, int prompt, int generated, int rounds) {
        try (Sequence first = model.newSequence(64)) {
            forward(first, tokens(20));
            System.out.printf("first token after 20: %.0f ms since start%n", (System.nanoTime() - start) / 1e6);
        }
        for (int i = 0; i < 2 * rounds; i++) {
            generate(32, 32);
        }
        double[] pp = new double[rounds];
        double[] tg = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            pp[i] = prompt(prompt);
            tg[i] = generate(1, generated);
            System.out.printf("  pp%d %.1f  tg%d %.1f tok/s%n", prompt, pp[i], generated, tg[i]);
        }
        System.out.printf("median pp%d %.1f  tg%d %.1f tok/s%n", prompt, median(pp), generated, median(tg));
        double[] ratio = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            ratio[i] = generate(100, 32) / generate(2000, 32);
        }
        System.out.printf("cost of a token at context 2000: %.2f x that at 100%n", median(ratio));
    }

    private double prompt(int count) {
        try (Sequence sequence = model.newSequence(count)) {
            long before = System.nanoTime();
            forward(sequence, tokens(count));
            return count / ((System.nanoTime() - before) / 1e9);
        }
    }

    private double generate(int context, int count) {
        try (Sequence sequence = model.newSequence(context + count)) {
            forward(sequence, tokens(context));
            int[] token = {1};
            long before = System.nanoTime();
            for (int i = 0; i < count; i++) {
                forward(sequence, token);
                token[0] = largest(batch.logits(0));
            }
            return count / ((System.nanoTime() - before) / 1e9);
        }
    }

    private void forward(Sequence sequence, int[] tokens) {
        batch.clear();
        batch.add(sequence, tokens, 0, tokens.length, Batch.Rows.LAST);
        model.forward(batch);
    }

    private static int largest(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            if (logits[i] > logits[best]) {
                best = i;
            }
        }
        return best;
    }

    private int[] tokens(int count) {
        int[] tokens = new int[count];
        Arrays.setAll(tokens, i -> 100 + i * 37 % 1000);
        return tokens;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
