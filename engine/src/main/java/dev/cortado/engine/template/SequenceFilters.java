package dev.cortado.engine.template;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Filters over sequences. */
final class SequenceFilters {
    private SequenceFilters() {}

    static Object apply(Render render, String name, Object v, Arguments arguments) {
        Budget budget = render.budget;
        return switch (name) {
            case "list" -> copy(budget, Types.iterate(v));
            case "items" -> {
                if (v instanceof Undefined) yield View.generator(List.of());
                if (v instanceof Dict d) yield View.generator(d.items());
                throw TemplateException.type("Can only get item pairs from a mapping.");
            }
            case "first" -> {
                List<Object> items = Types.iterate(v);
                yield items.isEmpty() ? new Undefined("No first item, sequence was empty.") : items.getFirst();
            }
            case "last" -> {
                List<Object> items = Types.iterate(reversible(v));
                yield items.isEmpty() ? new Undefined("No last item, sequence was empty.") : items.getLast();
            }
            case "reverse" -> reverse(budget, v);
            case "join" -> {
                Arguments.Parameters p = arguments.bind(name, "d", "attribute");
                Key key = Key.of(p.or(1, None.NONE), None.NONE);
                yield Strings.join(budget, p.text(0, ""), key.all(budget, Types.iterate(v)));
            }
            case "map" -> map(render, v, arguments);
            case "select", "reject", "selectattr", "rejectattr" -> select(render, name, v, arguments);
            case "sort" -> {
                Arguments.Parameters p = arguments.bind(name, "reverse", "case_sensitive", "attribute");
                yield sorted(budget, Types.iterate(v), Key.several(p.or(2, None.NONE)), p.flag(1), p.flag(0));
            }
            case "dictsort" -> {
                Arguments.Parameters p = arguments.bind(name, "case_sensitive", "by", "reverse");
                String by = p.text(1, "key").chars;
                if (!by.equals("key") && !by.equals("value")) {
                    throw new TemplateException(
                            "FilterArgumentError", "You can only sort by either \"key\" or \"value\"");
                }
                if (v instanceof Undefined u) throw u.failure();
                if (!(v instanceof Dict d)) {
                    throw new TemplateException(
                            "AttributeError", "'" + Types.name(v) + "' object has no attribute 'items'");
                }
                Key key = new Key(List.of(by.equals("value") ? 1L : 0L), None.NONE);
                yield sorted(budget, d.items(), List.of(key), p.flag(0), p.flag(2));
            }
            case "unique" -> {
                Arguments.Parameters p = arguments.bind(name, "case_sensitive", "attribute");
                Key key = Key.of(p.or(1, None.NONE), None.NONE);
                Set<Object> seen = new HashSet<>();
                List<Object> kept = new ArrayList<>();
                for (Object o : Types.iterate(v)) {
                    budget.step();
                    if (seen.add(Dict.canonical(folded(key.of(o), p.flag(0))))) kept.add(o);
                }
                yield View.generator(kept);
            }
            case "min", "max" -> {
                Arguments.Parameters p = arguments.bind(name, "case_sensitive", "attribute");
                List<Key> keys = List.of(Key.of(p.or(1, None.NONE), None.NONE));
                List<Object> items = Types.iterate(v);
                if (items.isEmpty()) yield new Undefined("No aggregated item, sequence was empty.");
                String operator = name.equals("min") ? "<" : ">";
                Object best = items.getFirst();
                for (Object o : items.subList(1, items.size())) {
                    int order = order(budget, keys, p.flag(0), o, best, operator);
                    if (name.equals("min") ? order < 0 : order > 0) best = o;
                }
                yield best;
            }
            case "sum" -> {
                Arguments.Parameters p = arguments.bind(name, "attribute", "start");
                Object sum = p.or(1, 0L);
                if (sum instanceof Text) throw TemplateException.type("sum() can't sum strings [use ''.join(seq) instead]");
                for (Object o : Key.of(p.or(0, None.NONE), None.NONE).all(budget, Types.iterate(v))) {
                    sum = Operators.binary(budget, "+", sum, o);
                }
                yield sum;
            }
            case "batch" -> batch(budget, v, arguments.bind(name, "linecount", "fill_with"));
            case "slice" -> slices(budget, v, arguments.bind(name, "slices", "fill_with"));
            case "groupby" -> group(budget, v, arguments.bind(name, "attribute", "default", "case_sensitive"));
            default -> throw new TemplateException("TemplateRuntimeError", "No filter named '" + name + "' found.");
        };
    }

