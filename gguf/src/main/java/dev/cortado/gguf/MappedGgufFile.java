package dev.cortado.gguf;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All parts of a model in one arena. */
final class MappedGgufFile implements GgufFile {
    private final Arena arena;
    private final List<GgufPart> parts;
    private final Map<String, Tensor> tensors;
    private final List<Tensor> list;

    private MappedGgufFile(Arena arena, List<GgufPart> parts, Map<String, Tensor> tensors) {
        this.arena = arena;
        this.parts = parts;
        this.tensors = tensors;
        this.list = List.copyOf(tensors.values());
    }

    static MappedGgufFile open(Path path) throws IOException {
        Arena arena = Arena.ofShared();
        boolean opened = false;
        try {
            List<GgufPart> parts = SplitParts.open(path, arena);
            MappedGgufFile file = new MappedGgufFile(arena, parts, tensorsByName(parts));
            opened = true;
            return file;
        } finally {
            if (!opened) {
                arena.close();
            }
        }
    }

    private static Map<String, Tensor> tensorsByName(List<GgufPart> parts) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (GgufPart part : parts) {
            for (Tensor tensor : part.tensors()) {
                if (tensors.put(tensor.name(), tensor) != null) {
                    throw new GgufFormatException("%s: tensor %s: another part has it too, once expected"
                            .formatted(part.path(), Quoted.of(tensor.name())));
                }
            }
        }
        return tensors;
    }

    @Override
    public Path path() {
        return parts.getFirst().path();
    }

    @Override
    public int version() {
        return parts.getFirst().version();
    }

    @Override
    public ByteOrder byteOrder() {
        return parts.getFirst().order();
    }

    @Override
    public long alignment() {
        return parts.getFirst().alignment();
    }

    @Override
    public Metadata metadata() {
        return parts.getFirst().metadata();
    }

    @Override
    public List<Tensor> tensors() {
        return list;
    }

    @Override
    public Optional<Tensor> tensor(String name) {
        return Optional.ofNullable(tensors.get(name));
    }

    @Override
    public long size() {
        return parts.stream().mapToLong(GgufPart::size).sum();
    }

    @Override
    public synchronized void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
