package dev.cortado.langchain4j;

import dev.cortado.sdk.GPT4All;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The embedded model with another chat template, which a catalogue in its folder gives it. */
final class StoryModel {
    private StoryModel() {}

    static GPT4All withTemplate(Path folder, String template) throws IOException {
        try (GPT4All embedded = GPT4All.builder().modelPath(folder).build()) {
            Path file = Path.of(String.valueOf(embedded.config().get("path")));
            Files.copy(file, folder.resolve("story.gguf"));
        }
        String entry = "[{\"name\": \"Story\", \"filename\": \"story.gguf\", \"chatTemplate\": \"%s\"}]".formatted(template);
        Files.writeString(folder.resolve("models3.json"), entry, StandardCharsets.UTF_8);
        return GPT4All.builder("story").modelPath(folder).build();
    }
}
