package dev.cortado.sdk;

import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.BackendProvider;
import dev.cortado.engine.backend.KvShape;
import dev.cortado.engine.grammar.Grammar;
import dev.cortado.engine.grammar.Mask;
import dev.cortado.engine.grammar.TokenTrie;
import dev.cortado.engine.model.LoadListener;
import dev.cortado.engine.model.Model;
import dev.cortado.engine.model.ModelOptions;
import dev.cortado.engine.tokenizer.Tokenizer;
import dev.cortado.engine.tokenizer.Vocabulary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A language model, with the semantics of the GPT4All SDK.
 *
 * {@snippet :
 * try (GPT4All model = new GPT4All()) {
 *     System.out.println(model.generate("Once upon a time"));
 *     try (ChatSession chat = model.chatSession()) {
 *         for (String piece : chat.stream("Tell me a story about a brave rabbit.")) {
 *             System.out.print(piece);
 *         }
 *     }
 * }
 * }
 *
 * <p>Thread-safe: any number of threads may generate at once. There is one chat session at a time.
 */
public final class GPT4All implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GPT4All.class);
    private static final int LEAST_CONTEXT = 8;
    private static final int PROMPT_MARGIN = 4;
    private static final int CONCURRENT_CONTEXTS = 4;

    private final Map<String, Object> config;
    private final PlacedModel placed;
    private final Model model;
    private final Slots slots;
    private final int contextLength;
    private final int requestedContext;
    private @Nullable ChatSession session = null;
    private @Nullable TokenTrie trie = null;
    private boolean closed = false;

    /** The embedded model: tiny, offline, tells stories. */
    public GPT4All() {
        this(new Builder(null), embedded());
    }

    /**
     * A model by name, with every default: looked for in the model folder, then in the catalogue and downloaded.
     *
     * @throws java.nio.file.NoSuchFileException if it is not there
     * @throws IOException if it cannot be had
     * @throws IllegalStateException if its file cannot be used
     */
    public GPT4All(String modelName) throws IOException {
        this(new Builder(modelName));
    }

    /** A model by name or path, with options. */
    public static Builder builder(String modelName) {
        return new Builder(modelName);
    }

    /** The embedded model, with options. */
    public static Builder builder() {
        return new Builder(null);
    }

    private GPT4All(Builder builder) throws IOException {
        this(builder, builder.retrieve());
    }

    private GPT4All(Builder builder, Map<String, Object> config) {
        DeviceChoice choice = builder.choice;
        this.config = config;
        Path file = Path.of((String) config.get("path"));
        this.requestedContext = builder.nCtx;
        int wanted = Math.max(LEAST_CONTEXT, builder.nCtx);
        ModelOptions options = new ModelOptions(wanted, builder.kvType, builder.progress);
        List<BackendProvider> providers = DeviceChoice.providers();
        this.placed =
                new PlacedModel(file, choice, builder.ngl, options, devices -> devices.open(builder.nThreads, providers));
        this.model = placed.model();
        if (builder.nCtx < LEAST_CONTEXT) {
            LOG.warn("minimum context size is {}, using minimum size.", LEAST_CONTEXT);
        }
        if (model.generates() && model.contextLength() < wanted) {
            LOG.warn("model was trained on only {} context tokens ({} specified)", model.contextLength(), wanted);
        }
        this.contextLength = Math.min(wanted, model.positionLimit());
        this.slots = new Slots(placed, contextLength, CONCURRENT_CONTEXTS);
    }

    private static Map<String, Object> embedded() {
        try {
            return new Builder(null).retrieve();
        } catch (IOException e) {
            throw new UncheckedIOException("the embedded model cannot be copied to a file", e);
        }
    }

    /** The answer to a prompt, or within a chat session to the conversation that it continues. */
    public String generate(String prompt) {
        return generate(prompt, GenerateOptions.DEFAULT);
    }

    /**
     * The answer to a prompt, or within a chat session to the conversation that it continues.
     *
     * @throws IllegalArgumentException if the prompt is too long for the context
     * @throws ClosedModelException after {@link #close()}
     */
    public String generate(String prompt, GenerateOptions options) {
        return answer(prompt, options).text();
    }

    /** Like {@link #generate(String, GenerateOptions)}, with figures. */
    public GenerationResult answer(String prompt, GenerateOptions options) {
        return drain(stream(prompt, options));
    }

    /** Like {@link #answer(String, GenerateOptions)}, on a thread of its own; cancelling the future ends the generation. */
    public CompletableFuture<GenerationResult> answerAsync(String prompt, GenerateOptions options) {
        CompletableFuture<GenerationResult> future = new CompletableFuture<>();
        TokenStream stream = stream(prompt, options);
        Thread.startVirtualThread(() -> {
            try {
                while (!future.isDone() && stream.hasNext()) {
                    stream.next();
                }
                future.complete(stream.result());
            } catch (RuntimeException | Error e) {
                future.completeExceptionally(e);
            }
        });
        return future;
    }

    /** The answer as a reactive stream: each subscriber gets one of its own, at the speed at which it asks for pieces. */
    public Flow.Publisher<String> publisher(String prompt, GenerateOptions options) {
        return new TokenPublisher(() -> stream(prompt, options));
    }

    /** The answer to a whole conversation, without a session. */
    public GenerationResult answer(List<Message> messages, GenerateOptions options) {
        return drain(stream(messages, options));
    }

    /**
     * The answer as an object: the model is held to the record's {@linkplain JsonSchema#of schema}.
     *
     * @throws IllegalStateException if the answer was cut at {@code maxTokens} before the object was complete
     */
    public <T extends Record> T generate(String prompt, Class<T> type, GenerateOptions options) {
        GenerationResult result = answer(prompt, options.withSchema(JsonSchema.of(type)));
        return JsonObjects.read(result, type);
    }

    /** The answer piece by piece; nothing is computed before it is asked for. */
    public TokenStream stream(String prompt) {
        return stream(prompt, GenerateOptions.DEFAULT);
    }

    /** The answer piece by piece; nothing is computed before it is asked for. Prompt errors are thrown here. */
    public TokenStream stream(String prompt, GenerateOptions options) {
        check();
        ChatSession chat = session();
        if (chat == null) {
            int[] tokens = model.tokenizer().encode(prompt, true, true);
            return stream(tokens, tokens.length, options, answer -> {});
        }
        List<Message> messages = chat.messages();
        messages.add(Message.user(prompt));
        int[] tokens = chat.prompt().encode(messages, options.tools(), true);
        int last = messages.size() > 1
                ? chat.prompt().encode(List.of(messages.getLast()), List.of(), true).length
                : model.tokenizer().encode(prompt, true, true).length;
        return stream(tokens, last, options, answer -> {
            ChatSession now = session();
            if (now != null) {
                now.messages().add(Message.assistant(answer));
            }
        });
    }

    /** The answer to a whole conversation piece by piece, without a session. */
    public TokenStream stream(List<Message> messages, GenerateOptions options) {
        int[] tokens = prompt(null).encode(messages, options.tools(), true);
        return stream(tokens, 0, options, answer -> {});
    }

    private TokenStream stream(int[] tokens, int counted, GenerateOptions options, Consumer<String> finished) {
        check();
        int most = Math.min(requestedContext, model.positionLimit()) - PROMPT_MARGIN;
        if (counted > most) {
            throw new IllegalArgumentException(
                    "Your message was too long and could not be processed (%d > %d).".formatted(counted, most));
        }
        if (!model.generates()) {
            throw new PromptException("Not a text completion model.");
        }
        if (options.nBatch() == 0) {
            throw new PromptException("Batch size cannot be zero.");
        }
        if (tokens.length == 0 && options.maxTokens() != 0) {
            throw new PromptException("Prompt tokenized to zero tokens.");
        }
        Grammar grammar = options.grammar();
        Mask mask = grammar == null ? null : new Mask(trie(), grammar);
        Generation generation = new Generation(slots, model.tokenizer(), fit(tokens), options, mask);
        return new TokenStream(generation, options.callback(), finished);
    }

    private synchronized TokenTrie trie() {
        if (trie == null) {
            trie = new TokenTrie(model.tokenizer());
        }
        return trie;
    }

    private static GenerationResult drain(TokenStream stream) {
        while (stream.hasNext()) {
            stream.next();
        }
        return stream.result();
    }

    /** A conversation that outgrew the context loses its beginning, but for the BOS: a quarter of the context stays. */
    int[] fit(int[] tokens) {
        if (tokens.length <= contextLength) {
            return tokens;
        }
        int keep = model.tokenizer().vocabulary().addsBos() ? 1 : 0;
        int tail = Math.max(1, contextLength / 4 - keep);
        LOG.warn("prompt of {} tokens exceeds the context of {}: its last {} are used", tokens.length, contextLength, tail);
        int[] kept = Arrays.copyOf(tokens, keep + tail);
        System.arraycopy(tokens, tokens.length - tail, kept, keep, tail);
        return kept;
    }

    /** Begins a conversation with the model's own system message and chat template. */
    public ChatSession chatSession() {
        Object system = config.get("systemMessage");
        return chatSession(system instanceof String text ? text : null, null);
    }

    /** Begins a conversation with a system message, or none if null, and the model's own chat template. */
    public ChatSession chatSession(@Nullable String systemMessage) {
        return chatSession(systemMessage, null);
    }

    /**
     * Begins a conversation; one that was open ends.
     *
     * @param systemMessage what the model is told first, or null for nothing
     * @param chatTemplate a Jinja2 template, or null for the catalogue's or else the file's own
     * @throws dev.cortado.engine.template.TemplateException for a template that cannot be compiled
     * @throws IllegalArgumentException if a template is needed, or the model is none for chats
     * @throws UnsupportedOperationException if a model of the catalogue has no template at all
     */
    public synchronized ChatSession chatSession(@Nullable String systemMessage, @Nullable String chatTemplate) {
        check();
        ChatSession chat = new ChatSession(this, prompt(chatTemplate), systemMessage);
        session = chat;
        return chat;
    }

    /**
     * Goes on with a conversation that {@link ChatSession#save} wrote, also in another process: what was computed for it
     * is read, not computed again.
     *
     * @throws IOException if the file cannot be read, is no saved session, or was saved with another model
     */
    public synchronized ChatSession loadSession(Path file) throws IOException {
        check();
        SessionFile saved = SessionFile.read(file, slots);
        ChatSession chat = new ChatSession(this, prompt(saved.template()), null);
        chat.messages().addAll(saved.messages());
        session = chat;
        return chat;
    }

    void save(ChatSession chat, Path file) throws IOException {
        check();
        int[] tokens = chat.messages().isEmpty() ? new int[0] : chat.prompt().encode(chat.messages(), List.of(), false);
        SessionFile.write(file, new SessionFile(chat.prompt().source(), chat.messages()), new Tokens(tokens), slots);
    }

    private ChatPrompt prompt(@Nullable String chatTemplate) {
        check();
        return new ChatPrompt(chatTemplate == null ? template() : chatTemplate, model.tokenizer());
    }

    private String template() {
        if (config.get("chatTemplate") instanceof String template) {
            return template;
        }
        if (config.containsKey("chatTemplate")) {
            throw new IllegalArgumentException("The model '%s' does not support chat.".formatted(config.get("name")));
        }
        Optional<String> own = model.metadata().string("tokenizer.chat_template");
        if (own.isEmpty() && config.containsKey("name")) {
            throw new UnsupportedOperationException(
                    "The model '%s' has no chat template. Please pass a template to chatSession() directly."
                            .formatted(config.get("name")));
        }
        return own.orElseThrow(() -> new IllegalArgumentException(
                "For sideloaded models or with allow_download=False, you must specify a chat template."));
    }

    private synchronized @Nullable ChatSession session() {
        return session;
    }

    synchronized void end() {
        session = null;
    }

    /** The live list of messages of the open session, or null: what is changed here is what the model sees next. */
    public @Nullable List<Message> currentChatSession() {
        ChatSession chat = session();
        return chat == null ? null : chat.messages();
    }

    /**
     * Replaces the messages of the open session.
     *
     * @throws IllegalArgumentException without an open session
     */
    public void currentChatSession(List<Message> messages) {
        ChatSession chat = session();
        if (chat == null) {
            throw new IllegalArgumentException(
                    "current_chat_session may only be set when there is an active chat session");
        }
        List<Message> copy = List.copyOf(messages);
        chat.messages().clear();
        chat.messages().addAll(copy);
    }

    /**
     * The GPUs that {@code device} can name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static List<String> listGpus() {
        return DeviceChoice.gpus(DeviceChoice.providers());
    }

    /** What computes: {@code cpu}, {@code reference} or {@code vulkan}. */
    public String backend() {
        check();
        DeviceChoice.Opened devices = placed.devices();
        return devices.gpu() == null ? devices.processor().name() : "vulkan";
    }

    /** The GPU's name, or null on a processor. */
    public @Nullable String device() {
        check();
        Backend gpu = placed.devices().gpu();
        return gpu == null ? null : gpu.name();
    }

    /** What makes this model slow here, a line each with its remedy; also told once through SLF4J. Empty when all is well. */
    public List<String> warnings() {
        check();
        return placed.devices().warnings();
    }

    /** The catalogue's entry, if the model is in it, and the file's {@code path}. */
    public Map<String, Object> config() {
        return config;
    }

    /** The model's tokenizer. */
    public Tokenizer tokenizer() {
        check();
        return model.tokenizer();
    }

    /** The loaded model, for direct use of the engine; closed with this. */
    public Model model() {
        check();
        return placed.model();
    }

    /** What {@link Model#embed} returns. */
    float[][] embed(List<int[]> sequences) {
        check();
        return placed.compute(current -> current.embed(sequences));
    }

    /** Context length in tokens that was asked for. */
    public int nCtx() {
        return requestedContext;
    }

    /** Text of the special tokens {@code bos_token} and {@code eos_token}, as far as there are any. */
    public Map<String, String> specialTokensMap() {
        check();
        Vocabulary vocabulary = model.tokenizer().vocabulary();
        Map<String, String> tokens = new TreeMap<>();
        vocabulary.bos().ifPresent(id -> tokens.put("bos_token", vocabulary.text(id)));
        vocabulary.eos().ifPresent(id -> tokens.put("eos_token", vocabulary.text(id)));
        return tokens;
    }

    /** Tokens of a prompt, special ones included. */
    public int countPromptTokens(String prompt) {
        check();
        return model.tokenizer().encode(prompt, true, true).length;
    }

    private synchronized void check() {
        if (closed) {
            throw new ClosedModelException();
        }
    }

    /** Waits for running forward passes and frees everything. Idempotent. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            session = null;
        }
        slots.close();
        placed.close();
    }

    /** Options of a model, with GPT4All's names and defaults. */
    public static final class Builder {
        private final @Nullable String modelName;
        private @Nullable Path modelPath = null;
        private boolean allowDownload = true;
        private int nThreads = 0;
        private DeviceChoice choice = DeviceChoice.parse(null, System.getProperty("os.name"));
        private int nCtx = 2048;
        private int ngl = 100;
        private boolean verbose = false;
        private KvShape.Type kvType = KvShape.Type.F16;
        private LoadListener progress = LoadListener.NONE;

        private Builder(@Nullable String modelName) {
            this.modelName = modelName;
        }

        /** The folder of models; default {@code ~/.cache/gpt4all}. */
        public Builder modelPath(@Nullable Path modelPath) {
            this.modelPath = modelPath;
            return this;
        }

        /** Whether a model that is not there may be downloaded. */
        public Builder allowDownload(boolean allowDownload) {
            this.allowDownload = allowDownload;
            return this;
        }

        /** Threads that compute; 0 = as many as there are cores for this process. */
        public Builder nThreads(int nThreads) {
            this.nThreads = nThreads;
            return this;
        }

        /** {@code null} or {@code cpu}, {@code gpu}, a vendor, or the name of a GPU. */
        public Builder device(@Nullable String device) {
            this.choice = DeviceChoice.parse(device, System.getProperty("os.name"));
            return this;
        }

        /** Tokens of prompt and answers that the model sees at most. */
        public Builder nCtx(int nCtx) {
            this.nCtx = nCtx;
            return this;
        }

        /** Layers on the GPU, if one is used. */
        public Builder ngl(int ngl) {
            this.ngl = ngl;
            return this;
        }

        /** Whether finding and downloading models is told on standard error. */
        public Builder verbose(boolean verbose) {
            this.verbose = verbose;
            return this;
        }

        /** How the cache stores keys and values. */
        public Builder kvType(KvShape.Type kvType) {
            this.kvType = kvType;
            return this;
        }

        /** Hears the fraction (0 to 1) of the model that is loaded. */
        public Builder progress(LoadListener progress) {
            this.progress = progress;
            return this;
        }

        /**
         * Finds or downloads the model and loads it.
         *
         * @throws IllegalArgumentException if the download is refused or the device is not there
         * @throws java.nio.file.NoSuchFileException if the model is not there
         * @throws IOException if it cannot be had
         * @throws IllegalStateException if its file cannot be used
         */
        public GPT4All build() throws IOException {
            return new GPT4All(this);
        }

        private Map<String, Object> retrieve() throws IOException {
            Path folder = modelPath == null ? ModelFiles.defaultFolder() : modelPath;
            return modelName == null
                    ? Map.of("path", EmbeddedModel.file(folder).toString())
                    : new ModelFiles(folder).retrieve(modelName, allowDownload, verbose);
        }
    }
}
