package dev.cortado.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cortado.testkit.Oracle;
import dev.cortado.testkit.RealModel;
import dev.cortado.testkit.RequiresModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java blocks of the documents: each stands here line by line, is compiled, and runs. */
class SnippetsTest {
    private static final Pattern BLOCK = Pattern.compile("```java\\R(.*?)```", Pattern.DOTALL);

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
    void every_block_of_the_documents_is_in_this_class() throws IOException {
        Path checkout = Oracle.checkout().orElseThrow();
        String here = lines(Files.readString(checkout.resolve("sdk/src/test/java/dev/cortado/sdk/SnippetsTest.java")));
        int blocks = 0;
        for (String document : List.of("README.md", "docs/sdk.md")) {
            Matcher matcher = BLOCK.matcher(Files.readString(checkout.resolve(document)));
            while (matcher.find()) {
                assertThat(here).as(document).contains(lines(matcher.group(1)));
                blocks++;
            }
        }
        assertThat(blocks).isGreaterThan(8);
    }

    private static String lines(String code) {
        return String.join("\n", code.lines().map(String::strip).filter(line -> !line.isEmpty()).toList());
    }

    @Test
    void an_answer() {
        try (GPT4All model = new GPT4All()) {
            System.out.println(model.generate("Once upon a time"));
        }
    }

    @Test
    void an_answer_with_options() throws IOException {
        try (GPT4All model = GPT4All.builder().nThreads(2).nCtx(1024).device("cpu").build()) {
            GenerateOptions options = GenerateOptions.DEFAULT.withMaxTokens(50).withTemp(0.8f).withSeed(42L);
            GenerationResult result = model.answer("Once upon a time", options);
            System.out.println(result.text());
            System.out.println(result.finishReason() + ", " + result.tokensPerSecond() + " tokens/s");
        }
    }

    @Test
    void a_conversation() {
        try (ChatSession chat = model.chatSession()) {
            for (String piece : chat.stream("Tell me a story about a brave rabbit.")) {
                System.out.print(piece);
            }
            System.out.println(chat.generate("Another one, please."));
            System.out.println(chat.messages().size() + " messages so far");
        }
    }

    @Test
    void a_whole_conversation() {
        GenerationResult answer = model.answer(
                List.of(Message.user("Hello!"), Message.assistant("Hi! Who is the story about?"), Message.user("A fox.")),
                GenerateOptions.DEFAULT);
        assertThat(answer.text()).isNotEmpty();
    }

    @Test
    void a_conversation_in_a_file(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("chat.session");
        ChatSession chat = model.chatSession();
        chat.generate("Hello!");
        chat.save(file);
        ChatSession later = model.loadSession(file);
        assertThat(later.messages()).isEqualTo(chat.messages());
        later.close();
    }

    @Test
    void a_callback() {
        String text = model.generate("Once upon a time", GenerateOptions.DEFAULT.withCallback((token, piece) -> {
            System.out.print(piece);
            return !piece.contains("."); // false ends the answer
        }));
        assertThat(text).endsWith(".");
    }

    @Test
    void other_threads() throws Exception {
        CompletableFuture<GenerationResult> future = model.answerAsync("Once upon a time", GenerateOptions.DEFAULT);
        Flow.Publisher<String> publisher = model.publisher("Once upon a time", GenerateOptions.DEFAULT);
        assertThat(future.get().text()).isNotEmpty();
        assertThat(publisher).isNotNull();
    }

    @Test
    void an_object() {
        record Animal(String name, int legs, boolean brave) {}
        Animal animal = model.generate("Describe an animal.", Animal.class, GenerateOptions.DEFAULT.withMaxTokens(300));
        assertThat(animal.name()).isNotNull();
    }

    @Test
    void a_schema() {
        JsonSchema schema = JsonSchema.parse("{\"type\": \"array\", \"items\": {\"enum\": [\"fox\", \"owl\"]}, \"maxItems\": 3}");
        String json = model.generate("Name animals.", GenerateOptions.DEFAULT.withSchema(schema));
        assertThat(json).matches("(?s)\\[.*\\]");
    }

    @Test
    void tools() {
        record Place(String city) {}
        Tool weather = new Tool("weather", "The weather in a city", JsonSchema.of(Place.class));
        GenerationResult asked = model.answer("Is it raining in Bern?", GenerateOptions.DEFAULT.withTools(weather));
        for (ToolCall call : asked.toolCalls()) {
            System.out.println(call.name() + " " + call.arguments());
        }
        assertThat(asked.toolCalls()).isEmpty(); // the story model knows no tools
    }

    @Test
    @RequiresModel(RealModel.MINILM)
    void embeddings(Path checkpoint) throws IOException {
        GPT4All model = GPT4All.builder(MiniLm.gguf(checkpoint).toString()).allowDownload(false).build();
        try (Embed4All embedder = new Embed4All(model)) {
            float[][] vectors = embedder.embed(List.of("a fox", "a robot", "an owl"));
            float[] query = embedder.embed("a bird");
            for (EmbeddingIndex.Match match : EmbeddingIndex.of(vectors).topK(query, 2)) {
                System.out.println(match.index() + " " + match.similarity());
            }
        }
    }
}
