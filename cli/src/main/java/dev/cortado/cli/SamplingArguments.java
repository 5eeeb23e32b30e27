package dev.cortado.cli;

import dev.cortado.sdk.GenerateOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How answers are drawn: shared by the commands that generate. */
final class SamplingArguments {
    @Option(
            names = {"-n", "--max-tokens"},
            paramLabel = "N",
            description = "Most tokens of an answer (default: ${DEFAULT-VALUE}).")
    private int maxTokens = 400;

    @Option(names = "--temp", paramLabel = "T", description = "Temperature, 0 = greedy (default: ${DEFAULT-VALUE}).")
    private float temp = 0.7f;

    @Option(names = "--top-k", paramLabel = "K", description = "Candidates kept, 0 = all (default: ${DEFAULT-VALUE}).")
    private int topK = 40;

    @Option(names = "--top-p", paramLabel = "P", description = "Probability kept (default: ${DEFAULT-VALUE}).")
    private float topP = 0.4f;

    @Option(
            names = "--min-p",
            paramLabel = "P",
            description = "Least relative probability (default: ${DEFAULT-VALUE}).")
    private float minP = 0;

    @Option(
            names = "--repeat-penalty",
            paramLabel = "F",
            description = "Factor against repetition, 1 = off (default: ${DEFAULT-VALUE}).")
    private float repeatPenalty = 1.18f;

    @Option(names = "--repeat-last-n", paramLabel = "N", description = "Its window (default: ${DEFAULT-VALUE}).")
    private int repeatLastN = 64;

    @Option(names = "--seed", paramLabel = "SEED", description = "Same seed, same answer.")
    private @Nullable Long seed;

    @Option(names = "--stop", paramLabel = "TEXT", description = "Text that ends an answer; may be repeated.")
    private List<String> stop = List.of();

    @Option(names = "--system", paramLabel = "TEXT", description = "What the model is told first.")
    private @Nullable String system;

    @Option(names = "--template", paramLabel = "JINJA", description = "Chat template instead of the model's own.")
    private @Nullable String template;

    @Nullable
    String system() {
        return system;
    }

    @Nullable
    String template() {
        return template;
    }

    GenerateOptions options() {
        return GenerateOptions.DEFAULT
                .withMaxTokens(maxTokens)
                .withTemp(temp)
                .withTopK(topK)
                .withTopP(topP)
                .withMinP(minP)
                .withRepeatPenalty(repeatPenalty)
                .withRepeatLastN(repeatLastN)
                .withSeed(seed)
                .withStop(stop.toArray(String[]::new));
    }
}
