package dev.cortado.engine.template;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/** Python's str() and repr(). */
final class Repr {
    private static final int MAX_DEPTH = 200;
    /** Callers pass the result on to something that charges it; this only ends the expansion of shared structure. */
    private static final int MAX_LENGTH = 64 << 20;

    private final TextBuilder out = new TextBuilder();

    private Repr() {}

    static Text str(Object o) {
        if (o instanceof Text t) return t;
        return o instanceof Undefined ? Text.EMPTY : of(o);
    }

    static Text of(Object o) {
        Repr repr = new Repr();
        repr.write(o, 0);
        return repr.out.text();
    }

    private void write(Object o, int depth) {
        if (depth > MAX_DEPTH) {
            throw new TemplateException(
                    "RecursionError", "maximum recursion depth exceeded while getting the repr of an object");
        }
        if (out.length() > MAX_LENGTH) throw TemplateException.limit("the text of a value is too long");
        if (o == None.NONE) out.append("None");
        else if (o instanceof Boolean b) out.append(b ? "True" : "False");
        else if (o instanceof Double d) out.append(number(d));
        else if (o instanceof Number n) out.append(n.toString());
        else if (o instanceof Text t) {
            if (t.markup) out.append("Markup(");
            quote(t);
            if (t.markup) out.append(")");
        } else if (o instanceof Tuple t) {
            join("(", t, t.size() == 1 ? ",)" : ")", depth);
        } else if (o instanceof List<?> l) {
            join("[", l, "]", depth);
        } else if (o instanceof Dict d) {
            out.append('{');
            String separator = "";
            for (Dict.Entry e : d.entries()) {
                out.append(separator);
                write(e.key(), depth + 1);
                out.append(": ");
                write(e.value(), depth + 1);
                separator = ", ";
            }
            out.append('}');
        } else if (o instanceof Undefined) {
            out.append("Undefined");
        } else if (o instanceof Namespace n) {
            Dict attributes = new Dict();
            for (Map.Entry<String, Object> e : n.attributes.entrySet()) {
                attributes.put(Text.literal(e.getKey()), e.getValue());
            }
            out.append("<Namespace ");
            write(attributes, depth + 1);
            out.append('>');
        } else if (o instanceof View v && v.isRange()) {
            range(v.items());
        } else if (o instanceof View v && v.sized()) {
            join(v.type() + "([", v.items(), "])", depth);
        } else if (o instanceof Loop l) {
            out.append("<LoopContext " + l.position() + "/" + l.length() + ">");
        } else if (o instanceof Macro m) {
            out.append("<Macro ");
            quote(Text.literal(m.name()));
            out.append('>');
        } else {
            out.append('<').append(Types.name(o)).append(" object>");
        }
    }

    private void join(String open, List<?> items, String close, int depth) {
        out.append(open);
        String separator = "";
        for (Object o : items) {
            out.append(separator);
            write(o, depth + 1);
            separator = ", ";
        }
        out.append(close);
    }

    /** The items of a range are all that is kept of it; an empty one shows as the canonical empty range. */
    private void range(List<Object> items) {
        long first = items.isEmpty() ? 0 : (Long) items.getFirst();
        long step = items.size() < 2 ? 1 : (Long) items.get(1) - first;
        long end = items.isEmpty() ? 0 : (Long) items.getLast() + (step > 0 ? 1 : -1);
        out.append("range(" + first + ", " + end + (step == 1 ? ")" : ", " + step + ")"));
    }

    private void quote(Text text) {
        String s = text.chars;
        boolean data = text.hasData();
        char q = s.indexOf('\'') >= 0 && s.indexOf('"') < 0 ? '"' : '\'';
        out.append(q);
        for (int i = 0; i < s.length(); ) {
            int c = s.codePointAt(i);
            i += Character.charCount(c);
            switch (c) {
                case '\n' -> out.append("\\n", data);
                case '\r' -> out.append("\\r", data);
                case '\t' -> out.append("\\t", data);
                case '\\' -> out.append("\\\\", data);
                default -> {
                    if (c == q) out.append("\\", data).append(q, data);
                    else if (printable(c)) out.append(c, data);
                    else if (c < 256) out.append("\\x" + hex(c, 2), data);
                    else out.append(c < 65536 ? "\\u" + hex(c, 4) : "\\U" + hex(c, 8), data);
                }
            }
        }
        out.append(q);
    }

    static String hex(int c, int digits) {
        String s = Integer.toHexString(c);
        return "0".repeat(Math.max(0, digits - s.length())) + s;
    }

    /** str.isprintable of one code point. */
    static boolean printable(int c) {
        if (c < 127) return c >= ' ';
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SPACE_SEPARATOR -> false;
            default -> true;
        };
    }

    /** repr of a float: the shortest digits that round-trip, with an exponent outside 1e-4 .. 1e16. */
    static String number(double d) {
        if (Double.isNaN(d)) return "nan";
        if (Double.isInfinite(d)) return d > 0 ? "inf" : "-inf";
        if (d == 0) return 1 / d < 0 ? "-0.0" : "0.0";
        BigDecimal v = new BigDecimal(Double.toString(d)).stripTrailingZeros();
        String digits = v.unscaledValue().abs().toString();
        int exponent = digits.length() - v.scale() - 1;
        String sign = d < 0 ? "-" : "";
        if (exponent < -4 || exponent >= 16) {
            String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
            int e = Math.abs(exponent);
            return sign + digits.charAt(0) + fraction + (exponent < 0 ? "e-" : "e+") + (e < 10 ? "0" : "") + e;
        }
        String plain = v.abs().toPlainString();
        return sign + (plain.indexOf('.') < 0 ? plain + ".0" : plain);
    }
}
