package dev.cortado.engine.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Filters over texts, numbers and single values; those over sequences are in {@link SequenceFilters}. */
final class Filters {
    static final Set<String> NAMES = Set.of(
            "abs", "attr", "batch", "capitalize", "center", "count", "d", "default", "dictsort", "e", "escape",
            "filesizeformat", "first", "float", "forceescape", "format", "groupby", "indent", "int", "items", "join",
            "last", "length", "list", "lower", "map", "max", "min", "reject", "rejectattr", "replace", "reverse",
            "round", "safe", "select", "selectattr", "slice", "sort", "string", "striptags", "sum", "title", "tojson",
            "trim", "truncate", "unique", "upper", "urlencode", "wordcount", "xmlattr");

    private Filters() {}

    static boolean exists(String name, TemplateOptions options) {
        return NAMES.contains(name) || name.equals("regex_replace") && options.regexReplace();
    }

    static Object apply(Render render, String name, Object v, Arguments arguments) {
        Budget budget = render.budget;
        budget.step();
        switch (name) {
            case "default", "d": {
                Arguments.Parameters p = arguments.bind(name, "default_value", "boolean");
                return v instanceof Undefined || p.flag(1) && !Types.truth(v) ? p.or(0, Text.EMPTY) : v;
            }
            case "length", "count":
                return Types.length(v);
            case "string":
                return Repr.str(v);
            case "safe":
                return Repr.str(v).markup(true);
            case "escape", "e":
                return Repr.str(v).escape();
            case "forceescape":
                return Repr.str(v).markup(false).escape();
            case "trim": {
                Arguments.Parameters p = arguments.bind(name, "chars");
                Text t = Repr.str(v);
                return p.some(0) ? t.strip(p.string(0).chars, true, true) : t.strip(true, true);
            }
            case "upper":
                return Strings.upper(Repr.str(v));
            case "lower":
                return Strings.lower(Repr.str(v));
            case "capitalize":
                return Strings.capitalize(Repr.str(v));
            case "title":
                return title(Repr.str(v));
            case "center":
                return Strings.pad(
                        budget, Repr.str(v), arguments.bind(name, "width").integer(0, 80), 'c', Text.literal(" "));
            case "replace": {
                Arguments.Parameters p = arguments.bind(name, "s", "new", "count");
                long count = p.some(2) ? Types.index(p.required(2)) : -1;
                return Strings.replace(budget, Repr.str(v), p.text(0), p.text(1), count);
            }
            case "tojson": {
                Arguments.Parameters p = arguments.bind(name, "indent", "separators", "sort_keys", "ensure_ascii");
                return Json.dumps(budget, v, p.flag(3), p.or(0, None.NONE), p.or(1, None.NONE), p.flag(2));
            }
            case "indent":
                return indent(budget, v, arguments.bind(name, "width", "first", "blank"));
            case "truncate":
                return truncate(budget, v, arguments.bind(name, "length", "killwords", "end", "leeway"));
            case "int":
                return toInt(v, arguments.bind(name, "default", "base"));
            case "float":
                return toFloat(v, arguments.bind(name, "default"));
            case "abs":
                return Types.isNumber(v) && Types.toDouble(v) >= 0 ? Operators.plus(v) : Operators.negate(v);
            case "round":
                return round(v, arguments.bind(name, "precision", "method"));
            case "wordcount":
                return wordCount(Repr.str(v).chars);
            case "format": {
                if (!arguments.positional().isEmpty() && !arguments.named().isEmpty()) {
                    throw new TemplateException(
                            "FilterArgumentError", "can't handle positional and keyword arguments at the same time");
                }
                return PercentFormat.format(budget, Repr.str(v), arguments.named().isEmpty()
                        ? Tuple.copyOf(arguments.positional())
                        : Globals.DICT.call(render, arguments));
            }
            case "attr":
                return Access.attributeOnly(v, arguments.bind(name, "name").text(0));
            case "filesizeformat":
                return fileSize(v, arguments.bind(name, "binary").flag(0));
            case "urlencode":
                return urlEncode(budget, v);
            case "xmlattr":
                return xmlAttributes(v, !arguments.bind(name, "autospace").or(0, true).equals(false));
            case "striptags":
                return stripTags(Repr.str(v));
            case "regex_replace":
                if (!render.options.regexReplace()) break;
                return regexReplace(budget, v, arguments.bind(name, "pattern", "replacement"));
            default:
                if (NAMES.contains(name)) return SequenceFilters.apply(render, name, v, arguments);
                break;
        }
        throw new TemplateException("TemplateRuntimeError", "No filter named '" + name + "' found.");
    }

