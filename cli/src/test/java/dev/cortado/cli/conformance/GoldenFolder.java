package dev.cortado.cli.conformance;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cortado.testkit.Oracle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * A folder with one small golden of each kind. Models, templates and quantised tensors are those of the other modules'
 * tests; the remaining kinds are put together from what is known of the same models.
 *
 * @param path the folder
 */
record GoldenFolder(Path path) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MODEL = "qwen2.gguf";
    private static final String EMBEDDER = "bert-mean-q8_0.gguf";

    static GoldenFolder fill(Path path) throws IOException {
        GoldenFolder folder = new GoldenFolder(path);
        folder.take("engine", "model/qwen2.json", "arch/qwen2.json");
        folder.take("engine", "model/" + MODEL, "arch/" + MODEL);
        folder.take("engine", "model/bert-mean-q8_0.json", "arch/bert.json");
        folder.take("engine", "model/" + EMBEDDER, "arch/" + EMBEDDER);
        folder.take("gguf", "quants/quants.gguf", "weights/types.gguf");
        folder.take("engine", "chat-templates/Qwen-Qwen3-0.6B.json", "templates/qwen.json");
        folder.take("engine", "chat-templates/_contexts.json", "templates/conversations.json");
        folder.take("engine", "chat-templates/_snippets.json", "templates/short.json");
        folder.take("engine", "model/" + MODEL, MODEL); // where goldens look that have no model beside them
        folder.take("engine", "model/" + EMBEDDER, EMBEDDER);
        ObjectNode causal = folder.read("arch/qwen2.json");
        folder.write("tokenizers/qwen2.json", tokenizer(causal));
        folder.write("published/qwen2.json", published(causal));
        folder.write("vectors/bert.json", textEmbedding());
        folder.addHostile();
        return folder;
    }

    private void take(String module, String resource, String to) throws IOException {
        Path checkout = Oracle.checkout().orElseThrow();
        Path target = path.resolve(to);
        Files.createDirectories(target.getParent());
        Files.copy(checkout.resolve(module).resolve("src/test/resources").resolve(resource), target);
    }

    ObjectNode read(String file) throws IOException {
        return (ObjectNode) JSON.readTree(path.resolve(file).toFile());
    }

    void write(String file, Object json) throws IOException {
        Path target = path.resolve(file);
        Files.createDirectories(target.getParent());
        JSON.writeValue(target.toFile(), json);
    }

    void edit(String file, Consumer<ObjectNode> change) throws IOException {
        ObjectNode json = read(file);
        change.accept(json);
        write(file, json);
    }

    private static ObjectNode tokenizer(ObjectNode causal) {
        ObjectNode json = JSON.createObjectNode();
        json.put("file", MODEL).put("info", "INFO n=" + causal.get("n_vocab"));
        json.putArray("cases")
                .addObject()
                .put("text", causal.get("text").asText())
                .set("ids_parse_special", causal.get("text_tokens"));
        return json;
    }

    private static ObjectNode published(ObjectNode causal) {
        ObjectNode json = JSON.createObjectNode();
        json.put("model_file", MODEL);
        ObjectNode prompt = json.putArray("prompts").addObject();
        prompt.set("token_ids", causal.get("prompt"));
        ObjectNode results = prompt.putObject("dequant_f32");
        results.set("prompt_argmax", causal.get("argmax"));
        results.set("prompt_argmax_margin", causal.get("argmax_margin"));
        results.set("greedy", causal.get("greedy"));
        results.set("greedy_margin", causal.get("greedy_margin"));
        ObjectNode perplexity = json.putObject("perplexity");
        perplexity.set("token_ids", causal.get("prompt"));
        double nll =
                -causal.get("logprob_sum").asDouble() / (causal.get("prompt").size() - 1);
        perplexity.putObject("dequant_f32_kv_f32").put("mean_nll", nll);
        return json;
    }

    private static ObjectNode textEmbedding() {
        ObjectNode json = JSON.createObjectNode();
        json.put("kind", "embed").put("model", EMBEDDER);
        json.putArray("cases")
                .addObject()
                .put("name", "nothing")
                .put("text", "")
                .put("error", "ValueError: text must not be None or empty");
        return json;
    }

    private void addHostile() throws IOException {
        byte[] model = Files.readAllBytes(path.resolve(MODEL));
        Path hostile = Files.createDirectories(path.resolve("hostile"));
        Files.write(hostile.resolve("whole.gguf"), model);
        Files.write(hostile.resolve("half.gguf"), Arrays.copyOf(model, model.length / 2));
        ObjectNode json = JSON.createObjectNode();
        ArrayNode files = json.putArray("files");
        files.addObject().put("file", "whole.gguf").put("expect", "ok");
        files.addObject().put("file", "half.gguf").put("expect", "error");
        write("hostile/list.json", json);
    }
}
