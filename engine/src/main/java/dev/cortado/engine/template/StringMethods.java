package dev.cortado.engine.template;

import java.util.List;
import java.util.Set;

/** The methods of Python's str. */
final class StringMethods {
    static final Set<String> NAMES = Set.of(
            "upper", "lower", "title", "capitalize", "swapcase", "casefold", "strip", "lstrip", "rstrip", "split",
            "rsplit", "splitlines", "startswith", "endswith", "replace", "find", "rfind", "index", "rindex", "count",
            "join", "format", "isdigit", "isnumeric", "isdecimal", "isalpha", "isalnum", "isspace", "isupper", "islower",
            "isascii", "istitle", "zfill", "ljust", "rjust", "center", "partition", "rpartition", "removeprefix", "removesuffix",
            "expandtabs");

    private StringMethods() {}

    static Object call(Budget budget, Text self, String name, Arguments arguments) {
        budget.allocate(self.length());
        switch (name) {
            case "strip", "lstrip", "rstrip": {
                Arguments.Parameters p = arguments.bind(name, "chars");
                boolean left = !name.equals("rstrip");
                boolean right = !name.equals("lstrip");
                return p.some(0) ? self.strip(p.string(0).chars, left, right) : self.strip(left, right);
            }
            case "split", "rsplit": {
                Arguments.Parameters p = arguments.bind(name, "sep", "maxsplit");
                long max = p.integer(1, -1);
                boolean right = name.equals("rsplit");
                return p.some(0)
                        ? Strings.split(budget, self, p.string(0), max, right)
                        : Strings.split(budget, self, max, right);
            }
            case "splitlines":
                return Strings.lines(self, arguments.bind(name, "keepends").flag(0));
            case "startswith", "endswith":
                return affix(self, name, arguments.bind(name, "prefix", "start", "end"));
            case "replace": {
                Arguments.Parameters p = arguments.bind(name, "old", "new", "count");
                return Strings.replace(budget, self, p.string(0), p.string(1), p.integer(2, -1));
            }
            case "find", "index", "rfind", "rindex", "count":
                return find(self, name, arguments.bind(name, "sub", "start", "end"));
            case "join": {
                List<Object> items = Types.iterate(arguments.bind(name, "iterable").required(0));
                for (int i = 0; i < items.size(); i++) {
                    if (items.get(i) instanceof Text) continue;
                    throw TemplateException.type("sequence item " + i + ": expected str instance, "
                            + Types.name(items.get(i)) + " found");
                }
                return Strings.join(budget, self, items);
            }
            case "format":
                return BraceFormat.format(budget, self, arguments);
            case "zfill":
                return Strings.pad(budget, self, arguments.bind(name, "width").integer(0, 0), '=', Text.literal("0"));
            case "ljust", "rjust", "center": {
                Arguments.Parameters p = arguments.bind(name, "width", "fillchar");
                Text fill = p.given(1) ? p.string(1) : Text.literal(" ");
                if (fill.codePointCount() != 1) {
                    throw TemplateException.type("The fill character must be exactly one character long");
                }
                char align = name.equals("ljust") ? '<' : name.equals("rjust") ? '>' : 'c';
                return Strings.pad(budget, self, Types.index(p.required(0)), align, fill);
            }
            case "partition", "rpartition": {
                Text separator = arguments.bind(name, "sep").string(0);
                if (separator.isEmpty()) throw TemplateException.value("empty separator");
                boolean right = name.startsWith("r");
                int at = right ? Search.last(self.chars, separator.chars) : Search.first(self.chars, separator.chars, 0);
                if (at < 0 && right) return Tuple.of(Text.EMPTY, Text.EMPTY, self);
                if (at < 0) return Tuple.of(self, Text.EMPTY, Text.EMPTY);
                int end = at + separator.length();
                return Tuple.of(self.slice(0, at), self.slice(at, end), self.slice(end, self.length()));
            }
            case "removeprefix": {
                Text prefix = arguments.bind(name, "prefix").string(0);
                return self.chars.startsWith(prefix.chars) ? self.slice(prefix.length(), self.length()) : self;
            }
            case "removesuffix": {
                Text suffix = arguments.bind(name, "suffix").string(0);
                return self.chars.endsWith(suffix.chars) ? self.slice(0, self.length() - suffix.length()) : self;
            }
            case "expandtabs":
                return expandTabs(budget, self, arguments.bind(name, "tabsize").integer(0, 8));
            default:
                arguments.bind(name);
                return simple(self, name);
        }
    }