    /** Words begin after white space and opening brackets. */
    private static Text title(Text t) {
        StringBuilder out = new StringBuilder(t.length());
        boolean start = true;
        for (int i = 0; i < t.length(); i++) {
            char c = t.charAt(i);
            boolean separator = Text.isSpace(c) || "-({[<".indexOf(c) >= 0;
            out.append(start && !separator ? Character.toUpperCase(c) : Character.toLowerCase(c));
            start = separator;
        }
        return t.derive(out.toString());
    }

    private static Text indent(Budget budget, Object v, Arguments.Parameters p) {
        if (v instanceof Undefined u) throw u.failure();
        if (!(v instanceof Text t)) {
            throw TemplateException.type("unsupported operand type(s) for +=: '" + Types.name(v) + "' and 'str'");
        }
        Text unit;
        if (p.or(0, 4L) instanceof Text given) unit = given;
        else {
            long width = Math.max(0, p.integer(0, 4));
            budget.allocate(width);
            unit = Text.literal(" ".repeat((int) width));
        }
        TextBuilder out = new TextBuilder();
        List<Object> lines = Strings.lines(t.plus(Text.literal("\n")), false);
        for (int i = 0; i < lines.size(); i++) {
            Text line = (Text) lines.get(i);
            boolean indented = i == 0 ? p.flag(1) : p.flag(2) || !line.isEmpty();
            budget.allocate(line.length() + 1L + (indented ? unit.length() : 0));
            if (i > 0) out.append('\n');
            if (indented) out.append(unit);
            out.append(line);
        }
        return out.text().markup(t.markup);
    }

    private static Object truncate(Budget budget, Object v, Arguments.Parameters p) {
        long length = p.integer(0, 255);
        Text end = p.text(2, "...");
        long leeway = p.some(3) ? p.integer(3, 5) : 5;
        if (length < end.codePointCount() || leeway < 0) {
            throw new TemplateException(
                    "AssertionError", "expected length >= " + end.codePointCount() + ", got " + length);
        }
        if (Types.length(v) <= length + leeway) return v;
        Text t = Types.string(v, "truncate()'s value");
        Text kept = t.slice(0, t.offset(length - end.codePointCount()));
        if (!p.flag(1)) kept = (Text) Strings.split(budget, kept, Text.literal(" "), 1, true).getFirst();
        return kept.plus(end);
    }

    private static Object toInt(Object v, Arguments.Parameters p) {
        if (v instanceof Undefined u) throw u.failure();
        if (v instanceof Double d) {
            return Double.isNaN(d) || Double.isInfinite(d) ? p.or(0, 0L) : Operators.narrow(new BigDecimal(d).toBigInteger());
        }
        if (Types.isInteger(v)) return Types.plain(v);
        if (!(v instanceof Text t)) return p.or(0, 0L);
        String s = t.strip(true, true).chars.replace("_", "");
        int radix = (int) Math.max(2, Math.min(36, p.integer(1, 10)));
        String prefix = radix == 16 ? "0x" : radix == 8 ? "0o" : radix == 2 ? "0b" : "";
        int at = s.startsWith("-") || s.startsWith("+") ? 1 : 0;
        if (!prefix.isEmpty() && s.regionMatches(true, at, prefix, 0, 2)) {
            s = s.substring(0, at) + s.substring(at + 2);
        }
        if (s.length() > 4300) return p.or(0, 0L);
        try {
            return Operators.narrow(new BigInteger(s, radix));
        } catch (NumberFormatException notAnInteger) {
            Object d = toDouble(t);
            return d instanceof Double x && !x.isNaN() && !x.isInfinite()
                    ? Operators.narrow(new BigDecimal(x).toBigInteger())
                    : p.or(0, 0L);
        }
    }

    private static Object toFloat(Object v, Arguments.Parameters p) {
        if (v instanceof Undefined u) throw u.failure();
        if (Types.isNumber(v)) return Types.toDouble(v);
        Object d = v instanceof Text t ? toDouble(t) : None.NONE;
        return d == None.NONE ? p.or(0, 0.0) : d;
    }

