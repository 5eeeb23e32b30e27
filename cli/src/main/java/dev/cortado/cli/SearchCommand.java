package dev.cortado.cli;

import dev.cortado.sdk.Embed4All;
import dev.cortado.sdk.EmbedOptions;
import dev.cortado.sdk.EmbeddingIndex;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "search",
        mixinStandardHelpOptions = true,
        description = "Finds the passages of text files that are closest in meaning to a query.",
        footer = {"", "Example: cortado search docs/*.md --query \"how is the cache kept small?\""})
final class SearchCommand implements Callable<Integer> {
    private static final int PASSAGE_WORDS = 120;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    private final ModelArguments model = new ModelArguments();

    @Mixin
    private final EmbeddingArguments embedding = new EmbeddingArguments();

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Text files, or folders of them.")
    private List<Path> files = List.of();

    @Option(names = "--query", required = true, paramLabel = "TEXT", description = "What is looked for.")
    private String query = "";

    @Option(names = "--query-prefix", paramLabel = "TASK", description = "Task prefix of the query.")
    private String queryPrefix = "";

    @Option(names = "--top", paramLabel = "N", description = "Passages shown (default: ${DEFAULT-VALUE}).")
    private int top = 3;

    @Option(names = "--json", description = "One JSON object per passage.")
    private boolean json;

    /** Neighbouring words of a file, with the line where they begin. */
    private record Passage(Path file, int line, String text) {}

    @Override
    public Integer call() throws IOException {
        List<Passage> passages = new ArrayList<>();
        for (Path file : files) {
            try (Stream<Path> tree = Files.walk(file)) {
                for (Path text : tree.filter(Files::isRegularFile).sorted().toList()) {
                    cut(text, passages);
                }
            }
        }
        if (passages.isEmpty()) {
            throw new IllegalArgumentException("the files hold no text");
        }
        PrintWriter out = spec.commandLine().getOut();
        try (Embed4All embedder = new Embed4All(model.loadEmbedder());
                Progress progress = Progress.counting("Reading", Progress.Unit.TEXTS, model.quiet())) {
            EmbedOptions options = embedding.options().withProgress(progress::update);
            float[][] vectors =
                    embedder.embed(passages.stream().map(Passage::text).toList(), options);
            float[] wanted = embedder.embed(query, embedding.options().withPrefix(queryPrefix));
            for (EmbeddingIndex.Match match : EmbeddingIndex.of(vectors).topK(wanted, top)) {
                print(passages.get(match.index()), match.similarity(), out);
            }
            out.flush();
        }
        return 0;
    }

    /** Cuts a file into passages of whole lines with about the same number of words. */
    private static void cut(Path file, List<Passage> passages) throws IOException {
        String all = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        StringBuilder text = new StringBuilder();
        int words = 0;
        int begin = 1;
        int line = 0;
        for (String next : (Iterable<String>) all.lines()::iterator) {
            line++;
            if (text.isEmpty()) {
                begin = line;
            }
            text.append(next).append('\n');
            words += next.isBlank() ? 0 : next.strip().split("\\s+").length;
            if (words >= PASSAGE_WORDS) {
                passages.add(new Passage(file, begin, text.toString().strip()));
                text.setLength(0);
                words = 0;
            }
        }
        if (words > 0) {
            passages.add(new Passage(file, begin, text.toString().strip()));
        }
    }

    private void print(Passage passage, float similarity, PrintWriter out) throws IOException {
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("file", passage.file().toString());
            object.put("line", passage.line());
            object.put("similarity", similarity);
            object.put("text", passage.text());
            Json.print(out, object);
        } else {
            out.printf(
                    Locale.ROOT, "%s:%d  (%.3f)%n%s%n%n", passage.file(), passage.line(), similarity, passage.text());
        }
    }
}
