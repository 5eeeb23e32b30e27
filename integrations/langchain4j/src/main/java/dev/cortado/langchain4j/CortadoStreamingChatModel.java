package dev.cortado.langchain4j;

import dev.cortado.sdk.GPT4All;
import dev.cortado.sdk.GenerateOptions;
import dev.cortado.sdk.TokenStream;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import java.util.Set;

/**
 * A model on this machine as a {@link StreamingChatModel}: pieces of the answer arrive on a thread of their own as they are
 * computed. The model stays the caller's to close.
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
        GenerateOptions options = Requests.options(defaults, request);
        TokenStream stream = model.stream(Requests.messages(request), options);
        Thread.startVirtualThread(() -> deliver(stream, request, handler));
    }

    private void deliver(TokenStream stream, ChatRequest request, StreamingChatResponseHandler handler) {
        try {
            while (stream.hasNext()) {
                String piece = stream.next();
                if (!piece.isEmpty()) {
                    handler.onPartialResponse(piece);
                }
            }
            handler.onCompleteResponse(
                    Requests.response(stream.result(), request, model.model().name()));
        } catch (RuntimeException | Error e) {
            handler.onError(e);
        }
    }

    @Override
    public Set<Capability> supportedCapabilities() {
        return Set.of(Capability.RESPONSE_FORMAT_JSON_SCHEMA);
    }
}
