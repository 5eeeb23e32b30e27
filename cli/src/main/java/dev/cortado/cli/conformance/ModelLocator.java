package dev.cortado.cli.conformance;

import dev.cortado.convert.ConvertOptions;
import dev.cortado.convert.Converter;
import dev.cortado.convert.OutputType;
import dev.cortado.gguf.GgufFile;
import dev.cortado.gguf.GgufFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds model files by name. One that is there only as a Hugging Face checkpoint, a folder with the model's name, is
 * converted beside it once.
 *
 * @param folders searched in this order, without their sub-folders
 */
record ModelLocator(List<Path> folders) {
    private static final Pattern CONVERTIBLE =
            Pattern.compile("(.+?)(?:\\.gguf2)?\\.(f16|bf16|f32)\\.gguf", Pattern.CASE_INSENSITIVE);

    /** A file beside the golden, or in a folder of models. There, spelling counts only by letters and digits. */
    Optional<Path> find(String name, Path golden) throws IOException {
        Path beside = golden.resolveSibling(name);
        if (Files.isRegularFile(beside)) {
            return Optional.of(beside);
        }
        for (Path folder : folders) {
            if (Files.isRegularFile(folder.resolve(name))) {
                return Optional.of(folder.resolve(name));
            }
        }
        for (Path folder : folders) {
            Optional<Path> similar = similar(name, folder);
            if (similar.isPresent()) {
                return similar;
            }
        }
        return converted(name);
    }

    /** {@code NAME.f16.gguf} out of the folder {@code NAME}. */
    private Optional<Path> converted(String name) throws IOException {
        Matcher matcher = CONVERTIBLE.matcher(name);
        if (matcher.matches()) {
            for (Path folder : folders) {
                Path checkpoint = folder.resolve(matcher.group(1));
                if (Files.isRegularFile(checkpoint.resolve("config.json"))) {
                    OutputType type = OutputType.valueOf(matcher.group(2).toUpperCase(Locale.ROOT));
                    Path file = folder.resolve(name);
                    Converter.convert(checkpoint, file, ConvertOptions.DEFAULT.withType(type));
                    return Optional.of(file);
                }
            }
        }
        return Optional.empty();
    }

    /** The architecture of a model that {@link #find} finds; empty where it does not, or the file says nothing. */
    Optional<String> architecture(String name, Path golden) throws IOException {
        Optional<Path> file = find(name, golden);
        if (file.isEmpty()) {
            return Optional.empty();
        }
        try (GgufFile gguf = GgufFile.open(file.get())) {
            return gguf.metadata().string("general.architecture");
        } catch (GgufFormatException e) {
            return Optional.empty(); // its check has told why it cannot be read
        }
    }

    private static Optional<Path> similar(String name, Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> bare(file.getFileName().toString()).equals(bare(name)))
                    .filter(Files::isRegularFile)
                    .sorted()
                    .findFirst();
        }
    }

    private static String bare(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }
}
