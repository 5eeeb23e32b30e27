package dev.cortado.engine.template;

import java.util.List;

/** Python's str.format. Fields reach attributes through the sandbox, as everything does. */
final class BraceFormat {
    private final Budget budget;
    private final Text format;
    private final Arguments arguments;
    private int automatic;

    private BraceFormat(Budget budget, Text format, Arguments arguments) {
        this.budget = budget;
        this.format = format;
        this.arguments = arguments;
    }

    static Text format(Budget budget, Text format, Arguments arguments) {
        return new BraceFormat(budget, format, arguments).run(format);
    }

    private Text run(Text source) {
        String s = source.chars;
        TextBuilder out = new TextBuilder();
        int done = 0;
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (c != '{' && c != '}') continue;
            out.append(source.slice(done, i));
            if (i + 1 < s.length() && s.charAt(i + 1) == c) {
                out.append(source.slice(i, i + 1));
                i++;
            } else if (c == '}') {
                throw TemplateException.value("Single '}' encountered in format string");
            } else {
                int end = closing(s, i);
                Text field = field(source.slice(i + 1, end));
                budget.allocate(field.length());
                out.append(field);
                i = end;
            }
            done = i + 1;
        }
        budget.allocate(s.length() - done);
        return out.append(source.slice(done, s.length())).text();
    }

    private static int closing(String s, int open) {
        int depth = 0;
        for (int i = open; i < s.length(); i++) {
            if (s.charAt(i) == '{') depth++;
            if (s.charAt(i) == '}' && --depth == 0) return i;
        }
        throw TemplateException.value(
                open + 1 == s.length() ? "Single '{' encountered in format string" : "expected '}' before end of string");
    }

    private Text field(Text field) {
        int colon = field.chars.indexOf(':');
        Text specification = colon < 0 ? Text.EMPTY : field.slice(colon + 1, field.length());
        if (specification.chars.indexOf('{') >= 0) specification = run(specification);
        String head = colon < 0 ? field.chars : field.chars.substring(0, colon);
        int bang = head.indexOf('!');
        Object value = value(bang < 0 ? head : head.substring(0, bang));
        if (bang >= 0) {
            switch (head.substring(bang + 1)) {
                case "r", "a" -> value = Repr.of(value);
                case "s" -> value = Repr.str(value);
                default -> throw TemplateException.value("Unknown conversion specifier '" + head.substring(bang + 1) + "'");
            }
        }
        return specification.isEmpty() ? Repr.str(value) : specified(value, specification.chars);
    }

    private Object value(String path) {
        int i = 0;
        while (i < path.length() && path.charAt(i) != '.' && path.charAt(i) != '[') i++;
        Object value = argument(path.substring(0, i));
        while (i < path.length()) {
            boolean attribute = path.charAt(i) == '.';
            int end = ++i;
            while (end < path.length() && (attribute ? path.charAt(end) != '.' && path.charAt(end) != '[' : path.charAt(end) != ']')) end++;
            String key = path.substring(i, end);
            if (key.isEmpty()) throw TemplateException.value("Empty attribute in format string");
            value = attribute
                    ? Access.attribute(value, Text.literal(key))
                    : Access.item(value, isDigits(key) ? (Object) Long.valueOf(key) : Text.literal(key));
            i = attribute ? end : end + 1;
        }
        return value;
    }

    private Object argument(String head) {
        if (head.isEmpty() || isDigits(head)) {
            List<Object> positional = arguments.positional();
            int n = head.isEmpty() ? automatic++ : Integer.parseInt(head);
            if (n < positional.size()) return positional.get(n);
            throw new TemplateException(
                    "IndexError", "Replacement index " + n + " out of range for positional args tuple");
        }
        Object named = arguments.named().get(head);
        if (named == null) throw new TemplateException("KeyError", Repr.of(Text.literal(head)).chars);
        return named;
    }

    private static boolean isDigits(String s) {
        if (s.isEmpty() || s.length() > 9) return false;
        for (int i = 0; i < s.length(); i++) if (s.charAt(i) < '0' || s.charAt(i) > '9') return false;
        return true;
    }

    /** [[fill]align][sign][#][0][width][,][.precision][type] */
    private Text specified(Object value, String s) {
        int i = 0;
        Text fill = Text.literal(" ");
        char align = 0;
        int first = Character.charCount(s.codePointAt(0));
        if (s.length() > first && "<>^=".indexOf(s.charAt(first)) >= 0) {
            fill = Text.literal(s.substring(0, first));
            align = s.charAt(first);
            i = first + 1;
        } else if ("<>^=".indexOf(s.charAt(0)) >= 0) {
            align = s.charAt(i++);
        }
        char sign = '-';
        if (i < s.length() && "+- ".indexOf(s.charAt(i)) >= 0) sign = s.charAt(i++);
        boolean alternate = i < s.length() && s.charAt(i) == '#';
        if (alternate) i++;
        if (i < s.length() && s.charAt(i) == '0') {
            i++;
            if (align == 0) {
                align = '=';
                fill = Text.literal("0");
            }
        }
        long width = 0;
        for (; i < s.length() && isDigits(s.substring(i, i + 1)); i++) width = Math.min(width * 10 + s.charAt(i) - '0', Integer.MAX_VALUE);
        char group = i < s.length() && (s.charAt(i) == ',' || s.charAt(i) == '_') ? s.charAt(i++) : 0;
        long precision = -1;
        if (i < s.length() && s.charAt(i) == '.') {
            precision = 0;
            for (i++; i < s.length() && isDigits(s.substring(i, i + 1)); i++) {
                precision = Math.min(precision * 10 + s.charAt(i) - '0', Integer.MAX_VALUE);
            }
        }
        char type = i < s.length() ? s.charAt(i++) : 0;
        if (i < s.length()) throw TemplateException.value("Invalid format specifier '" + s + "' for object of type '" + Types.name(value) + "'");
        boolean number = Types.isNumber(value) && !(value instanceof Boolean && type == 0);
        Text text;
        if (number) {
            text = Text.literal(number(value, type, (int) precision, sign, group, alternate));
        } else {
            if (type != 0 && type != 's' || align == '=' && fill.chars.equals(" ") || sign != '-' || group != 0) {
                throw TemplateException.value("Unknown format code '" + type + "' for object of type '" + Types.name(value) + "'");
            }
            if (!(value instanceof Text) && !(value instanceof Boolean) && !(value instanceof Undefined)) {
                throw TemplateException.type("unsupported format string passed to " + Types.name(value) + ".__format__");
            }
            text = Repr.str(value);
            if (precision >= 0 && precision < text.codePointCount()) text = text.slice(0, text.offset(precision));
            if (align == '=') align = '<';
        }
        return Strings.pad(budget, text, width, align != 0 ? align : number ? '>' : '<', fill);
    }

    private static String number(Object v, char type, int precision, char sign, char group, boolean alternate) {
        boolean integer = Types.isInteger(v);
        if ("dxXobneEfFgG%\0".indexOf(type) < 0 || !integer && "dxXob".indexOf(type) >= 0 && type != 0) {
            throw TemplateException.value("Unknown format code '" + type + "' for object of type '" + Types.name(v) + "'");
        }
        String s;
        if (type != 0) s = NumberFormat.format(v, type == 'n' ? 'd' : type, precision, alternate);
        else if (integer) s = NumberFormat.format(v, 'd', -1, false);
        else s = precision < 0 ? Repr.number((Double) v) : NumberFormat.format(v, 'g', precision, false);
        if (group != 0) {
            int end = s.indexOf('.') < 0 ? s.length() : s.indexOf('.');
            int start = s.startsWith("-") ? 1 : 0;
            StringBuilder grouped = new StringBuilder(s);
            for (int i = end - 3; i > start; i -= 3) grouped.insert(i, group);
            s = grouped.toString();
        }
        return sign != '-' && !s.startsWith("-") ? sign + s : s;
    }
}
