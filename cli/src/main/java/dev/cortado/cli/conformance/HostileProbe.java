package dev.cortado.cli.conformance;

import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.model.Batch;
import dev.cortado.engine.model.Model;
import dev.cortado.engine.model.ModelOptions;
import dev.cortado.engine.model.Sequence;
import dev.cortado.gguf.GgufFormatException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * The program of the process that loads hostile files: reads paths, one a line, loads each model, generates two tokens
 * after "hello", and answers with one line each.
 */
final class HostileProbe {
    /** The first line it writes. */
    static final String READY = "READY";

    private static final int TOKENS = 2;

    private HostileProbe() {}

    /** @param arguments the device */
    public static void main(String[] arguments) throws IOException {
        PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        BufferedReader paths = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (Backend backend = Devices.open(arguments[0], 0)) {
            answers.println(READY);
            for (String path = paths.readLine(); path != null; path = paths.readLine()) {
                answers.println(answer(Path.of(path), backend).replaceAll("\\R", " "));
            }
        }
    }

    private static String answer(Path file, Backend backend) {
        try {
            return HostileProcess.End.WORKED + " it made " + generate(file, backend);
        } catch (GgufFormatException | UncheckedIOException e) {
            String message = String.valueOf(e.getMessage());
            return message.isBlank()
                    ? HostileProcess.End.CRASHED + " an error without a message"
                    : HostileProcess.End.REFUSED + " " + message;
        } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
            StackTraceElement[] stack = e.getStackTrace();
            return HostileProcess.End.CRASHED + " " + e + (stack.length == 0 ? "" : " at " + stack[0]);
        }
    }

    private static String generate(Path file, Backend backend) {
        try (Model model = Model.open(file, backend, ModelOptions.DEFAULT)) {
            int[] prompt = model.tokenizer().encode("hello", true, false);
            if (!model.generates()) {
                return model.embed(List.of(prompt))[0].length + " floats";
            }
            StringBuilder text = new StringBuilder();
            try (Sequence sequence = model.newSequence(prompt.length + TOKENS)) {
                Batch batch = new Batch();
                int[] next = prompt;
                for (int i = 0; i < TOKENS; i++) {
                    batch.clear();
                    batch.add(sequence, next, 0, next.length, Batch.Rows.LAST);
                    model.forward(batch);
                    next = new int[] {Logits.argmax(batch.logits(0))};
                    text.append(new String(model.tokenizer().piece(next[0], true), StandardCharsets.UTF_8));
                }
            }
            return "'" + text + "'";
        }
    }
}
