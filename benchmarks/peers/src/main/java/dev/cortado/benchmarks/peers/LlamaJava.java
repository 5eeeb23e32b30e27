package dev.cortado.benchmarks.peers;

import de.kherud.llama.InferenceParameters;
import de.kherud.llama.LlamaModel;
import de.kherud.llama.LlamaOutput;
import de.kherud.llama.ModelParameters;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.DoubleSupplier;

/**
 * Measures llama.cpp through its Java binding and writes what llama-bench writes.
 *
 * <p>The binding takes text: the prompt is one word over and over, counted by the model's own tokenizer.
 */
public final class LlamaJava {
    private LlamaJava() {}

    /** @param arguments model, tokens of the prompt, tokens to generate, threads, repetitions */
    public static void main(String[] arguments) {
        int prompt = Integer.parseInt(arguments[1]);
        int generated = Integer.parseInt(arguments[2]);
        int threads = Integer.parseInt(arguments[3]);
        int repetitions = Integer.parseInt(arguments[4]);
        PrintStream out = System.out;
        System.setOut(System.err); // the library says there which files it extracts
        ModelParameters parameters = new ModelParameters()
                .setModel(arguments[0])
                .setThreads(threads)
                .setThreadsBatch(threads)
                .setGpuLayers(0)
                .setCtxSize(prompt + generated + 16);
        LlamaModel model = new LlamaModel(parameters);
        String text = " the".repeat(prompt);
        int tokens = model.encode(text).length;
        double[] prefill = samples(repetitions, () -> {
            long began = System.nanoTime();
            model.complete(inference(text, 1));
            return tokens * 1e9 / (System.nanoTime() - began);
        });
        double[] generation = samples(repetitions, () -> generate(model, generated));
        out.printf(Locale.ROOT, "[%s,%n%s]%n", test(tokens, 0, prefill), test(0, generated, generation));
        out.flush();
        Runtime.getRuntime().halt(0); // the library's threads outlive close(), and System.exit waits for them
    }

    private static InferenceParameters inference(String text, int count) {
        return new InferenceParameters(text)
                .setNPredict(count)
                .setIgnoreEos(true)
                .setCachePrompt(false)
                .setTopK(1)
                .setTemperature(0);
    }

    /** The first token belongs to the prompt; the rest is measured from then on. */
    private static double generate(LlamaModel model, int count) {
        int came = 0;
        long first = 0;
        for (LlamaOutput token : model.generate(inference("Once upon a time", count + 1))) {
            came += token.text.isEmpty() ? 0 : 1; // the end is told by an output without text
            first = first == 0 ? System.nanoTime() : first;
        }
        return (came - 1) * 1e9 / (System.nanoTime() - first);
    }

    private static double[] samples(int repetitions, DoubleSupplier run) {
        run.getAsDouble(); // warms up
        double[] samples = new double[repetitions];
        Arrays.setAll(samples, i -> run.getAsDouble());
        return samples;
    }

    private static String test(int prompt, int generated, double[] samples) {
        return String.format(
                Locale.ROOT,
                "{\"n_prompt\": %d, \"n_gen\": %d, \"samples_ts\": %s, \"build_commit\": \"4.2.0\"}",
                prompt,
                generated,
                Arrays.toString(samples));
    }
}
