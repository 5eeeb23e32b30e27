package dev.cortado.engine.template;

import dev.cortado.engine.template.Token.Kind;
import java.util.List;

/** The tokens of one tag, read from left to right. */
final class TokenStream {
    private final List<Token> tokens;
    private final Token end;
    private int position;

    TokenStream(List<Token> tokens, int line) {
        this.tokens = tokens;
        this.end = new Token(Kind.END, "end of statement block", "", line);
    }

    Token current() {
        return look(0);
    }

    Token look(int ahead) {
        return position + ahead < tokens.size() ? tokens.get(position + ahead) : end;
    }

    Token next() {
        Token token = current();
        position++;
        return token;
    }

    boolean atEnd() {
        return position >= tokens.size();
    }

    boolean skip(String symbol) {
        if (!current().is(symbol)) return false;
        position++;
        return true;
    }

    void expect(String symbol) {
        if (!skip(symbol)) throw error("expected token '" + symbol + "', got '" + current().text() + "'");
    }

    String name() {
        if (current().kind() != Kind.NAME) throw error("expected token 'name', got '" + current().text() + "'");
        return next().text();
    }

    void expectEnd() {
        if (!atEnd()) throw error("expected token 'end of statement block', got '" + current().text() + "'");
    }

    TemplateException error(String message) {
        return TemplateException.syntax(message, current().line());
    }
}
