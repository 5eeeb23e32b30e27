package dev.cortado.cli;

import dev.cortado.gguf.AtomicFile;
import dev.cortado.sdk.ChatSession;
import dev.cortado.sdk.GPT4All;
import dev.cortado.sdk.Message;
import dev.cortado.sdk.TokenStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "chat",
        mixinStandardHelpOptions = true,
        description = "Talks with a model; /help tells what can be typed besides text.")
final class ChatCommand implements Callable<Integer> {
    private static final String HELP = """
            /reset          forget the conversation
            /system [TEXT]  begin anew with another instruction, or without one
            /save FILE      write the conversation as JSON
            /help           this
            /quit           leave (also Ctrl-D); Ctrl-C stops an answer""";

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private final ModelArguments model;

    @Mixin
    private final SamplingArguments sampling;

    @Parameters(arity = "0..1", paramLabel = "PROMPT", description = "The first thing to say.")
    private @Nullable String first;

    private final @Nullable GPT4All loaded;
    private final @Nullable CommandLine line;

    ChatCommand() {
        this.model = new ModelArguments();
        this.sampling = new SamplingArguments();
        this.loaded = null;
        this.line = null;
    }

    /** A chat with a model that is loaded already. */
    ChatCommand(GPT4All loaded, SamplingArguments sampling, CommandLine line) {
        this.model = new ModelArguments();
        this.sampling = sampling;
        this.loaded = loaded;
        this.line = line;
    }

    @Override
    public Integer call() throws IOException {
        try (GPT4All opened = model.load()) {
            CommandLine commandLine = spec == null ? new CommandLine(this) : spec.commandLine();
            return new ChatCommand(opened, sampling, commandLine).talk(first);
        }
    }

    static ChatSession session(GPT4All model, SamplingArguments sampling) {
        String template = sampling.template();
        String system = sampling.system();
        if (template == null && system == null) {
            return model.chatSession();
        }
        return model.chatSession(system, template);
    }

    /** Reads lines and answers them until the end of input. */
    int talk(@Nullable String first) throws IOException {
        GPT4All gpt = java.util.Objects.requireNonNull(loaded);
        try (Terminal terminal =
                TerminalBuilder.builder().system(true).dumb(true).build()) {
            LineReader reader = LineReaderBuilder.builder()
                    .terminal(terminal)
                    .appName("cortado")
                    .build();
            PrintWriter out = terminal.writer();
            ChatSession chat = session(gpt, sampling);
            boolean interactive = !Terminal.TYPE_DUMB.equals(terminal.getType());
            if (interactive) {
                out.println(gpt.model().name() + " - /help for help, Ctrl-D to leave");
            }
            String text = first == null ? read(reader, interactive) : first;
            while (text != null) {
                if (text.startsWith("/")) {
                    String command = text.split("\\s+", 2)[0];
                    String rest = text.substring(command.length()).strip();
                    switch (command) {
                        case "/quit", "/exit" -> {
                            return 0;
                        }
                        case "/help" -> out.println(HELP);
                        case "/reset" -> chat = session(gpt, sampling);
                        case "/system" -> chat = gpt.chatSession(rest.isEmpty() ? null : rest, sampling.template());
                        case "/save" -> save(chat.messages(), rest, out);
                        default -> out.println("unknown command " + command + "; /help lists them");
                    }
                } else if (!text.isBlank()) {
                    answer(chat, text, terminal);
                }
                out.flush();
                text = read(reader, interactive);
            }
            return 0;
        }
    }

    private static @Nullable String read(LineReader reader, boolean interactive) {
        while (true) {
            try {
                return reader.readLine(interactive ? "> " : "");
            } catch (UserInterruptException e) {
                if (e.getPartialLine().isEmpty()) {
                    return null;
                }
            } catch (EndOfFileException e) {
                return null;
            }
        }
    }

    private void answer(ChatSession chat, String text, Terminal terminal) {
        AtomicBoolean interrupted = new AtomicBoolean();
        Terminal.SignalHandler before = terminal.handle(Terminal.Signal.INT, signal -> interrupted.set(true));
        int length = chat.messages().size();
        try (TokenStream stream =
                chat.stream(text, sampling.options().withCallback((token, piece) -> !interrupted.get()))) {
            GenerateCommand.print(stream, terminal.writer());
        } catch (RuntimeException e) { // the conversation goes on without this turn
            List<Message> messages = chat.messages();
            messages.subList(length, messages.size()).clear();
            terminal.writer().println("cortado: " + Main.sentence(e));
        } finally {
            terminal.handle(Terminal.Signal.INT, before);
        }
    }

    private static void save(List<Message> messages, String file, PrintWriter out) {
        if (file.isEmpty()) {
            out.println("/save needs the name of a file");
            return;
        }
        Path target = Path.of(file).toAbsolutePath();
        try (AtomicFile atomic = new AtomicFile(target);
                PrintWriter writer = new PrintWriter(Channels.newWriter(atomic.channel(), StandardCharsets.UTF_8))) {
            Json.printPretty(writer, messages);
            if (writer.checkError()) {
                throw new IOException("%s cannot be written".formatted(target));
            }
            atomic.publish();
            out.println("saved " + messages.size() + " messages to " + target);
        } catch (IOException e) {
            out.println("cannot save: " + Main.sentence(e));
        }
    }
}
