package dev.cortado.engine.template;

import java.util.ArrayList;
import java.util.List;

/** Splits a source into pieces with Jinja2's white space control; trim_blocks and lstrip_blocks are on. */
final class Scanner {
    private final String source;
    private final List<Piece> pieces = new ArrayList<>();
    private int position;
    private int counted;
    private int line = 1;
    private boolean lineStarts = true;

    private Scanner(String source) {
        this.source = source;
    }

    static List<Piece> scan(String source) {
        String normal = source.replace("\r\n", "\n").replace('\r', '\n');
        // keep_trailing_newline is off
        Scanner scanner = new Scanner(normal.endsWith("\n") ? normal.substring(0, normal.length() - 1) : normal);
        while (scanner.piece()) {}
        return scanner.pieces;
    }

    private boolean piece() {
        int i = position;
        while (i + 1 < source.length() && !(source.charAt(i) == '{' && "%{#".indexOf(source.charAt(i + 1)) >= 0)) i++;
        if (i + 1 >= source.length()) {
            words(source.substring(position));
            return false;
        }
        char kind = source.charAt(i + 1);
        char sign = i + 2 < source.length() ? source.charAt(i + 2) : 0;
        boolean signed = sign == '-' || sign == '+';
        words(leading(source.substring(position, i), sign, kind));
        int inside = i + (signed ? 3 : 2);
        if (kind == '#') {
            int end = source.indexOf("#}", inside);
            if (end < 0) throw TemplateException.syntax("Missing end of comment tag", lineAt(i));
            char last = source.charAt(end - 1);
            close(end > inside && (last == '-' || last == '+') ? end - 1 : end, true);
            return true;
        }
        int start = lineAt(inside);
        Lexer lexer = new Lexer(source, inside, start);
        List<Token> tokens = lexer.until(kind == '{' ? "}}" : "%}");
        boolean raw = kind == '%' && tokens.size() == 1 && tokens.getFirst().isName("raw");
        close(lexer.position(), kind == '%' && !raw);
        if (kind == '{') pieces.add(new Piece.Print(tokens, start));
        else if (raw) raw();
        else {
            if (tokens.isEmpty() || tokens.getFirst().kind() != Token.Kind.NAME) {
                throw TemplateException.syntax("tag name expected", start);
            }
            Token name = tokens.getFirst();
            pieces.add(new Piece.Tag(name.text(), tokens.subList(1, tokens.size()), name.line()));
        }
        return true;
    }

    /** The text in front of a delimiter, after {@code {%-} and lstrip_blocks have had their way. */
    private String leading(String text, char sign, char kind) {
        if (sign == '-') return Text.literal(text).strip(false, true).chars;
        if (sign == '+' || kind == '{') return text;
        int start = text.lastIndexOf('\n') + 1;
        boolean alone = start > 0 || lineStarts;
        return alone && Text.literal(text.substring(start)).strip(true, true).isEmpty()
                ? text.substring(0, start)
                : text;
    }

    /** Moves past a closing delimiter, with what its sign or trim_blocks swallows. */
    private void close(int delimiter, boolean newline) {
        char sign = source.charAt(delimiter);
        position = delimiter + (sign == '-' || sign == '+' ? 3 : 2);
        if (sign == '-') {
            while (position < source.length() && Text.isSpace(source.charAt(position))) position++;
        } else if (sign != '+' && newline && position < source.length() && source.charAt(position) == '\n') {
            position++;
        }
        lineStarts = source.charAt(position - 1) == '\n';
    }

    private void raw() {
        for (int i = source.indexOf("{%", position); i >= 0; i = source.indexOf("{%", i + 2)) {
            int p = i + 2;
            char sign = p < source.length() ? source.charAt(p) : 0;
            p = spaces(sign == '-' || sign == '+' ? p + 1 : p);
            if (!source.startsWith("endraw", p)) continue;
            p = spaces(p + 6);
            if (!source.startsWith("%}", p) && !source.startsWith("-%}", p) && !source.startsWith("+%}", p)) continue;
            words(leading(source.substring(position, i), sign, '%'));
            close(p, true);
            return;
        }
        throw TemplateException.syntax("Missing end of raw directive", lineAt(position));
    }

    private int spaces(int p) {
        while (p < source.length() && Text.isSpace(source.charAt(p))) p++;
        return p;
    }

    private void words(String text) {
        if (!text.isEmpty()) pieces.add(new Piece.Words(text, line));
    }

    private int lineAt(int offset) {
        for (; counted < offset; counted++) if (source.charAt(counted) == '\n') line++;
        return line;
    }
}
