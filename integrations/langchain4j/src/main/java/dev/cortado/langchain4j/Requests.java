package dev.cortado.langchain4j;

import dev.cortado.sdk.GenerateOptions;
import dev.cortado.sdk.GenerationResult;
import dev.cortado.sdk.JsonSchema;
import dev.cortado.sdk.Message;
import dev.cortado.sdk.Tool;
import dev.cortado.sdk.ToolCall;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.internal.JsonSchemaElementUtils;
import dev.langchain4j.internal.Json;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonSchemaElement;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Translates between LangChain4j's requests and answers and the SDK's. */
final class Requests {
    private Requests() {}

    static List<Message> messages(ChatRequest request) {
        return request.messages().stream().map(Requests::message).toList();
    }

    private static Message message(ChatMessage message) {
        return switch (message) {
            case SystemMessage system -> Message.system(system.text());
            case UserMessage user -> {
                if (!user.hasSingleText()) {
                    throw new UnsupportedFeatureException("a user message must be one text");
                }
                yield Message.user(user.singleText());
            }
            case AiMessage answer when answer.hasToolExecutionRequests() ->
                ToolCall.message(answer.toolExecutionRequests().stream()
                        .map(call -> new ToolCall(call.name(), call.arguments()))
                        .toList());
            case AiMessage answer -> Message.assistant(Optional.ofNullable(answer.text()).orElse(""));
            case ToolExecutionResultMessage result -> Message.tool(result.toolName(), result.text());
            default -> throw new UnsupportedFeatureException("messages of type " + message.type());
        };
    }

    static GenerateOptions options(GenerateOptions defaults, ChatRequest request) {
        ChatRequestParameters parameters = request.parameters();
        GenerateOptions options = defaults;
        if (parameters.temperature() != null) {
            options = options.withTemp(parameters.temperature().floatValue());
        }
        if (parameters.topP() != null) {
            options = options.withTopP(parameters.topP().floatValue());
        }
        if (parameters.topK() != null) {
            options = options.withTopK(parameters.topK());
        }
        if (parameters.frequencyPenalty() != null) {
            options = options.withFrequencyPenalty(parameters.frequencyPenalty().floatValue());
        }
        if (parameters.presencePenalty() != null) {
            options = options.withPresencePenalty(parameters.presencePenalty().floatValue());
        }
        if (parameters.maxOutputTokens() != null) {
            options = options.withMaxTokens(parameters.maxOutputTokens());
        }
        if (parameters.stopSequences() != null && !parameters.stopSequences().isEmpty()) {
            options = options.withStop(parameters.stopSequences().toArray(String[]::new));
        }
        if (parameters.toolSpecifications() != null && !parameters.toolSpecifications().isEmpty()) {
            options = options.withTools(
                    parameters.toolSpecifications().stream().map(Requests::tool).toArray(Tool[]::new));
        }
        ResponseFormat format = parameters.responseFormat();
        if (format != null && format.type() == ResponseFormatType.JSON) {
            options = options.withSchema(
                    format.jsonSchema() == null ? JsonSchema.any() : schema(format.jsonSchema().rootElement()));
        }
        return options;
    }

    /** Whether text begins as the forms of a tool call do, or says nothing yet. */
    static boolean mayBecomeCall(CharSequence text) {
        String stripped = text.toString().stripLeading();
        return stripped.isEmpty() || "{[<".indexOf(stripped.charAt(0)) >= 0;
    }

    private static Tool tool(ToolSpecification specification) {
        return new Tool(
                specification.name(),
                Optional.ofNullable(specification.description()).orElse(""),
                specification.parameters() == null
                        ? JsonSchema.parse("{\"type\": \"object\", \"properties\": {}}")
                        : schema(specification.parameters()));
    }

    private static JsonSchema schema(JsonSchemaElement element) {
        return JsonSchema.parse(Json.toJson(JsonSchemaElementUtils.toMap(element)));
    }

    static ChatResponse response(GenerationResult result, ChatRequest request, @Nullable String modelName) {
        List<ToolCall> calls = request.toolSpecifications() == null || request.toolSpecifications().isEmpty()
                ? List.of()
                : result.toolCalls();
        List<ToolExecutionRequest> executions = new ArrayList<>();
        for (ToolCall call : calls) {
            executions.add(ToolExecutionRequest.builder()
                    .id(UUID.randomUUID().toString())
                    .name(call.name())
                    .arguments(call.arguments())
                    .build());
        }
        return ChatResponse.builder()
                .aiMessage(executions.isEmpty() ? AiMessage.from(result.text()) : AiMessage.from(executions))
                .modelName(modelName)
                .tokenUsage(new TokenUsage(result.promptTokens(), result.completionTokens()))
                .finishReason(finish(result, !executions.isEmpty()))
                .build();
    }

    private static FinishReason finish(GenerationResult result, boolean tools) {
        if (tools) {
            return FinishReason.TOOL_EXECUTION;
        }
        return switch (result.finishReason()) {
            case END_OF_TURN, STOP_STRING -> FinishReason.STOP;
            case LENGTH -> FinishReason.LENGTH;
            case CANCELLED -> FinishReason.OTHER;
        };
    }
}
