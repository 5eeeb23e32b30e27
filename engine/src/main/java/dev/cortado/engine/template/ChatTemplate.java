package dev.cortado.engine.template;

import java.util.List;
import java.util.Map;

/**
 * A chat template: the Jinja2 program in a GGUF file or catalogue that turns messages into a prompt. Output and errors
 * are those of Python's Jinja2 3.1 with {@code ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)},
 * the filter {@code tojson} as transformers defines it, and the functions {@code raise_exception} and
 * {@code strftime_now}. Compiled once, immutable, and rendered many times by any number of threads.
 *
 * <p>Values of variables are data: braces in a message are never read as template code.
 */
public final class ChatTemplate {
    private final Statement root;
    private final TemplateOptions options;

    private ChatTemplate(Statement root, TemplateOptions options) {
        this.root = root;
        this.options = options;
    }

    /** Compiles with {@link TemplateOptions#DEFAULT}. */
    public static ChatTemplate compile(String source) {
        return compile(source, TemplateOptions.DEFAULT);
    }

    /**
     * Compiles a template.
     *
     * @throws TemplateException of kind {@code TemplateSyntaxError} or {@code TemplateAssertionError} (unknown filter
     *     or test), with its line
     */
    public static ChatTemplate compile(String source, TemplateOptions options) {
        try {
            return new ChatTemplate(Parser.parse(source, options), options);
        } catch (StackOverflowError e) { // nesting is counted; this is for callers with little stack left
            throw TemplateException.syntax("template nested too deeply", 0);
        }
    }

    /**
     * Renders the prompt.
     *
     * @param variables {@code messages}, {@code tools}, {@code add_generation_prompt}, {@code bos_token} and the like:
     *     text, numbers, booleans, nulls, and Lists and Maps of these
     * @throws TemplateException when the template raises, or exceeds its limits
     * @throws IllegalArgumentException for a value of another class
     */
    public String render(Map<String, ?> variables) {
        return evaluate(variables).chars;
    }

    /** Renders the prompt as runs of text that the template wrote and runs that came out of variables. */
    public List<Span> renderSpans(Map<String, ?> variables) {
        return evaluate(variables).spans();
    }

    private Text evaluate(Map<String, ?> variables) {
        Render render = new Render(options);
        Scope scope = new Scope(render);
        for (Map.Entry<String, ?> e : variables.entrySet()) {
            boolean trusted = options.trustedVariables().contains(e.getKey());
            scope.set(e.getKey(), Types.fromHost(e.getValue(), trusted, e.getKey(), 0));
        }
        try {
            root.execute(scope);
        } catch (StackOverflowError e) {
            throw new TemplateException("RecursionError", "maximum recursion depth exceeded");
        }
        return render.output();
    }
}
