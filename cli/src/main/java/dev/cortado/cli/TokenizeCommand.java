package dev.cortado.cli;

import dev.cortado.engine.tokenizer.Tokenizer;
import dev.cortado.gguf.GgufFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "tokenize",
        mixinStandardHelpOptions = true,
        description = "Shows the tokens of a text: one per line with its id, or as JSON.")
final class TokenizeCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    private final ModelArguments model = new ModelArguments();

    @Parameters(arity = "0..1", paramLabel = "TEXT", description = "The text; standard input without it or for -.")
    private @Nullable String text;

    @Option(names = "--no-special", description = "Add no BOS, EOS, CLS or SEP.")
    private boolean noSpecial;

    @Option(names = "--parse-special", description = "Spellings of control tokens in the text become these tokens.")
    private boolean parseSpecial;

    @Option(names = "--count", description = "Only their number.")
    private boolean count;

    @Option(names = "--json", description = "One JSON object.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        String input =
                text == null || text.equals("-") ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8) : text;
        PrintWriter out = spec.commandLine().getOut();
        try (GgufFile file = GgufFile.open(model.file())) {
            Tokenizer tokenizer = Tokenizer.of(file.metadata());
            int[] ids = tokenizer.encode(input, !noSpecial, parseSpecial);
            if (json) {
                Map<String, Object> object = new LinkedHashMap<>();
                object.put("count", ids.length);
                object.put("ids", ids);
                object.put("pieces", pieces(tokenizer, ids));
                Json.print(out, object);
            } else if (count) {
                out.println(ids.length);
            } else {
                List<String> pieces = pieces(tokenizer, ids);
                for (int i = 0; i < ids.length; i++) {
                    out.printf("%8d  '%s'%n", ids[i], pieces.get(i).replace("\n", "\\n"));
                }
            }
            out.flush();
        }
        return 0;
    }

    private static List<String> pieces(Tokenizer tokenizer, int[] ids) {
        List<String> pieces = new ArrayList<>();
        for (int id : ids) {
            pieces.add(new String(tokenizer.piece(id, true), StandardCharsets.UTF_8));
        }
        return pieces;
    }
}
