package dev.cortado.convert;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The tensors of a checkpoint folder, of {@code model.safetensors} or of all shards that its index names. */
final class Checkpoint implements AutoCloseable {
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";

    private final Arena arena;
    private final List<SafeTensor> tensors;

    private Checkpoint(Arena arena, List<SafeTensor> tensors) {
        this.arena = arena;
        this.tensors = tensors;
    }

    static Checkpoint open(Path folder) throws IOException {
        Arena arena = Arena.ofShared();
        boolean opened = false;
        try {
            Checkpoint checkpoint = new Checkpoint(arena, tensors(folder, arena));
            opened = true;
            return checkpoint;
        } finally {
            if (!opened) {
                arena.close();
            }
        }
    }

    private static List<SafeTensor> tensors(Path folder, Arena arena) throws IOException {
        if (Files.exists(folder.resolve(INDEX))) {
            return shards(folder, arena);
        }
        Path single = folder.resolve(SINGLE);
        if (!Files.exists(single)) {
            throw new ConvertException("%s: neither %s nor %s is there".formatted(folder, SINGLE, INDEX));
        }
        return SafetensorsFile.open(single, arena);
    }

    private static List<SafeTensor> shards(Path folder, Arena arena) throws IOException {
        Path index = folder.resolve(INDEX);
        JsonNode map = JsonFile.read(index).path("weight_map");
        Set<String> missing = new LinkedHashSet<>();
        Set<String> files = new LinkedHashSet<>();
        for (var entry : map.properties()) {
            missing.add(entry.getKey());
            files.add(shardName(index, entry.getValue().asText()));
        }
        List<SafeTensor> tensors = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (String file : files) {
            for (SafeTensor tensor : SafetensorsFile.open(folder.resolve(file), arena)) {
                if (!names.add(tensor.name())) {
                    throw tensor.fault("another shard has it too");
                }
                missing.remove(tensor.name());
                tensors.add(tensor);
            }
        }
        if (!missing.isEmpty()) {
            throw new ConvertException("%s: tensor '%s' and %d more are in none of the shards"
                    .formatted(index, missing.iterator().next(), missing.size() - 1));
        }
        return tensors;
    }

    /** An index must not lead out of its folder. */
    private static String shardName(Path index, String name) {
        if (!name.matches("[\\w.-]+") || !name.endsWith(".safetensors")) {
            throw new ConvertException(
                    "%s: shard '%s', the plain name of a .safetensors file expected".formatted(index, name));
        }
        return name;
    }

    /** All tensors, as they stand in the files. */
    List<SafeTensor> tensors() {
        return tensors;
    }

    @Override
    public void close() {
        arena.close();
    }
}
