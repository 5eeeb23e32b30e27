package dev.cortado.engine.template;

/**
 * A token inside {@code {{ }}} or {@code {% %}}.
 *
 * @param value what a string or number stands for; for other kinds the text itself
 */
record Token(Kind kind, String text, Object value, int line) {
    enum Kind {
        NAME,
        STRING,
        INTEGER,
        FLOAT,
        OPERATOR,
        END
    }

    boolean is(String symbol) {
        return (kind == Kind.OPERATOR || kind == Kind.NAME) && text.equals(symbol);
    }

    boolean isOperator(String symbol) {
        return kind == Kind.OPERATOR && text.equals(symbol);
    }

    boolean isName(String name) {
        return kind == Kind.NAME && text.equals(name);
    }
}
