package dev.cortado.benchmarks.peers;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Attention;
import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.BackendOptions;
import dev.cortado.engine.backend.BackendProvider;
import dev.cortado.engine.backend.Linear;
import dev.cortado.engine.backend.Segment;
import dev.cortado.engine.model.Model;
import dev.cortado.engine.model.ModelOptions;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;

/**
 * How much there is to compute in {@link EmbeddingSpeed}'s texts, and what share of the machine's peak a rate is. The
 * multiplications are counted where the model asks its backend for them, while it embeds the texts. Softmax, norms,
 * activations and padding are not counted: every engine has them, each in its own way.
 *
 * <p>Arguments: model.gguf, the peak in GFLOP/s of all threads ({@code GemmBenchmark.fmaPeak} with {@code -t 2}), then
 * {@code name=rate,rate}: texts per second, short and long.
 */
public final class EmbeddingWork {
    private long inMatrices;
    private long inAttention;
    private long tokens;

    private EmbeddingWork() {}

    /** Counts and prints. */
    public static void main(String[] arguments) {
        Path file = Path.of(arguments[0]);
        double peak = Double.parseDouble(arguments[1]);
        List<List<String>> groups = List.of(EmbeddingSpeed.shortTexts(), EmbeddingSpeed.longTexts());
        double[] operations = new double[groups.size()];
        System.out.println(
                "| texts | tokens | multiplications in matrices | in attention | GFLOP a text | texts/s at the peak |");
        System.out.println("|---|---|---|---|---|---|");
        for (int i = 0; i < operations.length; i++) {
            List<String> texts = groups.get(i);
            EmbeddingWork work = new EmbeddingWork();
            work.count(file, texts);
            operations[i] = 2e-9 * (work.inMatrices + work.inAttention) / texts.size();
            System.out.printf(
                    Locale.ROOT,
                    "| %d | %,d | %,d | %,d | %.3f | %.1f |%n",
                    texts.size(),
                    work.tokens,
                    work.inMatrices,
                    work.inAttention,
                    operations[i],
                    peak / operations[i]);
        }
        for (int i = 2; i < arguments.length; i++) {
            int split = arguments[i].indexOf('=');
            String[] rates = arguments[i].substring(split + 1).split(",");
            for (int group = 0; group < rates.length; group++) {
                double speed = Double.parseDouble(rates[group]) * operations[group];
                System.out.printf(
                        Locale.ROOT,
                        "%s, %d texts: %s texts/s = %.0f GFLOP/s = %.0f %% of the peak%n",
                        arguments[i].substring(0, split),
                        groups.get(group).size(),
                        rates[group],
                        speed,
                        100 * speed / peak);
            }
        }
    }

    private void count(Path file, List<String> texts) {
        BackendProvider provider = ServiceLoader.load(BackendProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(candidate -> candidate.devices().contains("cpu"))
                .findFirst()
                .orElseThrow();
        try (Backend backend = counting(provider.open("cpu", new BackendOptions(2, true)));
                Model model = Model.open(file, backend, ModelOptions.DEFAULT)) {
            List<int[]> ids = texts.stream()
                    .map(text -> model.tokenizer().encode(text, true, false))
                    .toList();
            tokens = ids.stream().mapToLong(text -> text.length).sum();
            inMatrices = 0; // opening a model may try its kernels
            inAttention = 0;
            model.embed(ids);
        }
    }

    /** The backend, with its products and attentions counted. */
    private Backend counting(Backend backend) {
        return (Backend) Proxy.newProxyInstance(
                Backend.class.getClassLoader(), new Class<?>[] {Backend.class}, (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "matmul" -> product((Activations) arguments[0], (Linear[]) arguments[1]);
                        case "attend" -> attention((List<?>) arguments[2], (Attention) arguments[4]);
                        case "matmulPerHead", "experts" -> throw new UnsupportedOperationException(method.getName());
                        default -> {}
                    }
                    try {
                        return method.invoke(backend, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getTargetException();
                    }
                });
    }

    private void product(Activations in, Linear[] layers) {
        for (Linear layer : layers) {
            inMatrices +=
                    (long) in.rows() * layer.weight().rows() * layer.weight().columns();
        }
    }

    /** Of an encoder: every token of a text sees all of them. */
    private void attention(List<?> segments, Attention attention) {
        if (attention.mask() != Attention.Mask.SYMMETRIC || attention.window() != 0) {
            throw new UnsupportedOperationException(attention.toString());
        }
        for (Object segment : segments) {
            long rows = ((Segment) segment).rows();
            inAttention += rows * rows * attention.heads() * (attention.keyWidth() + attention.valueWidth());
        }
    }
}