    /** float(text), or None where Python raises. */
    private static Object toDouble(Text t) {
        String s = t.strip(true, true).chars.replace("_", "");
        boolean negative = s.startsWith("-");
        String bare = Strings.lower(Text.literal(negative || s.startsWith("+") ? s.substring(1) : s)).chars;
        double sign = negative ? -1 : 1;
        if (bare.equals("inf") || bare.equals("infinity")) return sign * Double.POSITIVE_INFINITY;
        if (bare.equals("nan")) return Double.NaN;
        for (int i = 0; i < bare.length(); i++) if ("0123456789.e+-".indexOf(bare.charAt(i)) < 0) return None.NONE;
        try {
            return sign * Double.parseDouble(bare);
        } catch (NumberFormatException notANumber) {
            return None.NONE;
        }
    }

    private static Object round(Object v, Arguments.Parameters p) {
        if (v instanceof Undefined u) throw u.failure();
        long digits = p.integer(0, 0);
        String method = p.text(1, "common").chars;
        if (!method.equals("common") && !method.equals("ceil") && !method.equals("floor")) {
            throw new TemplateException("FilterArgumentError", "method must be common, ceil or floor");
        }
        if (!Types.isNumber(v)) {
            throw TemplateException.type("type " + Types.name(v) + " doesn't define __round__ method");
        }
        double d = Types.toDouble(v);
        if (method.equals("common")) {
            if (Types.isInteger(v) && digits >= 0) return Types.plain(v);
            if (Double.isNaN(d) || Double.isInfinite(d) || digits > 323 || d == 0) return v;
            BigDecimal exact = v instanceof Double ? new BigDecimal(d) : new BigDecimal(Operators.big(v));
            BigDecimal rounded = exact.setScale((int) Math.max(-400, digits), RoundingMode.HALF_EVEN);
            return v instanceof Double
                    ? (Object) Math.copySign(rounded.doubleValue(), d)
                    : Operators.narrow(rounded.toBigInteger());
        }
        double factor = Math.pow(10, digits);
        return (method.equals("ceil") ? Math.ceil(d * factor) : Math.floor(d * factor)) / factor;
    }

    private static long wordCount(String s) {
        long words = 0;
        boolean inside = false;
        for (int i = 0; i < s.length(); ) {
            int c = s.codePointAt(i);
            i += Character.charCount(c);
            boolean word = Character.isLetterOrDigit(c) || c == '_';
            if (word && !inside) words++;
            inside = word;
        }
        return words;
    }

    private static Text fileSize(Object v, boolean binary) {
        Object number = v instanceof Text t ? toDouble(t) : v;
        if (!Types.isNumber(number)) throw TemplateException.value("could not convert to float: " + Repr.of(v));
        double bytes = Types.toDouble(number);
        int base = binary ? 1024 : 1000;
        if (bytes == 1) return Text.literal("1 Byte");
        if (bytes < base) return Text.literal((long) bytes + " Bytes");
        double unit = base;
        int i = 0;
        while (i < 7 && bytes >= unit * base) {
            unit *= base;
            i++;
        }
        String prefix = (binary ? "KMGTPEZY" : "kMGTPEZY").charAt(i) + (binary ? "iB" : "B");
        return Text.literal(NumberFormat.fixed(bytes / unit, 1) + " " + prefix);
    }

    private static Text urlEncode(Budget budget, Object v) {
        if (v instanceof Text || !Types.isIterable(v)) return quote(budget, Repr.str(v), false);
        TextBuilder out = new TextBuilder();
        for (Object pair : v instanceof Dict d ? d.items() : Types.iterate(v)) {
            List<Object> entry = Types.iterate(pair);
            if (entry.size() != 2) throw TemplateException.value("urlencode needs pairs");
            if (out.length() > 0) out.append('&');
            out.append(quote(budget, Repr.str(entry.get(0)), true)).append('=');
            out.append(quote(budget, Repr.str(entry.get(1)), true));
        }
        return out.text();
    }

