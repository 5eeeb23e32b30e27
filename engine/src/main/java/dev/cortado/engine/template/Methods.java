package dev.cortado.engine.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The methods of str, dict, list and tuple: a fixed list, so that no host object is ever asked for one. */
final class Methods {
    private static final Set<String> DICT = Set.of("items", "keys", "values", "get", "copy");
    private static final Set<String> LIST = Set.of("index", "count", "copy");

    private Methods() {}

    /** A method of one value. */
    record Bound(Object self, String name) implements Callable {
        @Override
        public Object call(Render render, Arguments arguments) {
            if (self instanceof Text t) {
                Object result = StringMethods.call(render.budget, t, name, arguments);
                return t.markup && result instanceof Text r ? r.markup(true) : result;
            }
            return self instanceof Dict d ? dict(d, name, arguments) : list(render.budget, (List<?>) self, name, arguments);
        }
    }

    static @Nullable Callable find(Object self, String name) {
        boolean known = self instanceof Text && StringMethods.NAMES.contains(name)
                || self instanceof Dict && DICT.contains(name)
                || self instanceof Tuple && LIST.contains(name) && !name.equals("copy")
                || self instanceof List && !(self instanceof Tuple) && LIST.contains(name);
        return known ? new Bound(self, name) : null;
    }

    private static Object dict(Dict dict, String name, Arguments arguments) {
        if (name.equals("get")) {
            Arguments.Parameters p = arguments.bind("get", "key", "default");
            Object value = dict.get(p.required(0));
            return value == null ? p.or(1, None.NONE) : value;
        }
        arguments.bind(name);
        return switch (name) {
            case "items" -> new View("dict_items", dict.items());
            case "keys" -> new View("dict_keys", dict.keys());
            case "values" -> new View("dict_values", dict.values());
            default -> {
                Dict copy = new Dict();
                copy.putAll(dict);
                yield copy;
            }
        };
    }

    private static Object list(Budget budget, List<?> list, String name, Arguments arguments) {
        if (name.equals("copy")) {
            arguments.bind("copy");
            budget.allocate(8L * list.size());
            return new ArrayList<Object>(list);
        }
        Object value = arguments.bind(name, "value").required(0);
        long count = 0;
        for (int i = 0; i < list.size(); i++) {
            budget.step();
            if (!Types.equal(budget, list.get(i), value)) continue;
            if (name.equals("index")) return (long) i;
            count++;
        }
        if (name.equals("count")) return count;
        throw TemplateException.value(
                list instanceof Tuple ? "tuple.index(x): x not in tuple" : Repr.of(value) + " is not in list");
    }
}
