package dev.cortado.langchain4j;

import dev.cortado.sdk.Embed4All;
import dev.cortado.sdk.EmbedOptions;
import dev.cortado.sdk.EmbedResult;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.DimensionAwareEmbeddingModel;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import java.util.Arrays;
import java.util.List;

/** An embedding model on this machine. The embedder stays the caller's to close. */
public final class CortadoEmbeddingModel extends DimensionAwareEmbeddingModel {
    private final Embed4All embedder;
    private final EmbedOptions options;

    public CortadoEmbeddingModel(Embed4All embedder) {
        this(embedder, EmbedOptions.DEFAULT);
    }

    /** @param options prefix, length of the vectors and so on */
    public CortadoEmbeddingModel(Embed4All embedder, EmbedOptions options) {
        this.embedder = embedder;
        this.options = options;
        Integer cut = options.dimensionality();
        this.dimension = cut == null ? embedder.gpt4all().model().width() : cut;
    }

    @Override
    public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
        if (segments.isEmpty()) {
            return Response.from(List.of());
        }
        EmbedResult result =
                embedder.result(segments.stream().map(TextSegment::text).toList(), options);
        return Response.from(
                Arrays.stream(result.embeddings()).map(Embedding::from).toList(),
                new TokenUsage(result.nPromptTokens()));
    }

    @Override
    public String modelName() {
        return embedder.gpt4all().model().name();
    }
}
