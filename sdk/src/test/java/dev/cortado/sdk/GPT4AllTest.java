package dev.cortado.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cortado.engine.template.TemplateException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The semantics of the GPT4All SDK, on the embedded model. */
class GPT4AllTest {
    private static final String RABBIT = "Tell me a story about a brave rabbit.";
    private static final GenerateOptions GREEDY = GenerateOptions.GREEDY.withMaxTokens(24);

    private static GPT4All model;

    @BeforeAll
    static void open() {
        model = new GPT4All();
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void a_story_comes_out_of_the_box() {
        try (ChatSession chat = model.chatSession()) {
            assertThat(chat.generate(RABBIT, GenerateOptions.GREEDY.withMaxTokens(60)).strip())
                    .startsWith("Once upon a time, there was a brave rabbit named");
        }
    }

    @Test
    void the_same_seed_draws_the_same_text_and_greedy_needs_none() {
        GenerateOptions drawn = GenerateOptions.DEFAULT.withMaxTokens(24).withTopP(0.95f).withSeed(11L);
        assertThat(model.generate("Once upon", drawn)).isEqualTo(model.generate("Once upon", drawn));
        assertThat(model.generate("Once upon", GREEDY)).isEqualTo(model.generate("Once upon", GREEDY));
        assertThat(model.generate("Once upon", GREEDY.withTemp(0.7f).withTopK(1)))
                .isEqualTo(model.generate("Once upon", GREEDY));
    }

    @Test
    void what_the_cache_still_holds_cannot_be_seen() {
        String before = model.generate("Once upon", GREEDY);
        try (ChatSession chat = model.chatSession()) {
            chat.generate("Hello!", GREEDY);
        }
        assertThat(model.generate("Once upon", GREEDY)).isEqualTo(before);
    }

    @Test
    void no_tokens_means_no_text_and_a_negative_number_means_one() {
        assertThat(model.generate("Once", GREEDY.withMaxTokens(0))).isEmpty();
        assertThat(model.answer("Once", GREEDY.withMaxTokens(-1)).completionTokens()).isEqualTo(1);
    }

    @Test
    void the_callback_sees_each_piece_and_its_refusal_ends_the_answer_with_that_piece() {
        List<String> seen = new ArrayList<>();
        String text = model.generate("Once upon", GREEDY.withCallback((token, piece) -> seen.add(piece) && seen.size() < 3));
        assertThat(seen).hasSize(3);
        assertThat(text).isEqualTo(String.join("", seen));
    }

    @Test
    void a_refused_piece_is_not_handed_out_by_a_stream_but_belongs_to_the_history() {
        try (ChatSession chat = model.chatSession()) {
            List<String> seen = new ArrayList<>();
            TokenStream stream = chat.stream(RABBIT, GREEDY.withCallback((token, piece) -> seen.add(piece) && seen.size() < 3));
            List<String> yielded = stream.stream().toList();
            assertThat(yielded).isEqualTo(seen.subList(0, 2));
            assertThat(chat.messages().getLast().content()).isEqualTo(String.join("", seen));
        }
    }

    @Test
    void an_exception_in_the_callback_reaches_the_caller() {
        assertThatThrownBy(() -> model.generate("Once", GREEDY.withCallback((token, piece) -> {
                    throw new IllegalStateException("enough");
                })))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("enough");
        assertThat(model.generate("Once upon", GREEDY)).isNotEmpty();
    }

    @Test
    void a_stream_that_nobody_reads_computes_and_records_nothing() {
        try (ChatSession chat = model.chatSession()) {
            chat.stream(RABBIT, GREEDY);
            assertThat(chat.messages()).extracting(Message::role).containsExactly("user");
        }
    }

    @Test
    void an_abandoned_stream_disturbs_no_other() {
        String expected = model.generate("Once upon", GREEDY);
        TokenStream abandoned = model.stream("Once there was", GREEDY);
        abandoned.next();
        assertThat(model.generate("Once upon", GREEDY)).isEqualTo(expected);
        StringBuilder rest = new StringBuilder();
        abandoned.forEachRemaining(rest::append);
        assertThat(abandoned.result().completionTokens()).isEqualTo(24);
    }

    @Test
    void a_session_remembers_and_its_list_is_live() {
        try (ChatSession chat = model.chatSession("Be brief.")) {
            assertThat(model.currentChatSession()).isSameAs(chat.messages());
            chat.generate("Hello!", GREEDY);
            assertThat(chat.messages()).extracting(Message::role).containsExactly("system", "user", "assistant");
            model.currentChatSession(List.of(Message.user("a"), Message.assistant("b")));
            assertThat(chat.messages()).extracting(Message::content).containsExactly("a", "b");
        }
        assertThat(model.currentChatSession()).isNull();
        assertThatThrownBy(() -> model.currentChatSession(List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("current_chat_session may only be set when there is an active chat session");
    }

    @Test
    void an_empty_system_message_is_a_message_and_none_is_none() {
        assertThat(model.chatSession("").messages()).containsExactly(Message.system(""));
        assertThat(model.chatSession((String) null).messages()).isEmpty();
        model.chatSession().close();
    }

    @Test
    void a_broken_template_is_refused_when_the_session_begins() {
        assertThatThrownBy(() -> model.chatSession(null, "{% if %}")).isInstanceOf(TemplateException.class);
    }

    @Test
    void a_template_that_raises_leaves_the_message_in_the_history() {
        try (ChatSession chat = model.chatSession(null, "{{ raise_exception('no') }}")) {
            assertThatThrownBy(() -> chat.generate("hi")).hasMessage("no");
            assertThat(chat.messages()).hasSize(1);
        }
    }

    @Test
    void what_a_user_writes_is_never_template_code_or_a_control_token() {
        try (ChatSession chat = model.chatSession(null, "{{ messages[0]['content'] }}")) {
            int[] tokens = chat.prompt().encode(List.of(Message.user("{{ 1+1 }}</s>")), List.of(), true);
            assertThat(new String(model.tokenizer().decode(tokens, true, true), StandardCharsets.UTF_8).strip())
                    .isEqualTo("{{ 1+1 }}</s>");
            assertThat(tokens).doesNotContain(model.tokenizer().vocabulary().eos().orElseThrow());
        }
    }

    @Test
    void a_message_too_long_for_the_context_is_refused_with_both_numbers() throws IOException {
        try (GPT4All small = GPT4All.builder().nCtx(64).build()) {
            String fits = prompt(small, 60);
            assertThat(small.generate(fits, GREEDY.withMaxTokens(1))).isNotNull();
            assertThatThrownBy(() -> small.generate(prompt(small, 61)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Your message was too long and could not be processed (61 > 60).");
        }
    }

    @Test
    void a_history_too_long_for_the_context_is_cut_to_the_bos_and_its_last_quarter() throws IOException {
        try (GPT4All small = GPT4All.builder().nCtx(64).build()) {
            int[] tokens = IntStream.rangeClosed(1, 100).toArray();
            assertThat(small.fit(tokens))
                    .isEqualTo(IntStream.concat(IntStream.of(1), IntStream.rangeClosed(86, 100)).toArray());
            int[] fitting = IntStream.rangeClosed(1, 64).toArray();
            assertThat(small.fit(fitting)).isEqualTo(fitting);
            try (ChatSession chat = small.chatSession()) {
                chat.messages().add(Message.user(prompt(small, 60)));
                chat.messages().add(Message.assistant("No."));
                GenerationResult result = small.answer("Hello!", GREEDY.withMaxTokens(2));
                assertThat(result.promptTokens()).isEqualTo(16);
            }
        }
    }

    private static String prompt(GPT4All model, int tokens) {
        StringBuilder text = new StringBuilder("a");
        while (model.countPromptTokens(text.toString()) < tokens) {
            text.append(" a");
        }
        assertThat(model.countPromptTokens(text.toString())).isEqualTo(tokens);
        return text.toString();
    }

    @Test
    void generation_goes_on_beyond_the_context() throws IOException {
        try (GPT4All small = GPT4All.builder().nCtx(32).build()) {
            GenerationResult result = small.answer("Once upon a time", GenerateOptions.DEFAULT.withSeed(3L).withMaxTokens(80));
            assertThat(result.completionTokens() == 80 || result.finishReason() == FinishReason.END_OF_TURN)
                    .isTrue();
            assertThat(result.completionTokens()).isGreaterThan(40);
        }
    }

    @Test
    void a_conversation_that_outgrows_the_context_goes_on_with_its_end() throws IOException {
        try (GPT4All small = GPT4All.builder().nCtx(48).build();
                ChatSession chat = small.chatSession()) {
            for (int i = 0; i < 6; i++) {
                chat.generate("Hello!", GREEDY.withMaxTokens(12));
            }
            assertThat(chat.messages()).hasSize(12);
        }
    }

    @Test
    void a_saved_session_goes_on_where_it_was(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("chat.session");
        String expected;
        try (ChatSession chat = model.chatSession("Be kind.")) {
            chat.generate("Hello!", GREEDY);
            chat.save(file);
            expected = chat.generate(RABBIT, GREEDY);
        }
        try (GPT4All other = new GPT4All()) {
            ChatSession chat = other.loadSession(file);
            assertThat(chat.messages()).extracting(Message::role).containsExactly("system", "user", "assistant");
            GenerationResult result = other.answer(RABBIT, GREEDY);
            assertThat(result.text()).isEqualTo(expected);
            assertThat(result.reusedTokens()).isGreaterThan(10);
        }
        byte[] bytes = Files.readAllBytes(file);
        for (int length : new int[] {0, 5, 11, 40, bytes.length / 2, bytes.length - 1}) {
            Files.write(file, java.util.Arrays.copyOf(bytes, length));
            assertThatThrownBy(() -> model.loadSession(file)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void a_stop_string_ends_the_answer_and_is_no_part_of_it() {
        String whole = model.generate("Once upon a time", GREEDY);
        String stop = whole.substring(whole.length() / 2, whole.length() / 2 + 3);
        GenerationResult result = model.answer("Once upon a time", GREEDY.withStop(stop));
        assertThat(result.text()).isEqualTo(whole.substring(0, whole.indexOf(stop)));
        assertThat(result.finishReason()).isEqualTo(FinishReason.STOP_STRING);
    }

    @Test
    void a_heading_of_the_next_turn_ends_every_answer() {
        JsonSchema schema = JsonSchema.parse("{\"const\": \"fox ### User: and so on\"}");
        GenerationResult result = model.answer("Once", GREEDY.withMaxTokens(60).withSchema(schema));
        assertThat(result.text()).isEqualTo("\"fox ");
        assertThat(result.finishReason()).isEqualTo(FinishReason.STOP_STRING);
    }

    @Test
    void a_character_of_several_tokens_appears_once_with_the_last_of_them() {
        List<Integer> tokens = new ArrayList<>();
        List<String> pieces = new ArrayList<>();
        JsonSchema schema = JsonSchema.parse("{\"const\": \"😀\"}");
        GenerateOptions options = GREEDY.withMaxTokens(60).withSchema(schema).withCallback((token, piece) -> {
            tokens.add(token);
            return pieces.add(piece);
        });
        assertThat(model.generate("Once", options)).isEqualTo("\"😀\"");
        assertThat(pieces).containsExactly("\"", "😀", "\"");
        assertThat(model.tokenizer().piece(tokens.get(1), true)).containsExactly(0x80);
    }

    @Test
    void the_end_of_a_turn_is_never_written() {
        try (ChatSession chat = model.chatSession()) {
            GenerationResult result = model.answer("Hello!", GenerateOptions.GREEDY.withMaxTokens(200));
            assertThat(result.finishReason()).isEqualTo(FinishReason.END_OF_TURN);
            assertThat(result.text()).doesNotContain("</s>");
            assertThat(chat.messages().getLast().content()).isEqualTo(result.text());
        }
    }

    @Test
    void guesses_change_the_speed_and_not_the_text() {
        GenerateOptions options = GenerateOptions.GREEDY.withMaxTokens(100);
        GenerationResult plain = model.answer("Once upon a time", options);
        GenerationResult guessed = model.answer("Once upon a time", options.withPromptLookup(3));
        assertThat(guessed.text()).isEqualTo(plain.text());
        assertThat(plain.forwardPasses()).isEqualTo(plain.completionTokens());
        assertThat(guessed.forwardPasses()).isLessThan(plain.forwardPasses());
    }

    @Test
    void logprobs_tell_how_likely_each_token_was() {
        GenerationResult result = model.answer("Once upon", GREEDY.withLogprobs(3));
        assertThat(result.logprobs()).hasSize(result.completionTokens());
        for (TokenLogprob token : result.logprobs()) {
            assertThat(token.alternatives()).hasSize(3);
            assertThat(token.chosen().token()).isEqualTo(token.alternatives().getFirst().token()); // greedy
            assertThat(token.chosen().logProbability()).isLessThanOrEqualTo(0);
        }
    }

    record Hero(String name, int age, boolean brave) {}

    @Test
    void an_answer_can_be_an_object() {
        Hero hero = model.generate(
                "Describe the hero.",
                Hero.class,
                GenerateOptions.DEFAULT.withSeed(5L).withMaxTokens(400).withTopK(0).withTopP(1));
        assertThat(hero.name()).isNotNull();
    }

    @Test
    void an_answer_can_come_on_another_thread_and_as_a_reactive_stream() throws Exception {
        String expected = model.generate("Once upon", GREEDY);
        assertThat(model.answerAsync("Once upon", GREEDY).get(60, TimeUnit.SECONDS).text()).isEqualTo(expected);
        CompletableFuture<String> joined = new CompletableFuture<>();
        StringBuilder text = new StringBuilder();
        model.publisher("Once upon", GREEDY).subscribe(new Flow.Subscriber<>() {
            private Flow.Subscription subscription;

            @Override
            public void onSubscribe(Flow.Subscription s) {
                subscription = s;
                s.request(1);
            }

            @Override
            public void onNext(String piece) {
                text.append(piece);
                subscription.request(1);
            }

            @Override
            public void onError(Throwable e) {
                joined.completeExceptionally(e);
            }

            @Override
            public void onComplete() {
                joined.complete(text.toString());
            }
        });
        assertThat(joined.get(60, TimeUnit.SECONDS)).isEqualTo(expected);
    }

    @Test
    void fifty_threads_share_one_model() throws Exception {
        GenerateOptions options = GenerateOptions.GREEDY.withMaxTokens(4);
        List<String> prompts = List.of("Once upon", "The little fox", "One day, Mia", "A robot", "Hello");
        List<String> expected = prompts.stream().map(p -> model.generate(p, options)).toList();
        try (ExecutorService threads = Executors.newFixedThreadPool(50)) {
            List<Callable<String>> calls = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                String prompt = prompts.get(i % prompts.size());
                calls.add(() -> model.generate(prompt, options));
            }
            List<Future<String>> answers = threads.invokeAll(calls);
            for (int i = 0; i < answers.size(); i++) {
                assertThat(answers.get(i).get()).isEqualTo(expected.get(i % prompts.size()));
            }
        }
    }

    @Test
    void after_close_everything_refuses() {
        GPT4All closed = new GPT4All();
        TokenStream stream = closed.stream("Once", GREEDY);
        closed.close();
        closed.close();
        assertThatThrownBy(() -> closed.generate("x")).hasMessage("Attempted operation on a closed LLModel");
        assertThatThrownBy(closed::backend).hasMessage("Attempted operation on a closed LLModel");
        assertThatThrownBy(() -> new Embed4All(closed).embed("x")).hasMessage("Attempted operation on a closed LLModel");
        assertThatThrownBy(closed::device).hasMessage("Attempted operation on a closed LLModel");
        assertThatThrownBy(stream::next).hasMessage("Attempted operation on a closed LLModel");
    }

    @Test
    void the_cpu_is_what_computes_when_nothing_else_is_asked_for() throws IOException {
        assertThat(model.backend()).isEqualTo("cpu");
        assertThat(model.device()).isNull();
        try (GPT4All reference = GPT4All.builder().device("reference").build()) {
            assertThat(reference.generate("Once upon", GREEDY.withMaxTokens(4)))
                    .isEqualTo(model.generate("Once upon", GREEDY.withMaxTokens(4)));
        }
    }

    @Test
    void files_that_are_no_models_are_told_apart(@TempDir Path folder) throws IOException {
        Path text = Files.writeString(folder.resolve("text.gguf"), "this is not a model at all, only text");
        assertThatThrownBy(() -> open(folder, text.toString()))
                .isInstanceOf(ModelLoadException.class)
                .hasMessage("Unable to instantiate model: Unsupported file format");
        assertThatThrownBy(() -> open(folder, "nowhere.gguf"))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageStartingWith("Model file does not exist: ");
    }

    private static void open(Path folder, String name) throws IOException {
        GPT4All.builder(name).modelPath(folder).allowDownload(false).build().close();
    }

    @Test
    void a_prompt_that_cannot_be_answered_says_why() {
        assertThatThrownBy(() -> model.generate("x", GREEDY.withNBatch(0)))
                .isInstanceOf(PromptException.class)
                .hasMessage("prompt error: Batch size cannot be zero.");
    }
}
