package dev.cortado.langchain4j;

import dev.cortado.sdk.GPT4All;
import dev.cortado.sdk.GenerateOptions;
import dev.cortado.sdk.TokenStream;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import java.util.List;
import java.util.Set;

/**
 * A model on this machine as a {@link StreamingChatModel}: pieces of the answer arrive on a thread of their own as they are
 * computed, errors too. Calls of tools arrive whole, after the answer. The model stays the caller's to close.
 */
public final class CortadoStreamingChatModel implements StreamingChatModel {
    private final GPT4All model;
    private final GenerateOptions defaults;

    public CortadoStreamingChatModel(GPT4All model) {
        this(model, GenerateOptions.DEFAULT);
    }

    /** @param defaults what holds where a request says nothing */
    public CortadoStreamingChatModel(GPT4All model, GenerateOptions defaults) {
        this.model = model;
        this.defaults = defaults;
    }

    @Override
    public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
        Thread.startVirtualThread(() -> {
            try {
                deliver(request, handler);
            } catch (RuntimeException | Error e) {
                handler.onError(e);
            }
        });
    }

    private void deliver(ChatRequest request, StreamingChatResponseHandler handler) {
        GenerateOptions options = Requests.options(defaults, request);
        try (TokenStream stream = model.stream(Requests.messages(request), options)) {
            StringBuilder held = new StringBuilder();
            while (stream.hasNext()) {
                held.append(stream.next());
                if (options.tools().isEmpty() || !Requests.mayBecomeCall(held)) {
                    release(held, handler);
                }
            }
            ChatResponse response = Requests.response(stream.result(), request, model.model().name());
            if (response.aiMessage().hasToolExecutionRequests()) {
                List<ToolExecutionRequest> calls = response.aiMessage().toolExecutionRequests();
                for (int i = 0; i < calls.size(); i++) {
                    handler.onCompleteToolCall(new CompleteToolCall(i, calls.get(i)));
                }
            } else {
                release(held, handler);
            }
            handler.onCompleteResponse(response);
        }
    }

    private static void release(StringBuilder held, StreamingChatResponseHandler handler) {
        if (!held.isEmpty()) {
            String text = held.toString();
            held.setLength(0);
            handler.onPartialResponse(text);
        }
    }

    @Override
    public Set<Capability> supportedCapabilities() {
        return Set.of(Capability.RESPONSE_FORMAT_JSON_SCHEMA);
    }
}
