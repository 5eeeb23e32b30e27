package dev.cortado.gguf;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds and compares the parts of a split model; llama.cpp's gguf-split writes the keys. */
final class SplitParts {
    static final String PREFIX = "split.";
    static final String NUMBER = "split.no"; // counted from 0, unlike in the file name
    static final String COUNT = "split.count";
    static final String TENSORS = "split.tensors.count";

    private SplitParts() {}

    /** The parts in order: the file alone where it is not split. */
    static List<GgufPart> open(Path path, Arena arena) throws IOException {
        GgufPart given = GgufPart.open(path, arena);
        int count = given.metadata().integer(COUNT, 1);
        if (count <= 1) {
            return List.of(given);
        }
        SplitName name = name(given, count);
        List<GgufPart> parts = new ArrayList<>();
        for (int number = 1; number <= count; number++) {
            GgufPart part = number == name.number() ? given : other(given, name.file(number), arena);
            refuseStranger(given, part, number - 1);
            parts.add(part);
        }
        refuseIncomplete(parts);
        return parts;
    }

    private static SplitName name(GgufPart part, int count) {
        Optional<SplitName> name = SplitName.of(part.path()).filter(found -> found.count() == count);
        return name.orElseThrow(() -> part.fault(
                COUNT,
                "%d found, so a file name that ends in -00001-of-%05d.gguf is expected".formatted(count, count)));
    }

    private static GgufPart other(GgufPart given, Path path, Arena arena) throws IOException {
        if (!Files.exists(path)) {
            throw given.fault(COUNT, "the part %s is missing".formatted(path.getFileName()));
        }
        return GgufPart.open(path, arena);
    }

    private static void refuseStranger(GgufPart given, GgufPart part, int number) {
        refuseDifference(part, NUMBER, part.metadata().integer(NUMBER, -1), number);
        refuseDifference(
                part,
                COUNT,
                part.metadata().integer(COUNT, -1),
                given.metadata().integer(COUNT, -1));
        refuseDifference(
                part,
                TENSORS,
                part.metadata().integer(TENSORS, -1),
                given.metadata().integer(TENSORS, -1));
        if (part.order() != given.order()) {
            throw new GgufFormatException("%s: header: %s found, %s expected as in %s"
                    .formatted(
                            part.path(),
                            part.order(),
                            given.order(),
                            given.path().getFileName()));
        }
    }

    private static void refuseIncomplete(List<GgufPart> parts) {
        GgufPart first = parts.getFirst();
        int tensors = parts.stream().mapToInt(part -> part.tensors().size()).sum();
        refuseDifference(first, TENSORS, first.metadata().integer(TENSORS, tensors), tensors);
    }

    private static void refuseDifference(GgufPart part, String key, int found, int expected) {
        if (found != expected) {
            throw part.fault(key, "%s found, %d expected".formatted(found < 0 ? "nothing" : found, expected));
        }
    }
}
