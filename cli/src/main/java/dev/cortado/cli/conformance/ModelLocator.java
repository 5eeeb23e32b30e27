package dev.cortado.cli.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds model files by name.
 *
 * @param folders searched in this order, without their sub-folders
 */
record ModelLocator(List<Path> folders) {
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
        return Optional.empty();
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
