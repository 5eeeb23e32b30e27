package dev.cortado.sdk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A conversation with a model: while it is open, {@code generate} continues it. Closing ends it. */
public final class ChatSession implements AutoCloseable {
    private final GPT4All model;
    private final ChatPrompt prompt;
    private final List<Message> messages = new ArrayList<>();

    ChatSession(GPT4All model, ChatPrompt prompt, @Nullable String systemMessage) {
        this.model = model;
        this.prompt = prompt;
        if (systemMessage != null) {
            messages.add(Message.system(systemMessage));
        }
    }

    /** The live list of messages: what is changed here is what the model sees next. */
    public List<Message> messages() {
        return messages;
    }

    ChatPrompt prompt() {
        return prompt;
    }

    /** Asks the model within this session. */
    public String generate(String prompt) {
        return model.generate(prompt);
    }

    /** Asks the model within this session. */
    public String generate(String prompt, GenerateOptions options) {
        return model.generate(prompt, options);
    }

    /** Asks the model within this session; the answer comes piece by piece. */
    public TokenStream stream(String prompt) {
        return model.stream(prompt);
    }

    /** Asks the model within this session; the answer comes piece by piece. */
    public TokenStream stream(String prompt, GenerateOptions options) {
        return model.stream(prompt, options);
    }

    /**
     * Writes the conversation and what was computed for it, so that {@link GPT4All#loadSession} can go on with it.
     *
     * @throws IOException if the file cannot be written; one that was there stays as it was
     */
    public void save(Path file) throws IOException {
        model.save(this, file);
    }

    /** Ends the session; the model's next {@code generate} stands alone. */
    @Override
    public void close() {
        model.end();
    }
}
