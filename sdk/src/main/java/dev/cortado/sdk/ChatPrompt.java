package dev.cortado.sdk;

import dev.cortado.engine.template.ChatTemplate;
import dev.cortado.engine.template.Span;
import dev.cortado.engine.tokenizer.Tokenizer;
import dev.cortado.engine.tokenizer.Vocabulary;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Turns messages into the tokens of a prompt. Control tokens come from the template alone: in what a message says their
 * spelling is plain text.
 */
final class ChatPrompt {
    private final String source;
    private final ChatTemplate template;
    private final Tokenizer tokenizer;

    /**
     * @param source the template: how the model was taught to read a conversation
     * @param tokenizer the model's
     */
    ChatPrompt(String source, Tokenizer tokenizer) {
        this.source = source;
        this.template = ChatTemplate.compile(source);
        this.tokenizer = tokenizer;
    }

    /** The template's text. */
    String source() {
        return source;
    }

    /**
     * @param tools what the model may ask to have called; none when empty
     * @param answer whether the model is to speak next
     */
    int[] encode(List<Message> messages, List<Tool> tools, boolean answer) {
        List<Span> spans = template.renderSpans(variables(messages, tools, answer));
        return tokenizer.encode(spans, !beginsWithBos(spans));
    }

    private Map<String, Object> variables(List<Message> messages, List<Tool> tools, boolean answer) {
        Map<String, Object> variables = new LinkedHashMap<>();
        variables.put("messages", messages.stream().map(Message::fields).toList());
        variables.put("add_generation_prompt", answer);
        Vocabulary vocabulary = tokenizer.vocabulary();
        vocabulary.bos().ifPresent(id -> variables.put("bos_token", vocabulary.text(id)));
        vocabulary.eos().ifPresent(id -> variables.put("eos_token", vocabulary.text(id)));
        if (!tools.isEmpty()) {
            variables.put("tools", tools.stream().map(Tool::fields).toList());
        }
        return variables;
    }

    /** Many templates write the BOS themselves; the tokenizer must not add another. */
    private boolean beginsWithBos(List<Span> spans) {
        OptionalInt bos = tokenizer.vocabulary().bos();
        return bos.isPresent()
                && !spans.isEmpty()
                && spans.getFirst().trusted()
                && spans.getFirst().text().startsWith(tokenizer.vocabulary().text(bos.getAsInt()));
    }
}
