package dev.cortado.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cortado.sdk.GPT4All;
import dev.cortado.sdk.GenerateOptions;
import dev.cortado.sdk.JsonSchema;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tools on their way to a chat template and back; a schema makes the story model write the call. */
class ToolsTest {
    static final ToolSpecification WEATHER = ToolSpecification.builder()
            .name("weather")
            .description("The weather in a city")
            .parameters(JsonObjectSchema.builder().addStringProperty("city").required("city").build())
            .build();
    static final GenerateOptions CALLS_WEATHER = GenerateOptions.GREEDY.withSchema(
            JsonSchema.parse("{\"const\": {\"name\": \"weather\", \"arguments\": {\"city\": \"Bern\"}}}"));
    static final UserMessage QUESTION = UserMessage.from("Is it raining in Bern?");

    @TempDir
    private Path folder;

    @Test
    void a_template_sees_tools_calls_and_results() throws IOException {
        String seen = "{{ raise_exception(tools[0].function.name ~ '/' ~ tools[0].function.description ~ '/'"
                + " ~ tools[0].function.parameters.required[0] ~ '/' ~ messages[1].tool_calls[0].function.name ~ '/'"
                + " ~ messages[1].tool_calls[0].function.arguments.city ~ '/' ~ messages[2].role ~ '/'"
                + " ~ messages[2].name ~ '/' ~ messages[2].content) }}";
        ToolExecutionRequest call = ToolExecutionRequest.builder()
                .id("1")
                .name("weather")
                .arguments("{\"city\": \"Bern\"}")
                .build();
        ChatRequest request = ChatRequest.builder()
                .messages(QUESTION, AiMessage.from(call), ToolExecutionResultMessage.from(call, "rain"))
                .toolSpecifications(WEATHER)
                .build();
        try (GPT4All story = StoryModel.withTemplate(folder, seen)) {
            assertThatThrownBy(() -> new CortadoChatModel(story).chat(request))
                    .hasMessageContaining("weather/The weather in a city/city/weather/Bern/tool/weather/rain");
        }
    }

    @Test
    void an_answer_that_is_a_call_becomes_a_request_to_execute_it() {
        try (GPT4All story = new GPT4All()) {
            ChatRequest request =
                    ChatRequest.builder().messages(QUESTION).toolSpecifications(WEATHER).build();
            ChatResponse response = new CortadoChatModel(story, CALLS_WEATHER).chat(request);
            assertThat(response.finishReason()).isEqualTo(FinishReason.TOOL_EXECUTION);
            List<ToolExecutionRequest> calls = response.aiMessage().toolExecutionRequests();
            assertThat(calls).singleElement().satisfies(call -> {
                assertThat(call.name()).isEqualTo("weather");
                assertThat(call.arguments()).isEqualTo("{\"city\":\"Bern\"}");
                assertThat(call.id()).isNotBlank();
            });
        }
    }

    @Test
    void without_tools_the_same_answer_is_text() {
        try (GPT4All story = new GPT4All()) {
            ChatResponse response = new CortadoChatModel(story, CALLS_WEATHER).chat(QUESTION);
            assertThat(response.aiMessage().hasToolExecutionRequests()).isFalse();
            assertThat(response.aiMessage().text()).contains("\"weather\"");
        }
    }
}
