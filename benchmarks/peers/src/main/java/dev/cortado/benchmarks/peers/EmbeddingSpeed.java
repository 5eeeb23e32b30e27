package dev.cortado.benchmarks.peers;

import dev.cortado.sdk.Embed4All;
import dev.cortado.sdk.GPT4All;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Texts per second of embedding engines side by side: one round runs every engine once on the same texts, so that what
 * disturbs the machine disturbs all of them. Medians of the rounds are reported, and the ratio to the first engine.
 *
 * <p>Arguments: rounds, then engines as {@code name=model.gguf} for Cortado, {@code name=onnx} for
 * {@link OnnxEngine}, and {@code name=!command with arguments} for a process (see {@link ProcessEngine}).
 */
public final class EmbeddingSpeed {
    private static final int THREADS = 2;
    private static final long SEED = 7;
    private static final String[] WORDS = ("time river stone music light garden window paper silver morning engine bridge "
                    + "letter summer winter market story number forest island doctor captain teacher kitchen question answer "
                    + "the a of to and in is it was for on are as with they be at one have this from")
            .split(" ");

    private EmbeddingSpeed() {}

    /** Measures and prints a table. */
    public static void main(String[] arguments) throws Exception {
        int rounds = Integer.parseInt(arguments[0]);
        Map<String, Engine> engines = new LinkedHashMap<>();
        try {
            for (String argument : Arrays.copyOfRange(arguments, 1, arguments.length)) {
                int split = argument.indexOf('=');
                engines.put(argument.substring(0, split), open(argument.substring(split + 1)));
            }
            System.out.println("| texts | engine | median texts/s | slowest to fastest | first engine is x times faster |");
            System.out.println("|---|---|---|---|---|");
            measure("256 of 18 words", shortTexts(), engines, rounds);
            measure("48 of 220 words", longTexts(), engines, rounds);
        } finally {
            for (Engine engine : engines.values()) {
                engine.close();
            }
        }
    }

    private static Engine open(String what) throws IOException {
        if (what.equals("onnx")) {
            return new OnnxEngine();
        }
        if (what.startsWith("!")) {
            return new ProcessEngine(List.of(what.substring(1).split(" ")));
        }
        Embed4All embedder = new Embed4All(GPT4All.builder(Path.of(what).toAbsolutePath().toString())
                .allowDownload(false)
                .device("cpu")
                .nThreads(THREADS)
                .build());
        return new Engine() {
            @Override
            public float[][] embed(List<String> texts) {
                return embedder.embed(texts);
            }

            @Override
            public void close() {
                embedder.close();
            }
        };
    }

    static List<String> shortTexts() {
        return texts(256, 18);
    }

    static List<String> longTexts() {
        return texts(48, 220);
    }

    private static List<String> texts(int count, int words) {
        Random random = new Random(SEED);
        return IntStream.range(0, count)
                .mapToObj(text -> {
                    int length = words - words / 6 + random.nextInt(words / 3 + 1);
                    return String.join(
                            " ",
                            IntStream.range(0, length)
                                    .mapToObj(word -> WORDS[random.nextInt(WORDS.length)])
                                    .toList());
                })
                .toList();
    }

    private static void measure(String name, List<String> texts, Map<String, Engine> engines, int rounds)
            throws IOException {
        Map<String, List<Double>> rates = new LinkedHashMap<>();
        float[][] expected = null;
        for (int round = -2; round < rounds; round++) { // two rounds to warm up
            for (Map.Entry<String, Engine> engine : engines.entrySet()) {
                long begin = System.nanoTime();
                float[][] vectors = engine.getValue().embed(texts);
                double rate = texts.size() * 1e9 / (System.nanoTime() - begin);
                expected = expected == null ? vectors : expected;
                requireSameMeaning(engine.getKey(), expected, vectors);
                if (round >= 0) {
                    rates.computeIfAbsent(engine.getKey(), key -> new ArrayList<>()).add(rate);
                }
            }
        }
        double first = median(rates.values().iterator().next());
        rates.forEach((engine, all) -> System.out.printf(
                Locale.ROOT,
                "| %s | %s | %.0f | %.0f to %.0f | %.2f |%n",
                name,
                engine,
                median(all),
                all.getFirst(),
                all.getLast(),
                first / median(all)));
    }

    /** Refuses to compare with an engine that computes something else. */
    private static void requireSameMeaning(String engine, float[][] expected, float[][] vectors) {
        for (int text = 0; text < expected.length; text++) {
            double cosine = cosine(expected[text], vectors[text]);
            if (cosine < 0.98) {
                throw new IllegalStateException("%s: text %d has cosine %f".formatted(engine, text, cosine));
            }
        }
    }

    private static double cosine(float[] a, float[] b) {
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            ab += (double) a[i] * b[i];
            aa += (double) a[i] * a[i];
            bb += (double) b[i] * b[i];
        }
        return ab / Math.sqrt(aa * bb);
    }

    /** Sorts. */
    private static double median(List<Double> values) {
        values.sort(null);
        return values.get(values.size() / 2);
    }
}
