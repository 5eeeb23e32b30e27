package dev.cortado.testkit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The complete collection of golden files, {@code ../shared/oracle} beside the checkout; optional. */
public final class Oracle {
    private Oracle() {}

    /** Its folder, if it is there. */
    public static Optional<Path> folder() {
        return checkout().map(root -> root.resolveSibling("shared").resolve("oracle")).filter(Files::isDirectory);
    }

    /** A file or folder of it, if it is there. */
    public static Optional<Path> find(String relative) {
        return folder().map(oracle -> oracle.resolve(relative)).filter(Files::exists);
    }

    /** Root of the checkout: the closest folder upwards that holds LICENSE beside a pom.xml. */
    public static Optional<Path> checkout() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("LICENSE")) && Files.exists(folder.resolve("pom.xml"))) {
                return Optional.of(folder);
            }
        }
        return Optional.empty();
    }
}
