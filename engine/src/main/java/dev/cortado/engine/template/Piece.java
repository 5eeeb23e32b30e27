package dev.cortado.engine.template;

import java.util.List;

/** What a template's source consists of: text, {@code {{ print }}} tags and {@code {% statement %}} tags. */
sealed interface Piece {
    int line();

    record Words(String text, int line) implements Piece {}

    record Print(List<Token> tokens, int line) implements Piece {}

    /** @param tokens without the name */
    record Tag(String name, List<Token> tokens, int line) implements Piece {}
}
