package dev.cortado.cli;

import dev.cortado.sdk.GPT4All;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "perplexity",
        mixinStandardHelpOptions = true,
        description = "Measures how well a model predicts a text (mean negative log-likelihood and perplexity).")
final class PerplexityCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    private final ModelArguments model = new ModelArguments();

    @Option(
            names = {"-f", "--file"},
            required = true,
            paramLabel = "FILE",
            description = "The text, UTF-8.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path file;

    @Option(names = "--json", description = "One JSON object.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        PrintWriter out = spec.commandLine().getOut();
        try (GPT4All loaded = model.load();
                Progress progress = Progress.counting("Scoring", Progress.Unit.TOKENS, model.quiet())) {
            int[] tokens = loaded.tokenizer().encode(text, true, false);
            if (tokens.length < 2) {
                throw new IllegalArgumentException(
                        "%s has %d tokens; at least 2 are needed".formatted(file, tokens.length));
            }
            Perplexity result =
                    Perplexity.of(loaded.model(), tokens, loaded.nCtx(), done -> progress.update(done, tokens.length));
            if (json) {
                Map<String, Object> object = new LinkedHashMap<>();
                object.put("tokens", result.tokens());
                object.put("mean_nll", result.meanNll());
                object.put("perplexity", result.perplexity());
                Json.print(out, object);
            } else {
                out.printf(
                        Locale.ROOT,
                        "perplexity %.4f (mean NLL %.5f nats over %,d tokens, context %,d)%n",
                        result.perplexity(),
                        result.meanNll(),
                        result.tokens(),
                        loaded.nCtx());
                out.flush();
            }
        }
        return 0;
    }
}
