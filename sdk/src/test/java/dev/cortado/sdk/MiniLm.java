package dev.cortado.sdk;

import dev.cortado.convert.ConvertOptions;
import dev.cortado.convert.Converter;
import dev.cortado.convert.OutputType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** all-MiniLM-L6-v2 in F16, made once per build from the checkpoint that {@code @RequiresModel} obtains. */
final class MiniLm {
    private MiniLm() {}

    static synchronized Path gguf(Path checkpoint) throws IOException {
        Path file = Path.of("target", "all-MiniLM-L6-v2.f16.gguf").toAbsolutePath();
        if (!Files.exists(file)) {
            Converter.convert(
                    checkpoint, file, ConvertOptions.DEFAULT.withType(OutputType.F16).withName("all-MiniLM-L6-v2"));
        }
        return file;
    }

    static Embed4All open(Path checkpoint) throws IOException {
        return new Embed4All(GPT4All.builder(gguf(checkpoint).toString()).allowDownload(false).build());
    }
}
