package dev.cortado.engine.template;

import dev.cortado.engine.template.Token.Kind;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** Tokens of the inside of one tag, as jinja2.lexer makes them. */
final class Lexer {
    private static final String[] OPERATORS = {
        "**", "//", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=",
        ".", ":", "|", ",", ";"
    };

    private final String source;
    private final StringBuilder open = new StringBuilder();
    private int position;
    private int line;

    Lexer(String source, int position, int line) {
        this.source = source;
        this.position = position;
        this.line = line;
    }

    int position() {
        return position;
    }

    /** Reads up to the closing delimiter, which only counts outside brackets; the position stays in front of it. */
    List<Token> until(String close) {
        List<Token> tokens = new ArrayList<>();
        while (true) {
            while (position < source.length() && Text.isSpace(source.charAt(position))) {
                if (source.charAt(position++) == '\n') line++;
            }
            if (position >= source.length()) {
                String expected = open.isEmpty() ? close : open.substring(open.length() - 1);
                throw error("unexpected end of template, expected '" + expected + "'.");
            }
            if (open.isEmpty() && closes(close)) return tokens;
            tokens.add(next());
        }
    }

    private boolean closes(String close) {
        char c = source.charAt(position);
        boolean sign = c == '-' || c == '+' && close.equals("%}");
        return source.startsWith(close, position) || sign && source.startsWith(close, position + 1);
    }

    private Token next() {
        char c = source.charAt(position);
        int start = position;
        if (c == '_' || Character.isUnicodeIdentifierStart(c)) {
            while (position < source.length() && Character.isUnicodeIdentifierPart(source.charAt(position))) position++;
            return token(Kind.NAME, start);
        }
        if (c >= '0' && c <= '9') return number(start);
        if (c == '\'' || c == '"') return string(c);
        for (String operator : OPERATORS) {
            if (!source.startsWith(operator, position)) continue;
            position += operator.length();
            bracket(operator.charAt(0));
            return token(Kind.OPERATOR, start);
        }
        throw error("unexpected char " + Repr.of(Text.literal(String.valueOf(c))) + " at " + position);
    }

    private Token token(Kind kind, int start) {
        String text = source.substring(start, position);
        return new Token(kind, text, text, line);
    }

    private void bracket(char c) {
        int i = "([{".indexOf(c);
        if (i >= 0) open.append(")]}".charAt(i));
        if (")]}".indexOf(c) < 0) return;
        if (open.isEmpty()) throw error("unexpected '" + c + "'");
        char expected = open.charAt(open.length() - 1);
        if (expected != c) throw error("unexpected '" + c + "', expected '" + expected + "'");
        open.setLength(open.length() - 1);
    }

    private Token number(int start) {
        if (source.charAt(position) == '0' && position + 1 < source.length()) {
            int radix =
                    switch (source.charAt(position + 1)) {
                        case 'x', 'X' -> 16;
                        case 'o', 'O' -> 8;
                        case 'b', 'B' -> 2;
                        default -> 0;
                    };
            if (radix > 0) {
                position += 2;
                int first = position;
                digits(radix);
                return integer(start, source.substring(first, position), radix);
            }
        }
        digits(10);
        boolean isFloat = false;
        // x.0.1 is two subscripts, not a float
        if (start == 0 || source.charAt(start - 1) != '.') {
            if (at(position) == '.' && isDigit(at(position + 1))) {
                position++;
                digits(10);
                isFloat = true;
            }
            if ((at(position) | 32) == 'e') {
                int sign = at(position + 1) == '+' || at(position + 1) == '-' ? 1 : 0;
                if (isDigit(at(position + 1 + sign))) {
                    position += 1 + sign;
                    digits(10);
                    isFloat = true;
                }
            }
        }
        String text = source.substring(start, position);
        if (!isFloat) return integer(start, text, 10);
        return new Token(Kind.FLOAT, text, Double.parseDouble(text.replace("_", "")), line);
    }

    private Token integer(int start, String digits, int radix) {
        String bare = digits.replace("_", "");
        // Python refuses longer decimals as well (sys.int_info.default_max_str_digits)
        if (bare.isEmpty() || bare.length() > 4300) throw error("invalid number " + source.substring(start, position));
        return new Token(
                Kind.INTEGER,
                source.substring(start, position),
                Operators.narrow(new BigInteger(bare, radix)),
                line);
    }

    private char at(int i) {
        return i < source.length() ? source.charAt(i) : 0;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private void digits(int radix) {
        while (Character.digit(at(position), radix) >= 0 || at(position) == '_' && Character.digit(at(position + 1), radix) >= 0) {
            position++;
        }
    }

    private Token string(char quote) {
        StringBuilder out = new StringBuilder();
        int start = position++;
        int startLine = line;
        while (true) {
            if (position >= source.length()) {
                throw error("unexpected char " + Repr.of(Text.literal(String.valueOf(quote))) + " at " + start);
            }
            char c = source.charAt(position++);
            if (c == '\n') line++;
            if (c == quote) {
                return new Token(
                        Kind.STRING, source.substring(start, position), Text.literal(out.toString()), startLine);
            }
            if (c == '\\' && position < source.length()) escape(out, source.charAt(position++));
            else out.append(c);
        }
    }

    private void escape(StringBuilder out, char c) {
        switch (c) {
            case 'n' -> out.append('\n');
            case 't' -> out.append('\t');
            case 'r' -> out.append('\r');
            case '\\', '\'', '"' -> out.append(c);
            case 'a' -> out.append('\7');
            case 'b' -> out.append('\b');
            case 'f' -> out.append('\f');
            case 'v' -> out.append('\13');
            case '\n' -> line++;
            case 'x' -> code(out, 2);
            case 'u' -> code(out, 4);
            case 'U' -> code(out, 8);
            default -> {
                if (c < '0' || c > '7') {
                    out.append('\\').append(c); // unknown escapes stay, as in Python
                    return;
                }
                int value = c - '0';
                for (int i = 0; i < 2 && at(position) >= '0' && at(position) <= '7'; i++) {
                    value = value * 8 + source.charAt(position++) - '0';
                }
                out.append((char) value);
            }
        }
    }

    private void code(StringBuilder out, int digits) {
        long value = 0;
        for (int i = 0; i < digits; i++, position++) {
            int digit = Character.digit(at(position), 16);
            if (digit < 0) {
                throw error("(unicode error) 'unicodeescape' codec can't decode bytes: truncated escape");
            }
            value = value * 16 + digit;
        }
        if (value > Character.MAX_CODE_POINT) {
            throw error("(unicode error) 'unicodeescape' codec can't decode bytes: illegal Unicode character");
        }
        out.appendCodePoint((int) value);
    }

    private TemplateException error(String message) {
        return TemplateException.syntax(message, line);
    }
}
