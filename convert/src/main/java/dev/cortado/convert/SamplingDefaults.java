package dev.cortado.convert;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cortado.gguf.GgufWriter;
import dev.cortado.gguf.MetadataType;
import dev.cortado.gguf.MetadataValue;
import java.io.IOException;
import java.nio.file.Path;

/** How the model's makers sample from it: {@code generation_config.json} as {@code general.sampling} keys. */
final class SamplingDefaults {
    private SamplingDefaults() {}

    static void write(GgufWriter out, Path folder) throws IOException {
        JsonNode generation = JsonFile.readIfPresent(folder.resolve("generation_config.json"));
        JsonNode topK = generation.path("top_k");
        if (topK.canConvertToInt() && topK.isIntegralNumber()) {
            out.put("general.sampling.top_k", new MetadataValue.Scalar(MetadataType.INT32, topK.longValue()));
        }
        real(out, "top_p", generation.path("top_p"));
        real(out, "min_p", generation.path("min_p"));
        real(out, "temp", generation.path("temperature"));
    }

    private static void real(GgufWriter out, String name, JsonNode value) {
        if (value.isNumber()) {
            out.put("general.sampling." + name, MetadataValue.float32(value.floatValue()));
        }
    }
}