    private static Object simple(Text self, String name) {
        return switch (name) {
            case "upper" -> Strings.upper(self);
            case "lower" -> Strings.lower(self);
            case "casefold" -> self.derive(Strings.lower(self).chars.replace("ß", "ss"));
            case "title" -> Strings.title(self);
            case "capitalize" -> Strings.capitalize(self);
            case "swapcase" -> Strings.swapCase(self);
            case "isupper" -> Strings.isCase(self.chars, true);
            case "istitle" -> Strings.isCased(self) && Strings.title(self).equals(self);
            case "islower" -> Strings.isCase(self.chars, false);
            default -> all(self, name);
        };
    }

    private static boolean all(Text self, String name) {
        if (self.isEmpty()) return name.equals("isascii");
        for (int i = 0; i < self.length(); ) {
            int c = self.chars.codePointAt(i);
            i += Character.charCount(c);
            int type = Character.getType(c);
            boolean number = type == Character.OTHER_NUMBER || type == Character.LETTER_NUMBER;
            boolean holds =
                    switch (name) {
                        case "isdecimal" -> Character.isDigit(c);
                        case "isdigit" -> Character.isDigit(c) || type == Character.OTHER_NUMBER && isSuperscript(c);
                        case "isnumeric" -> Character.isDigit(c) || number;
                        case "isalpha" -> Character.isLetter(c);
                        case "isalnum" -> Character.isLetterOrDigit(c) || number;
                        case "isspace" -> Text.isSpace(c);
                        default -> c < 128;
                    };
            if (!holds) return false;
        }
        return true;
    }

    private static boolean isSuperscript(int c) {
        return c == 0xb2 || c == 0xb3 || c == 0xb9 || c >= 0x2070 && c <= 0x2089;
    }

    /** The part of self that optional start and end name. */
    private static Text window(Text self, Arguments.Parameters p) {
        return self.slice(self.offset(start(self, p)), self.offset(Math.max(start(self, p), end(self, p))));
    }

    private static long start(Text self, Arguments.Parameters p) {
        long n = self.codePointCount();
        long i = p.some(1) ? Types.index(p.required(1)) : 0;
        return Math.min(n, i < 0 ? Math.max(0, i + n) : i);
    }

    private static long end(Text self, Arguments.Parameters p) {
        long n = self.codePointCount();
        long i = p.some(2) ? Types.index(p.required(2)) : n;
        return Math.min(n, i < 0 ? Math.max(0, i + n) : i);
    }

    private static boolean affix(Text self, String name, Arguments.Parameters p) {
        Object wanted = p.required(0);
        if (wanted instanceof Undefined u) throw u.failure();
        String text = window(self, p).chars;
        for (Object o : wanted instanceof Tuple t ? t : Tuple.of(wanted)) {
            if (!(o instanceof Text affix)) {
                throw TemplateException.type(
                        name + " first arg must be str or a tuple of str, not " + Types.name(o));
            }
            if (name.equals("startswith") ? text.startsWith(affix.chars) : text.endsWith(affix.chars)) return true;
        }
        return false;
    }

    private static Object find(Text self, String name, Arguments.Parameters p) {
        String sought = p.string(0).chars;
        long start = start(self, p);
        Text window = window(self, p);
        if (name.equals("count")) {
            if (sought.isEmpty()) return window.codePointCount() + 1L;
            long n = 0;
            for (int i = Search.first(window.chars, sought, 0); i >= 0; n++) {
                i = Search.first(window.chars, sought, i + sought.length());
            }
            return n;
        }
        int at = name.startsWith("r") ? Search.last(window.chars, sought) : Search.first(window.chars, sought, 0);
        if (at < 0 && name.endsWith("index")) throw TemplateException.value("substring not found");
        return at < 0 ? -1L : start + window.chars.codePointCount(0, at);
    }

    private static Text expandTabs(Budget budget, Text self, long size) {
        TextBuilder out = new TextBuilder();
        long column = 0;
        for (Object o : self.characters()) {
            Text c = (Text) o;
            if (!c.chars.equals("\t")) {
                out.append(c);
                column = c.chars.equals("\n") || c.chars.equals("\r") ? 0 : column + 1;
                continue;
            }
            long n = size <= 0 ? 0 : size - column % size;
            budget.allocate(n);
            out.append(" ".repeat((int) n));
            column += n;
        }
        return out.text();
    }
}