    /** What an item is compared, joined or mapped by: itself, or a path such as {@code "function.name"} into it. */
    private record Key(List<Object> path, Object otherwise) {
        static Key of(Object attribute, Object otherwise) {
            if (attribute == None.NONE) return new Key(List.of(), otherwise);
            if (!(attribute instanceof Text t)) return new Key(List.of(attribute), otherwise);
            List<Object> path = new ArrayList<>();
            int start = 0;
            for (int dot = t.chars.indexOf('.'); dot >= 0; dot = t.chars.indexOf('.', start)) {
                path.add(part(t.slice(start, dot)));
                start = dot + 1;
            }
            path.add(part(t.slice(start, t.length())));
            return new Key(path, otherwise);
        }

        /** {@code "a,b"} names two keys. */
        static List<Key> several(Object attributes) {
            if (!(attributes instanceof Text t)) return List.of(of(attributes, None.NONE));
            List<Key> keys = new ArrayList<>();
            int start = 0;
            for (int comma = t.chars.indexOf(','); comma >= 0; comma = t.chars.indexOf(',', start)) {
                keys.add(of(t.slice(start, comma), None.NONE));
                start = comma + 1;
            }
            keys.add(of(t.slice(start, t.length()), None.NONE));
            return keys;
        }

        private static Object part(Text t) {
            if (t.isEmpty() || t.length() > 9) return t;
            for (int i = 0; i < t.length(); i++) if (t.charAt(i) < '0' || t.charAt(i) > '9') return t;
            return Long.valueOf(t.chars);
        }

        Object of(Object item) {
            Object value = item;
            for (Object part : path) {
                value = Access.item(value, part);
                if (value instanceof Undefined && otherwise != None.NONE) value = otherwise;
            }
            return value;
        }

        List<Object> all(Budget budget, List<Object> items) {
            if (path.isEmpty()) return items;
            List<Object> values = new ArrayList<>(items.size());
            for (Object item : items) {
                budget.step();
                values.add(of(item));
            }
            return values;
        }
    }

    private static List<Object> copy(Budget budget, List<Object> items) {
        budget.allocate(8L * items.size());
        return new ArrayList<>(items);
    }

    private static Object reversible(Object v) {
        if (v instanceof View w && !w.sized()) {
            throw TemplateException.type("'" + w.type() + "' object is not reversible");
        }
        return v;
    }

    private static Object reverse(Budget budget, Object v) {
        if (v instanceof Text t) {
            TextBuilder out = new TextBuilder();
            budget.allocate(t.length());
            for (Object c : t.characters().reversed()) out.append((Text) c);
            return out.text();
        }
        if (!Types.isIterable(v)) {
            throw new TemplateException("FilterArgumentError", "argument must be iterable");
        }
        List<Object> reversed = copy(budget, Types.iterate(v)).reversed();
        boolean generator = v instanceof View w && !w.sized();
        return generator ? reversed : new View(v instanceof List ? "list_reverseiterator" : "reversed", reversed);
    }

    private static Object map(Render render, Object v, Arguments arguments) {
        if (!Types.truth(v)) return View.generator(List.of());
        List<Object> items = Types.iterate(v);
        Object attribute = arguments.named().get("attribute");
        if (arguments.positional().isEmpty() && attribute != null) {
            for (String key : arguments.named().keySet()) {
                if (key.equals("attribute") || key.equals("default")) continue;
                throw new TemplateException("FilterArgumentError", "Unexpected keyword argument '" + key + "'");
            }
            Object otherwise = arguments.named().getOrDefault("default", None.NONE);
            return View.generator(Key.of(attribute, otherwise).all(render.budget, items));
        }
        if (arguments.positional().isEmpty()) {
            throw new TemplateException("FilterArgumentError", "map requires a filter argument");
        }
        String filter = Repr.str(arguments.positional().getFirst()).chars;
        List<Object> mapped = new ArrayList<>(items.size());
        Arguments rest = arguments.rest();
        render.budget.enter(); // map(map, map, ...) nests
        for (Object item : items) mapped.add(Filters.apply(render, filter, item, rest));
        render.budget.leave();
        return View.generator(mapped);
    }

