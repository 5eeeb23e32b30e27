package dev.cortado.cli.conformance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cortado.gguf.GgufFile;
import dev.cortado.gguf.GgufFormatException;
import dev.cortado.gguf.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Finds the goldens below a folder and tells their kinds by their structure, whatever their files are called. */
final class GoldenFinder {
    private final Path root;
    private final List<Golden> goldens = new ArrayList<>();
    private final Set<Path> models = new HashSet<>();
    private final Map<Path, JsonNode> conversations = new HashMap<>(); // by folder

    private GoldenFinder(Path root) {
        this.root = root;
    }

    /** In the order of their paths. */
    static List<Golden> below(Path root) throws IOException {
        GoldenFinder finder = new GoldenFinder(root);
        List<Path> files;
        try (Stream<Path> tree = Files.walk(root)) {
            files = tree.filter(Files::isRegularFile).sorted().toList();
        }
        for (Path file : files) {
            if (hasExtension(file, ".json")) {
                finder.addDocument(file);
            }
        }
        for (Path file : files) {
            if (hasExtension(file, ".gguf") && !finder.models.contains(file.normalize())) {
                finder.addTensors(file);
            }
        }
        return finder.goldens;
    }

    private static boolean hasExtension(Path file, String extension) {
        return file.toString().endsWith(extension);
    }

    private String name(Path file) {
        return root.relativize(file).toString().replace('\\', '/');
    }

    private void addDocument(Path file) throws IOException {
        JsonNode json;
        try {
            json = GoldenJson.read(file);
        } catch (JsonProcessingException e) {
            goldens.add(new BrokenGolden(name(file), "it is no JSON: " + e.getOriginalMessage()));
            return;
        }
        if (json.isArray()) {
            if (json.path(0).has("expected")
                    && (json.path(0).has("case") || json.path(0).has("t"))) {
                goldens.add(new SnippetsGolden(name(file), file, json));
            }
        } else if (isManifest(json)) {
            addHostile(file, json);
        } else if (json.has("template") && json.path("expected").isObject()) {
            goldens.add(new ChatTemplateGolden(name(file), file, json, conversations(file)));
        } else {
            addModelGolden(file, json);
        }
    }

    private void addModelGolden(Path file, JsonNode json) {
        Golden golden;
        if (json.path("prompt").isArray()) {
            golden = new CausalGolden(name(file), file, json);
        } else if (json.path("sequences").isArray()) {
            golden = new EmbeddingGolden(name(file), file, json);
        } else if (json.path("prompts").isArray() || json.path("perplexity").isObject()) {
            golden = new RealModelGolden(name(file), file, json);
        } else if (isTextEmbedding(json)) {
            golden = new TextEmbeddingGolden(name(file), file, json);
        } else if (json.path("cases").isArray() || json.has("upstream_cases")) {
            golden = new TokenizerGolden(name(file), file, json);
        } else {
            return; // not every document is a golden: conversations, settings
        }
        goldens.add(golden);
        models.add(file.resolveSibling(CausalGolden.modelFile(json, file)).normalize());
    }

    private static boolean isManifest(JsonNode json) {
        return json.path("files").path(0).has("expect");
    }

    private static boolean isTextEmbedding(JsonNode json) {
        return json.path("kind").asText().equals("embed")
                || json.path("cases").valueStream().anyMatch(item -> item.has("embeddings"));
    }

    private void addHostile(Path manifest, JsonNode json) {
        for (JsonNode entry : json.get("files")) {
            Path file = manifest.resolveSibling(entry.path("file").asText());
            goldens.add(new HostileGolden(name(file), file, entry.path("expect").asText()));
            models.add(file.normalize());
        }
    }

    /** Variables of conversations, each with its messages, stand in a document of the same folder or one above it. */
    private JsonNode conversations(Path template) throws IOException {
        for (Path folder = template.getParent();
                folder != null && folder.startsWith(root);
                folder = folder.getParent()) {
            if (!conversations.containsKey(folder)) {
                conversations.put(folder, conversationsIn(folder));
            }
            if (conversations.get(folder) instanceof ObjectNode found) {
                return found;
            }
        }
        return MissingNode.getInstance();
    }

    private static JsonNode conversationsIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file :
                    files.filter(f -> hasExtension(f, ".json")).sorted().toList()) {
                try {
                    JsonNode json = GoldenJson.read(file);
                    if (json.isObject() && !json.isEmpty() && json.valueStream().allMatch(v -> v.has("messages"))) {
                        return json;
                    }
                } catch (JsonProcessingException e) {
                    continue; // it is reported where documents are looked at
                }
            }
        }
        return MissingNode.getInstance();
    }

    private void addTensors(Path file) throws IOException {
        try (GgufFile gguf = GgufFile.open(file)) {
            for (Tensor tensor : gguf.tensors()) {
                if (gguf.tensor(tensor.name() + QuantsGolden.EXPECTED).isPresent()) {
                    goldens.add(new QuantsGolden(name(file) + " " + tensor.name(), file, tensor.name()));
                }
            }
        } catch (GgufFormatException e) {
            goldens.add(new BrokenGolden(name(file), String.valueOf(e.getMessage())));
        }
    }
}
