package dev.cortado.benchmarks.peers;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.OnnxEmbeddingModel;
import dev.langchain4j.model.embedding.onnx.PoolingMode;
import dev.langchain4j.model.embedding.onnx.allminilml6v2.AllMiniLmL6V2EmbeddingModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * LangChain4j's in-process MiniLM on ONNX Runtime. As published its tokenizer cuts every text after 128 tokens; here it
 * reads 512, which is all of a text of the measurement, as the other engines do.
 */
final class OnnxEngine implements Engine {
    private final EmbeddingModel model;

    OnnxEngine() throws IOException {
        Path folder = Files.createTempDirectory("minilm");
        Path network = Files.write(folder.resolve("model.onnx"), resource("all-minilm-l6-v2.onnx"));
        String whole = new String(resource("all-minilm-l6-v2-tokenizer.json"), StandardCharsets.UTF_8)
                .replaceFirst("\"max_length\": 128", "\"max_length\": 512");
        Path tokenizer = Files.writeString(folder.resolve("tokenizer.json"), whole);
        model = new OnnxEmbeddingModel(network, tokenizer, PoolingMode.MEAN);
        Files.delete(network);
        Files.delete(tokenizer);
        Files.delete(folder);
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = AllMiniLmL6V2EmbeddingModel.class.getResourceAsStream("/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        }
    }

    @Override
    public float[][] embed(List<String> texts) {
        return model.embedAll(texts.stream().map(TextSegment::from).toList()).content().stream()
                .map(embedding -> embedding.vector())
                .toArray(float[][]::new);
    }
}
