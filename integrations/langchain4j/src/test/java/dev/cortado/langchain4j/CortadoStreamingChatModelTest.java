package dev.cortado.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cortado.sdk.GPT4All;
import dev.cortado.sdk.GenerateOptions;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.output.FinishReason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** LangChain4j's streaming interface over the embedded model. */
class CortadoStreamingChatModelTest {
    private static final ChatRequest RABBIT = ChatRequest.builder()
            .messages(UserMessage.from("Tell me a story about a brave rabbit."))
            .maxOutputTokens(20)
            .build();

    private static GPT4All story;

    @BeforeAll
    static void open() {
        story = new GPT4All();
    }

    @AfterAll
    static void close() {
        story.close();
    }

    /** Everything that arrives. */
    private static final class Collector implements StreamingChatResponseHandler {
        private final List<String> pieces = new ArrayList<>();
        private final List<CompleteToolCall> calls = new ArrayList<>();
        private final CompletableFuture<ChatResponse> response = new CompletableFuture<>();

        @Override
        public void onPartialResponse(String piece) {
            pieces.add(piece);
        }

        @Override
        public void onCompleteToolCall(CompleteToolCall call) {
            calls.add(call);
        }

        @Override
        public void onCompleteResponse(ChatResponse complete) {
            response.complete(complete);
        }

        @Override
        public void onError(Throwable error) {
            response.completeExceptionally(error);
        }

        ChatResponse await() throws Exception {
            return response.get(60, TimeUnit.SECONDS);
        }
    }

    private static Collector collect(GPT4All model, GenerateOptions options, ChatRequest request) {
        Collector collector = new Collector();
        new CortadoStreamingChatModel(model, options).chat(request, collector);
        return collector;
    }

    @Test
    void the_pieces_are_the_complete_response_which_is_that_of_the_plain_model() throws Exception {
        Collector collector = collect(story, GenerateOptions.GREEDY, RABBIT);
        ChatResponse response = collector.await();
        assertThat(collector.pieces).hasSizeGreaterThan(5);
        assertThat(String.join("", collector.pieces)).isEqualTo(response.aiMessage().text());
        assertThat(response.aiMessage().text())
                .isEqualTo(new CortadoChatModel(story, GenerateOptions.GREEDY).chat(RABBIT).aiMessage().text());
        assertThat(response.finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(response.tokenUsage().outputTokenCount()).isEqualTo(20);
    }

    @Test
    void with_tools_ordinary_text_still_comes_in_pieces() throws Exception {
        ChatRequest request = ChatRequest.builder()
                .messages(RABBIT.messages())
                .maxOutputTokens(20)
                .toolSpecifications(ToolsTest.WEATHER)
                .build();
        Collector collector = collect(story, GenerateOptions.GREEDY, request);
        assertThat(collector.await().aiMessage().text()).isEqualTo(String.join("", collector.pieces));
        assertThat(collector.pieces).hasSizeGreaterThan(5);
        assertThat(collector.calls).isEmpty();
    }

    @Test
    void a_call_of_a_tool_arrives_whole_and_not_as_text() throws Exception {
        ChatRequest request = ChatRequest.builder()
                .messages(ToolsTest.QUESTION)
                .toolSpecifications(ToolsTest.WEATHER)
                .build();
        Collector collector = collect(story, ToolsTest.CALLS_WEATHER, request);
        assertThat(collector.await().finishReason()).isEqualTo(FinishReason.TOOL_EXECUTION);
        assertThat(collector.pieces).isEmpty();
        assertThat(collector.calls)
                .singleElement()
                .satisfies(call -> assertThat(call.toolExecutionRequest().arguments()).contains("Bern"));
    }

    @Test
    void an_error_reaches_the_handler() {
        GPT4All closed = new GPT4All();
        closed.close();
        Collector collector = collect(closed, GenerateOptions.GREEDY, RABBIT);
        assertThatThrownBy(collector::await).hasRootCauseMessage("Attempted operation on a closed LLModel");
    }
}
