package dev.cortado.cli;

import dev.cortado.sdk.ChatSession;
import dev.cortado.sdk.GPT4All;
import dev.cortado.sdk.GenerationResult;
import dev.cortado.sdk.TokenStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
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
        name = "generate",
        mixinStandardHelpOptions = true,
        description = "Answers one prompt, or with --raw completes a text.",
        footer = {"", "Example: cortado generate --temp 0 \"Tell me a story about a brave rabbit\""})
final class GenerateCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    private final ModelArguments model = new ModelArguments();

    @Mixin
    private final SamplingArguments sampling = new SamplingArguments();

    @Option(names = "--raw", description = "Complete the text as it stands, without the chat template.")
    private boolean raw;

    @Option(names = "--json", description = "One JSON object with text and figures when the answer is complete.")
    private boolean json;

    @Parameters(arity = "0..1", paramLabel = "PROMPT", description = "The prompt; standard input without it or for -.")
    private @Nullable String prompt;

    @Override
    public Integer call() throws IOException {
        try (GPT4All loaded = model.load()) {
            String text = prompt == null ? "-" : prompt;
            if (json) {
                return answerJson(loaded, text);
            }
            return answer(
                    loaded,
                    text,
                    sampling,
                    raw,
                    model.quiet(),
                    spec.commandLine().getOut());
        }
    }

    private Integer answerJson(GPT4All loaded, String text) throws IOException {
        try (TokenStream stream = open(loaded, read(text), sampling, raw)) {
            while (stream.hasNext()) {
                stream.next();
            }
            GenerationResult result = stream.result();
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("text", result.text());
            object.put("finish_reason", result.finishReason().name().toLowerCase(Locale.ROOT));
            object.put("prompt_tokens", result.promptTokens());
            object.put("completion_tokens", result.completionTokens());
            object.put("time_to_first_token_ms", result.timeToFirstToken().toMillis());
            object.put("tokens_per_second", Math.round(result.tokensPerSecond() * 10) / 10.0);
            Json.print(spec.commandLine().getOut(), object);
        }
        return 0;
    }

    /** Streams an answer to the output, and its figures to a terminal. */
    static int answer(
            GPT4All model, String prompt, SamplingArguments sampling, boolean raw, boolean quiet, PrintWriter out)
            throws IOException {
        try (TokenStream stream = open(model, read(prompt), sampling, raw)) {
            print(stream, out);
            if (!quiet && Progress.terminal()) {
                System.err.println(figures(stream.result()));
            }
        }
        return 0;
    }

    /** Streams an answer to the output. */
    static void print(TokenStream stream, PrintWriter out) {
        boolean begun = false;
        while (stream.hasNext()) {
            String piece = begun ? stream.next() : stream.next().stripLeading(); // models like to begin with a blank
            begun |= !piece.isEmpty();
            out.print(piece);
            out.flush();
        }
        out.println();
        out.flush();
    }

    static String figures(GenerationResult result) {
        return String.format(
                Locale.ROOT,
                "[%d + %d tokens, first after %.2f s, then %.1f tokens/s, %s]",
                result.promptTokens(),
                result.completionTokens(),
                result.timeToFirstToken().toMillis() / 1000.0,
                result.tokensPerSecond(),
                result.finishReason().name().toLowerCase(Locale.ROOT).replace('_', ' '));
    }

    private static TokenStream open(GPT4All model, String prompt, SamplingArguments sampling, boolean raw) {
        boolean chat = !raw
                && (sampling.template() != null
                        || model.config().get("chatTemplate") instanceof String
                        || model.model().metadata().has("tokenizer.chat_template"));
        if (!chat) {
            return model.stream(prompt, sampling.options());
        }
        ChatSession session = ChatCommand.session(model, sampling);
        return session.stream(prompt, sampling.options());
    }

    private static String read(String prompt) throws IOException {
        return prompt.equals("-") ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8) : prompt;
    }
}
