package dev.cortado.gguf;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a part of a split model, {@code NAME-00001-of-00003.gguf}.
 *
 * @param number counted from 1
 */
record SplitName(Path folder, String name, int number, int count) {
    private static final Pattern FORM = Pattern.compile("(.+)-(\\d{5})-of-(\\d{5})\\.gguf", Pattern.DOTALL);

    /** The parts of the name, if it is one of that form. */
    static Optional<SplitName> of(Path file) {
        Path fileName = file.getFileName();
        Matcher matcher = FORM.matcher(fileName == null ? "" : fileName.toString());
        if (!matcher.matches()) {
            return Optional.empty();
        }
        int number = Integer.parseInt(matcher.group(2));
        int count = Integer.parseInt(matcher.group(3));
        return number >= 1 && number <= count
                ? Optional.of(new SplitName(file.resolveSibling(""), matcher.group(1), number, count))
                : Optional.empty();
    }

    /** The file of part {@code other}, counted from 1. */
    Path file(int other) {
        return folder.resolve("%s-%05d-of-%05d.gguf".formatted(name, other, count));
    }
}
