package dev.cortado.engine.template;

import java.util.ArrayList;
import java.util.List;

/** Python's json.dumps. */
final class Json {
    private static final int MAX_DEPTH = 200;

    private final Budget budget;
    private final boolean ascii;
    private final boolean sorted;
    private final boolean indented;
    private final Text indent;
    private final Text itemSeparator;
    private final Text keySeparator;
    private final TextBuilder out = new TextBuilder();

    private Json(
            Budget budget, boolean ascii, boolean sorted, boolean indented, Text indent, Text item, Text key) {
        this.budget = budget;
        this.ascii = ascii;
        this.sorted = sorted;
        this.indented = indented;
        this.indent = indent;
        this.itemSeparator = item;
        this.keySeparator = key;
    }

    /**
     * @param indent None, a number of spaces or a text
     * @param separators None or (item, key)
     */
    static Text dumps(Budget budget, Object value, boolean ascii, Object indent, Object separators, boolean sorted) {
        boolean indented = indent != None.NONE;
        Text unit = Text.EMPTY;
        if (indent instanceof Text t) unit = t;
        else if (indented) {
            long n = Math.max(0, Types.index(indent));
            budget.allocate(n);
            unit = Text.literal(" ".repeat((int) n));
        }
        Text item = Text.literal(indented ? "," : ", ");
        Text key = Text.literal(": ");
        if (separators != None.NONE) {
            List<Object> pair = Types.iterate(separators);
            if (pair.size() != 2) throw TemplateException.value("separators must be an (item, key) tuple");
            item = Types.string(pair.get(0), "item separator");
            key = Types.string(pair.get(1), "key separator");
        }
        Json json = new Json(budget, ascii, sorted, indented, unit, item, key);
        json.write(value, 0);
        return json.out.text();
    }

    private void write(Object v, int depth) {
        if (depth > MAX_DEPTH) {
            throw new TemplateException(
                    "RecursionError", "maximum recursion depth exceeded while encoding a JSON object");
        }
        budget.allocate(1);
        if (v instanceof Text t) string(t);
        else if (v == None.NONE) out.append("null");
        else if (v instanceof Boolean b) out.append(b ? "true" : "false");
        else if (v instanceof Double d) out.append(number(d));
        else if (v instanceof Number n) out.append(n.toString());
        else if (v instanceof List<?> list) {
            out.append('[');
            boolean first = true;
            for (Object item : list) {
                next(first, depth + 1);
                write(item, depth + 1);
                first = false;
            }
            if (!first) line(depth);
            out.append(']');
        } else if (v instanceof Dict dict) {
            List<Dict.Entry> entries = new ArrayList<>(dict.entries());
            if (sorted) entries.sort((x, y) -> Types.compare(budget, x.key(), y.key(), "<"));
            out.append('{');
            boolean first = true;
            for (Dict.Entry e : entries) {
                next(first, depth + 1);
                key(e.key());
                append(keySeparator);
                write(e.value(), depth + 1);
                first = false;
            }
            if (!first) line(depth);
            out.append('}');
        } else {
            throw TemplateException.type("Object of type " + Types.name(v) + " is not JSON serializable");
        }
    }

    private static String number(double d) {
        if (Double.isNaN(d)) return "NaN";
        if (Double.isInfinite(d)) return d > 0 ? "Infinity" : "-Infinity";
        return Repr.number(d);
    }

    private void key(Object k) {
        if (k instanceof Text t) {
            string(t);
            return;
        }
        if (k != None.NONE && !Types.isNumber(k)) {
            throw TemplateException.type(
                    "keys must be str, int, float, bool or None, not " + Types.name(k));
        }
        out.append('"');
        write(k, 0);
        out.append('"');
    }

    private void next(boolean first, int depth) {
        if (!first) append(itemSeparator);
        line(depth);
    }

    private void line(int depth) {
        if (!indented) return;
        out.append('\n');
        for (int i = 0; i < depth; i++) append(indent);
    }

    private void append(Text text) {
        budget.allocate(text.length());
        out.append(text);
    }

    private void string(Text text) {
        budget.allocate(text.length());
        boolean data = text.hasData();
        String s = text.chars;
        out.append('"');
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"", data);
                case '\\' -> out.append("\\\\", data);
                case '\n' -> out.append("\\n", data);
                case '\r' -> out.append("\\r", data);
                case '\t' -> out.append("\\t", data);
                case '\b' -> out.append("\\b", data);
                case '\f' -> out.append("\\f", data);
                default -> {
                    if (c < 32 || ascii && c > 126) out.append("\\u" + Repr.hex(c, 4), data);
                    else out.append(String.valueOf(c), data);
                }
            }
        }
        out.append('"');
    }
}
