package dev.cortado.cli.conformance;

import dev.cortado.engine.model.Family;
import dev.cortado.engine.model.Model;
import dev.cortado.gguf.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The families of models as a document: what is declared, and which goldens of each passed in this run. */
final class FamilyTable {
    private record Tally(int passed, int all) {
        Tally plus(boolean pass) {
            return new Tally(passed + (pass ? 1 : 0), all + 1);
        }
    }

    private final Map<String, Tally> tallies = new TreeMap<>();

    /** Counts a golden for its family, if it belongs to one. */
    void add(Optional<String> architecture, Outcome outcome) {
        architecture.ifPresent(name -> tallies.put(
                name, tallies.getOrDefault(name, new Tally(0, 0)).plus(outcome.verdict() == Verdict.PASS)));
    }

    /** Writes the document. */
    void write(Path file, String backend) throws IOException {
        try (AtomicFile target = new AtomicFile(file)) {
            target.channel().write(ByteBuffer.wrap(markdown(backend).getBytes(StandardCharsets.UTF_8)));
            target.publish();
        }
    }

    private String markdown(String backend) {
        List<Family> families = Model.families().stream()
                .sorted(Comparator.comparing(Family::name))
                .toList();
        StringBuilder text = new StringBuilder("# Families of models\n\n");
        text.append("Written by `cortado conformance DIR --backend %s --families docs/models.md`; not to be edited.\n".formatted(backend));
        text.append("A golden is a small model with the results that llama.cpp computes for it; families without one here are\n");
        text.append("held to a second implementation by the engine's tests (`FamiliesTest`).\n\n");
        text.append("| `general.architecture` | models | does | goldens passed |\n|---|---|---|---|\n");
        for (Family family : families) {
            Tally tally = tallies.get(family.name());
            text.append("| %s | %s | %s | %s |\n"
                    .formatted(
                            family.name(),
                            family.models(),
                            family.generates() ? "generates, embeds" : "embeds",
                            tally == null ? "none here" : "%d of %d".formatted(tally.passed, tally.all)));
        }
        return text.toString();
    }
}
