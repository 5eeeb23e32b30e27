package dev.cortado.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cortado.sdk.GPT4All;
import dev.cortado.sdk.GenerateOptions;
import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** LangChain4j's chat interface over the embedded model, on the class path. */
class CortadoChatModelTest {
    private static final UserMessage RABBIT = UserMessage.from("Tell me a story about a brave rabbit.");

    private static GPT4All story;
    private static ChatModel model;

    @BeforeAll
    static void open() {
        story = new GPT4All();
        model = new CortadoChatModel(story, GenerateOptions.GREEDY);
    }

    @AfterAll
    static void close() {
        story.close();
    }

    private static ChatRequest.Builder rabbit() {
        return ChatRequest.builder().messages(SystemMessage.from("Be kind."), RABBIT);
    }

    @Test
    void the_backend_is_found_on_the_class_path() {
        assertThat(CortadoChatModel.class.getModule().isNamed()).isFalse();
        assertThat(story.backend()).isEqualTo("cpu");
    }

    @Test
    void a_chat_is_answered_as_the_sdk_does() {
        ChatResponse response = model.chat(ChatRequest.builder().messages(RABBIT).maxOutputTokens(20).build());
        String expected;
        try (var chat = story.chatSession((String) null)) {
            expected = chat.generate(RABBIT.singleText(), GenerateOptions.GREEDY.withMaxTokens(20));
        }
        assertThat(response.aiMessage().text()).isEqualTo(expected).isNotBlank();
        assertThat(response.metadata().modelName()).isEqualTo("Tiny Storyteller");
    }

    @Test
    void a_limit_is_kept_counted_and_told() {
        ChatResponse response = model.chat(rabbit().maxOutputTokens(5).build());
        assertThat(response.finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(response.tokenUsage().outputTokenCount()).isEqualTo(5);
        assertThat(response.tokenUsage().inputTokenCount()).isGreaterThan(10);
        assertThat(response.tokenUsage().totalTokenCount())
                .isEqualTo(response.tokenUsage().inputTokenCount() + 5);
    }

    @Test
    void a_stop_sequence_ends_the_answer() {
        ChatResponse response = model.chat(rabbit().stopSequences(List.of("time")).build());
        assertThat(response.aiMessage().text().strip()).isEqualTo("Once upon a");
        assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void parameters_of_a_request_go_over_the_defaults_and_the_rest_stays() {
        ChatRequest request = rabbit()
                .temperature(0.3)
                .topP(0.8)
                .topK(7)
                .frequencyPenalty(0.1)
                .presencePenalty(0.2)
                .maxOutputTokens(9)
                .build();
        GenerateOptions defaults = GenerateOptions.DEFAULT.withSeed(4L).withMinP(0.05f);
        GenerateOptions options = Requests.options(defaults, request);
        assertThat(options.temp()).isEqualTo(0.3f);
        assertThat(options.topP()).isEqualTo(0.8f);
        assertThat(options.topK()).isEqualTo(7);
        assertThat(options.frequencyPenalty()).isEqualTo(0.1f);
        assertThat(options.presencePenalty()).isEqualTo(0.2f);
        assertThat(options.maxTokens()).isEqualTo(9);
        assertThat(options.seed()).isEqualTo(4L);
        assertThat(options.minP()).isEqualTo(0.05f);
        assertThat(Requests.options(defaults, rabbit().build()).temp()).isEqualTo(defaults.temp());
    }

    @Test
    void a_schema_as_response_format_holds_the_answer_to_it() {
        JsonObjectSchema animal = JsonObjectSchema.builder()
                .addEnumProperty("animal", List.of("fox", "owl"))
                .addBooleanProperty("brave")
                .required("animal", "brave")
                .additionalProperties(false)
                .build();
        ResponseFormat format = ResponseFormat.builder()
                .type(ResponseFormatType.JSON)
                .jsonSchema(JsonSchema.builder().name("animal").rootElement(animal).build())
                .build();
        ChatResponse response = model.chat(rabbit().responseFormat(format).build());
        assertThat(response.aiMessage().text())
                .matches("\\s*\\{\\s*\"animal\"\\s*:\\s*\"(fox|owl)\"\\s*,\\s*\"brave\"\\s*:\\s*(true|false)\\s*}\\s*");
        assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void what_the_models_cannot_read_is_refused() {
        ChatRequest request = ChatRequest.builder()
                .messages(UserMessage.from(
                        TextContent.from("What is this?"),
                        ImageContent.from(Image.builder().url("http://127.0.0.1/fox.png").build())))
                .build();
        assertThatThrownBy(() -> model.chat(request)).isInstanceOf(UnsupportedFeatureException.class);
    }
}
