package dev.cortado.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.cortado.convert.ConvertOptions;
import dev.cortado.convert.Converter;
import dev.cortado.convert.OutputType;
import dev.cortado.sdk.Embed4All;
import dev.cortado.sdk.GPT4All;
import dev.cortado.testkit.RealModel;
import dev.cortado.testkit.RequiresModel;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.store.embedding.CosineSimilarity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** LangChain4j's embedding interface over all-MiniLM-L6-v2. */
@RequiresModel(RealModel.MINILM)
class CortadoEmbeddingModelTest {
    @Test
    void texts_become_vectors_in_their_order_with_their_tokens(Path checkpoint, @TempDir Path folder) throws IOException {
        Path file = folder.resolve("minilm.gguf");
        Converter.convert(
                checkpoint, file, ConvertOptions.DEFAULT.withType(OutputType.F16).withName("all-MiniLM-L6-v2"));
        try (Embed4All embedder = new Embed4All(
                GPT4All.builder(file.toString()).allowDownload(false).build())) {
            CortadoEmbeddingModel model = new CortadoEmbeddingModel(embedder);
            Response<List<Embedding>> response = model.embedAll(List.of(
                    TextSegment.from("The quick brown fox jumps over the lazy dog"),
                    TextSegment.from("an owl at night"),
                    TextSegment.from("steam engines")));
            assertThat(response.content()).hasSize(3);
            assertThat(response.content().getFirst().vector()[0]).isCloseTo(0.0354823f, within(1e-4f));
            assertThat(response.tokenUsage().inputTokenCount()).isEqualTo(9 + 4 + 2);
            Embedding bird = model.embed("a bird").content();
            assertThat(CosineSimilarity.between(bird, response.content().get(1)))
                    .isGreaterThan(CosineSimilarity.between(bird, response.content().get(2)));
            assertThat(model.dimension()).isEqualTo(384);
            assertThat(model.modelName()).isEqualTo("all-MiniLM-L6-v2");
            assertThat(model.embedAll(List.of()).content()).isEmpty();
        }
    }
}
