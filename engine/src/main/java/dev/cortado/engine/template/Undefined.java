package dev.cortado.engine.template;

/**
 * jinja2.Undefined: silent when printed, tested, iterated or measured; raises on everything else.
 *
 * @param kind what it raises: {@code UndefinedError}, or {@code SecurityError} for what the sandbox hides
 */
record Undefined(String kind, String message) {
    Undefined(String message) {
        this("UndefinedError", message);
    }

    static Undefined variable(String name) {
        return new Undefined("'" + name + "' is undefined");
    }

    static Undefined attribute(Object of, String name) {
        return new Undefined("'" + Types.description(of) + "' has no attribute " + Repr.of(Text.literal(name)));
    }

    TemplateException failure() {
        return new TemplateException(kind, message);
    }
}