    private static Text quote(Budget budget, Text t, boolean query) {
        budget.allocate(9L * t.length());
        StringBuilder out = new StringBuilder();
        for (byte b : t.chars.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain = c < 128 && Character.isLetterOrDigit(c) || "_.-~".indexOf(c) >= 0 || c == '/' && !query;
            if (plain) out.append(c);
            else if (c == ' ' && query) out.append('+');
            else out.append('%').append(Character.toUpperCase(Character.forDigit(c >> 4, 16))).append(
                    Character.toUpperCase(Character.forDigit(c & 15, 16)));
        }
        return Text.of(out.toString(), t.hasData());
    }

    private static Text xmlAttributes(Object v, boolean space) {
        if (!(v instanceof Dict d)) {
            throw new TemplateException(
                    "AttributeError", "'" + Types.name(v) + "' object has no attribute 'items'");
        }
        TextBuilder out = new TextBuilder();
        for (Dict.Entry e : d.entries()) {
            if (e.value() == None.NONE || e.value() instanceof Undefined) continue;
            Text key = Types.string(e.key(), "attribute name");
            for (int i = 0; i < key.length(); i++) {
                if (" \t\n\r\f\13/>=".indexOf(key.charAt(i)) >= 0) {
                    throw TemplateException.value("Invalid character in attribute name: " + Repr.of(key));
                }
            }
            if (space || out.length() > 0) out.append(' ');
            out.append(key.escape()).append("=\"").append(Repr.str(e.value()).escape()).append('"');
        }
        return out.text();
    }

    /** Without comments and tags, white space collapsed, entities of {@code escape} decoded. */
    private static Text stripTags(Text t) {
        String s = t.chars;
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < s.length(); i++) {
            int end = s.charAt(i) != '<' ? -1 : s.startsWith("<!--", i) ? s.indexOf("-->", i) : s.indexOf('>', i);
            if (end < 0) out.append(s.charAt(i));
            else i = s.startsWith("<!--", i) ? end + 2 : end;
        }
        StringBuilder collapsed = new StringBuilder();
        for (int i = 0; i < out.length(); i++) {
            char c = out.charAt(i);
            if (!Text.isSpace(c)) collapsed.append(c);
            else if (!collapsed.isEmpty() && collapsed.charAt(collapsed.length() - 1) != ' ') collapsed.append(' ');
        }
        String plain = collapsed
                .toString()
                .strip()
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&#39;", "'")
                .replace("&#34;", "\"")
                .replace("&quot;", "\"")
                .replace("&amp;", "&");
        return Text.of(plain, t.hasData());
    }

    /** Python's re.sub; the text a pattern runs over charges each of its reads, so backtracking ends in time. */
    private static Text regexReplace(Budget budget, Object v, Arguments.Parameters p) {
        Text t = Repr.str(v);
        Text replacement = p.text(1);
        try {
            Matcher matcher = Pattern.compile(p.string(0).chars).matcher(new Metered(t.chars, budget));
            TextBuilder out = new TextBuilder();
            int done = 0;
            while (matcher.find()) {
                budget.allocate((long) matcher.start() - done + replacement.length());
                out.append(t.slice(done, matcher.start()));
                expand(out, t, matcher, replacement);
                done = matcher.end();
            }
            budget.allocate(t.length() - done);
            return out.append(t.slice(done, t.length())).text();
        } catch (PatternSyntaxException e) {
            throw new TemplateException("PatternError", e.getDescription() + " at position " + e.getIndex());
        }
    }

    private static void expand(TextBuilder out, Text source, Matcher matcher, Text replacement) {
        String r = replacement.chars;
        for (int i = 0; i < r.length(); i++) {
            if (r.charAt(i) != '\\' || i + 1 == r.length()) {
                out.append(replacement.slice(i, i + 1));
                continue;
            }
            char c = r.charAt(++i);
            if (c >= '0' && c <= '9') {
                int group = c - '0';
                if (group > matcher.groupCount()) {
                    throw new TemplateException("PatternError", "invalid group reference " + group);
                }
                if (matcher.start(group) >= 0) out.append(source.slice(matcher.start(group), matcher.end(group)));
            } else {
                out.append(c == 'n' ? "\n" : c == 't' ? "\t" : c == '\\' ? "\\" : "\\" + c);
            }
        }
    }

    private record Metered(String text, Budget budget) implements CharSequence {
        @Override
        public char charAt(int index) {
            budget.read();
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.substring(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
