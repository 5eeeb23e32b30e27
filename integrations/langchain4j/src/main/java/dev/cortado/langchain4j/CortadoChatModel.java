package dev.cortado.langchain4j;

import dev.cortado.sdk.GPT4All;
import dev.cortado.sdk.GenerateOptions;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.util.Set;

/**
 * A model on this machine as a {@link ChatModel}. Parameters of a request go over the defaults given here; a JSON schema as
 * response format holds the answer to it. The model stays the caller's to close.
 */
public final class CortadoChatModel implements ChatModel {
    private final GPT4All model;
    private final GenerateOptions defaults;

    public CortadoChatModel(GPT4All model) {
        this(model, GenerateOptions.DEFAULT);
    }

    /** @param defaults what holds where a request says nothing */
    public CortadoChatModel(GPT4All model, GenerateOptions defaults) {
        this.model = model;
        this.defaults = defaults;
    }

    @Override
    public ChatResponse doChat(ChatRequest request) {
        GenerateOptions options = Requests.options(defaults, request);
        return Requests.response(
                model.answer(Requests.messages(request), options), request, model.model().name());
    }

    @Override
    public Set<Capability> supportedCapabilities() {
        return Set.of(Capability.RESPONSE_FORMAT_JSON_SCHEMA);
    }
}
