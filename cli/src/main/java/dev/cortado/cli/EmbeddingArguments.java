package dev.cortado.cli;

import dev.cortado.sdk.EmbedOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How texts are embedded: shared by the commands that embed. */
final class EmbeddingArguments {
    @Option(names = "--prefix", paramLabel = "TASK", description = "Task prefix, e.g. search_query.")
    private @Nullable String prefix;

    @Option(
            names = "--dimensionality",
            paramLabel = "N",
            description = "Length of the vectors, for models that can be cut.")
    private @Nullable Integer dimensionality;

    @Option(names = "--long-text", paramLabel = "MODE", description = "mean or truncate (default: ${DEFAULT-VALUE}).")
    private String longTextMode = "mean";

    EmbedOptions options() {
        return EmbedOptions.DEFAULT
                .withPrefix(prefix)
                .withDimensionality(dimensionality)
                .withLongTextMode(longTextMode);
    }
}
