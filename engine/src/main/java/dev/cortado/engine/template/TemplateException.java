package dev.cortado.engine.template;

/**
 * A template that cannot be compiled or rendered. {@link #kind()} is the name of the exception class that Python's
 * Jinja2 would raise ({@code TemplateSyntaxError}, {@code UndefinedError}, {@code TypeError}, ...), and the message is
 * its text. {@code raise_exception(text)} arrives as kind {@code TemplateError} with the very text. A render that
 * exceeds its {@link RenderLimits} has kind {@code LimitError}.
 */
public final class TemplateException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String kind;
    private final int line;

    TemplateException(String kind, String message) {
        this(kind, message, 0);
    }

    TemplateException(String kind, String message, int line) {
        // The stack of the interpreter says nothing about the template, and templates raise in ordinary operation.
        super(message, null, false, false);
        this.kind = kind;
        this.line = line;
    }

    static TemplateException type(String message) {
        return new TemplateException("TypeError", message);
    }

    static TemplateException value(String message) {
        return new TemplateException("ValueError", message);
    }

    static TemplateException limit(String message) {
        return new TemplateException("LimitError", message);
    }

    static TemplateException syntax(String message, int line) {
        return new TemplateException("TemplateSyntaxError", message, line);
    }

    /** The same error placed in the template; the innermost line wins. */
    TemplateException at(int line) {
        return this.line > 0 ? this : new TemplateException(kind, text(), line);
    }

    private String text() {
        String text = getMessage();
        return text == null ? "" : text;
    }

    /** Name of the Python exception class. */
    public String kind() {
        return kind;
    }

    /** Line of the template's source, counted from 1; 0 when unknown. */
    public int line() {
        return line;
    }

    @Override
    public String toString() {
        return kind + ": " + getMessage() + (line > 0 ? " (template line " + line + ")" : "");
    }
}