    private static Object select(Render render, String name, Object v, Arguments arguments) {
        boolean wanted = name.startsWith("select");
        Key key = new Key(List.of(), None.NONE);
        Arguments rest = arguments;
        if (name.endsWith("attr")) {
            if (arguments.positional().isEmpty()) {
                throw new TemplateException("FilterArgumentError", "Missing parameter for attribute name");
            }
            key = Key.of(arguments.positional().getFirst(), None.NONE);
            rest = arguments.rest();
        }
        if (!Types.truth(v)) return View.generator(List.of());
        List<Object> kept = new ArrayList<>();
        for (Object item : Types.iterate(v)) {
            render.budget.step();
            Object value = key.of(item);
            boolean holds = rest.positional().isEmpty()
                    ? Types.truth(value)
                    : Tests.test(
                            render.budget, Repr.str(rest.positional().getFirst()).chars, value, rest.rest());
            if (holds == wanted) kept.add(item);
        }
        return View.generator(kept);
    }

    private static Object folded(Object v, boolean caseSensitive) {
        return !caseSensitive && v instanceof Text t ? Strings.lower(t) : v;
    }

    private static int order(
            Budget budget, List<Key> keys, boolean caseSensitive, Object a, Object b, String operator) {
        for (Key key : keys) {
            Object x = folded(key.of(a), caseSensitive);
            Object y = folded(key.of(b), caseSensitive);
            int order = Types.compare(budget, x, y, operator);
            if (order != 0) return order;
        }
        return 0;
    }

    private static List<Object> sorted(
            Budget budget, List<Object> items, List<Key> keys, boolean caseSensitive, boolean reverse) {
        List<Object> sorted = copy(budget, items);
        Comparator<Object> order = (a, b) -> order(budget, keys, caseSensitive, a, b, "<");
        sorted.sort(reverse ? order.reversed() : order);
        return sorted;
    }

    private static Object batch(Budget budget, Object v, Arguments.Parameters p) {
        List<Object> items = Types.iterate(v);
        List<Object> rows = new ArrayList<>();
        int n = (int) Math.max(1, Math.min(Integer.MAX_VALUE, Types.index(p.required(0))));
        for (long i = 0; i < items.size(); i += n) {
            List<Object> row = copy(budget, items.subList((int) i, (int) Math.min(items.size(), i + n)));
            if (p.some(1)) {
                budget.allocate(8L * (n - row.size()));
                while (row.size() < n) row.add(p.required(1));
            }
            rows.add(row);
        }
        return View.generator(rows);
    }

    private static Object slices(Budget budget, Object v, Arguments.Parameters p) {
        List<Object> items = Types.iterate(v);
        int n = (int) Math.max(0, Math.min(Integer.MAX_VALUE, Types.index(p.required(0))));
        budget.allocate(8L * n);
        if (n == 0) throw new TemplateException("ZeroDivisionError", "integer division or modulo by zero");
        List<Object> slices = new ArrayList<>();
        int each = items.size() / n;
        int extra = items.size() % n;
        for (int i = 0, from = 0; i < n; i++) {
            int to = from + each + (i < extra ? 1 : 0);
            List<Object> slice = copy(budget, items.subList(from, to));
            if (p.some(1) && i >= extra) slice.add(p.required(1));
            slices.add(slice);
            from = to;
        }
        return View.generator(slices);
    }

    private static Object group(Budget budget, Object v, Arguments.Parameters p) {
        Key key = Key.of(p.required(0), p.or(1, None.NONE));
        boolean caseSensitive = p.flag(2);
        List<Object> groups = new ArrayList<>();
        List<Object> group = new ArrayList<>();
        Object last = None.NONE;
        for (Object item : sorted(budget, Types.iterate(v), List.of(key), caseSensitive, false)) {
            Object value = key.of(item);
            Object comparable = folded(value, caseSensitive);
            if (groups.isEmpty() || !Types.equal(budget, comparable, last)) {
                group = new ArrayList<>();
                groups.add(Tuple.of(value, group));
                last = comparable;
            }
            group.add(item);
        }
        return groups;
    }
}
