package dev.cortado.engine.model;

import dev.cortado.gguf.GgufFile;
import dev.cortado.gguf.GgufWriter;
import dev.cortado.gguf.MetadataType;
import dev.cortado.gguf.MetadataValue;
import dev.cortado.gguf.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Predicate;

/** Golden models with something changed. */
final class Copies {
    private Copies() {}

    /** A copy with another number and without some tensors. */
    static Path of(Path model, Path target, String key, long value, Predicate<Tensor> kept) throws IOException {
        try (GgufFile file = GgufFile.open(model)) {
            GgufWriter writer = new GgufWriter().putAll(file.metadata());
            writer.put(key, new MetadataValue.Scalar(MetadataType.UINT32, value));
            file.tensors().stream().filter(kept).forEach(writer::add);
            writer.write(target);
        }
        return target;
    }
}
