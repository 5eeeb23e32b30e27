package dev.cortado.engine.template;

import java.util.List;

/** Python's {@code text % values}. */
final class PercentFormat {
    private final Budget budget;
    private final Text format;
    private final Object values;
    private final List<Object> list;
    private int used;
    private int i;

    private PercentFormat(Budget budget, Text format, Object values) {
        this.budget = budget;
        this.format = format;
        this.values = values;
        this.list = values instanceof Tuple t ? t : List.of(values);
    }

    static Text format(Budget budget, Text format, Object values) {
        return new PercentFormat(budget, format, values).run();
    }

    private Text run() {
        TextBuilder out = new TextBuilder();
        int done = 0;
        for (i = format.chars.indexOf('%'); i >= 0; i = format.chars.indexOf('%', done)) {
            out.append(format.slice(done, i));
            i++;
            Text field = field();
            budget.allocate(field.length());
            out.append(field);
            done = i;
        }
        boolean mapping = values instanceof Dict || values instanceof Undefined
                || values instanceof List && !(values instanceof Tuple);
        if (used < list.size() && !mapping) {
            throw TemplateException.type("not all arguments converted during string formatting");
        }
        budget.allocate(format.length() - done);
        return out.append(format.slice(done, format.length())).text().markup(format.markup);
    }

    private char next() {
        if (i >= format.length()) throw TemplateException.value("incomplete format");
        return format.charAt(i++);
    }

    private Object value() {
        if (used >= list.size()) throw TemplateException.type("not enough arguments for format string");
        return list.get(used++);
    }

    private Text field() {
        Object named = null;
        char c = next();
        if (c == '(') {
            int end = format.chars.indexOf(')', i);
            if (end < 0) throw TemplateException.value("incomplete format key");
            if (!(values instanceof Dict dict)) throw TemplateException.type("format requires a mapping");
            Text key = format.slice(i, end);
            named = dict.get(key);
            if (named == null) throw new TemplateException("KeyError", Repr.of(key).chars);
            i = end + 1;
            c = next();
        }
        String flags = "";
        for (; "-+ 0#".indexOf(c) >= 0; c = next()) flags += c;
        long width = 0;
        if (c == '*') {
            width = Types.index(value());
            c = next();
        }
        for (; c >= '0' && c <= '9'; c = next()) width = Math.min(width * 10 + c - '0', Integer.MAX_VALUE);
        long precision = -1;
        if (c == '.') {
            precision = 0;
            for (c = next(); c >= '0' && c <= '9'; c = next()) {
                precision = Math.min(precision * 10 + c - '0', Integer.MAX_VALUE);
            }
        }
        if (c == '%') return Text.literal("%");
        if ("diuxXoceEfFgGrsa".indexOf(c) < 0) {
            throw TemplateException.value("unsupported format character '" + c + "' (0x"
                    + Integer.toHexString(c) + ") at index " + (i - 1));
        }
        Text text = convert(named == null ? value() : named, c, (int) precision, flags);
        boolean number = "rsac".indexOf(c) < 0;
        if (number && !text.chars.startsWith("-")) {
            String sign = flags.indexOf('+') >= 0 ? "+" : flags.indexOf(' ') >= 0 ? " " : "";
            text = Text.literal(sign).plus(text);
        }
        boolean left = flags.indexOf('-') >= 0;
        boolean zero = number && !left && flags.indexOf('0') >= 0;
        return Strings.pad(budget, text, width, left ? '<' : zero ? '=' : '>', Text.literal(zero ? "0" : " "));
    }

    private static Text convert(Object v, char c, int precision, String flags) {
        switch (c) {
            case 's', 'r', 'a': {
                Text text = c == 's' ? Repr.str(v) : Repr.of(v);
                return precision >= 0 && precision < text.codePointCount() ? text.slice(0, text.offset(precision)) : text;
            }
            case 'c':
                if (v instanceof Text t && t.codePointCount() == 1) return t;
                if (Types.isInteger(v) && Character.isValidCodePoint((int) Types.index(v))) {
                    return Text.literal(Character.toString((int) Types.index(v)));
                }
                throw TemplateException.type("%c requires int or char");
            default:
                if (v instanceof Undefined u) throw u.failure();
                boolean integral = "xXo".indexOf(c) >= 0;
                if (!Types.isNumber(v) || integral && v instanceof Double) {
                    throw TemplateException.type(
                            "diu".indexOf(c) >= 0
                                    ? "%" + c + " format: a real number is required, not " + Types.name(v)
                                    : integral
                                            ? "%" + c + " format: an integer is required, not " + Types.name(v)
                                            : "must be real number, not " + Types.name(v));
                }
                return Text.literal(NumberFormat.format(v, c, precision, flags.indexOf('#') >= 0));
        }
    }
}
