package dev.cortado.engine.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Attributes, items and slices, as Jinja2's immutable sandbox lets a template see them. */
final class Access {
    private static final Set<String> LIST_CHANGES =
            Set.of("append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove");
    private static final Set<String> DICT_CHANGES = Set.of("clear", "pop", "popitem", "setdefault", "update");
    /** Attributes every Python object has; naming one gives a SecurityError instead of a plain undefined. */
    private static final Set<String> HIDDEN = Set.of(
            "__class__", "__init__", "__doc__", "__subclasshook__", "__init_subclass__", "__getattribute__",
            "__setattr__", "__delattr__", "__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__hash__",
            "__str__", "__repr__", "__new__", "__dir__", "__format__", "__sizeof__", "__reduce__", "__reduce_ex__",
            "__getstate__", "__len__", "__iter__", "__contains__", "__getitem__", "__add__", "__mul__", "__rmul__",
            "__mod__", "__rmod__", "__getnewargs__", "__call__", "__globals__", "__dict__", "__module__", "__self__",
            "__name__", "__qualname__", "__code__", "__closure__", "__setitem__", "__delitem__", "__reversed__",
            "__class_getitem__", "__or__", "__ror__", "__ior__", "__iadd__", "__imul__");

    private Access() {}

    /** {@code object.name}: the attribute first, then the item. */
    static Object attribute(Object object, Text name) {
        Object attribute = find(object, name.chars);
        if (attribute != null) return attribute;
        Object item = object instanceof Dict d ? d.get(name) : null;
        return item != null ? item : Undefined.attribute(object, name.chars);
    }

    /** {@code object|attr(name)}: the attribute only. */
    static Object attributeOnly(Object object, Text name) {
        Object attribute = find(object, name.chars);
        return attribute != null ? attribute : Undefined.attribute(object, name.chars);
    }

    /** {@code object[key]}: the item first, then the attribute when the key is a string. */
    static Object item(Object object, Object key) {
        if (object instanceof Undefined u) throw u.failure();
        Object item = null;
        if (object instanceof Dict d) {
            if (key instanceof List && !(key instanceof Tuple) || key instanceof Dict) return missing(object, key);
            item = d.get(key);
        } else if (Types.isInteger(key) && indexable(object)) {
            long n = Types.length(object);
            long i = Types.index(key);
            if (i < 0) i += n;
            if (i >= 0 && i < n) item = at(object, (int) i);
        }
        if (item != null) return item;
        if (key instanceof Text name) {
            Object attribute = find(object, name.chars);
            return attribute != null ? attribute : Undefined.attribute(object, name.chars);
        }
        return missing(object, key);
    }

    private static Undefined missing(Object object, Object key) {
        return new Undefined(Types.description(object) + " has no element " + Repr.of(key));
    }

    private static boolean indexable(Object o) {
        return o instanceof List || o instanceof Text || o instanceof View v && v.isRange();
    }

    private static Object at(Object o, int i) {
        if (!(o instanceof Text t)) return Types.iterate(o).get(i);
        int from = t.offset(i);
        return t.slice(from, from + Character.charCount(t.chars.codePointAt(from)));
    }

    private static @Nullable Object find(Object object, String name) {
        if (object instanceof Undefined u) throw u.failure();
        boolean change = object instanceof Dict && DICT_CHANGES.contains(name)
                || object instanceof List && !(object instanceof Tuple) && LIST_CHANGES.contains(name);
        if (change || name.startsWith("__") && HIDDEN.contains(name)) {
            return new Undefined(
                    "SecurityError",
                    "access to attribute '" + name + "' of '" + Types.name(object) + "' object is unsafe.");
        }
        if (object instanceof Namespace n) return n.attributes.get(name);
        if (object instanceof Loop l) return l.attribute(name);
        if (object instanceof Macro m) return m.attribute(name);
        if (object instanceof Globals.Cycler c) return c.attribute(name);
        return Methods.find(object, name);
    }

    static Object slice(Budget budget, Object object, Object low, Object high, Object step) {
        if (object instanceof Undefined u) throw u.failure();
        if (object instanceof Dict) throw TemplateException.type("unhashable type: 'slice'");
        if (!indexable(object)) {
            throw TemplateException.type("'" + Types.name(object) + "' object is not subscriptable");
        }
        if (!isBound(low) || !isBound(high) || !isBound(step)) {
            throw TemplateException.type(
                    "slice indices must be integers or None or have an __index__ method");
        }
        long by = step == None.NONE ? 1 : Types.index(step);
        if (by == 0) throw TemplateException.value("slice step cannot be zero");
        by = Math.max(-Integer.MAX_VALUE, Math.min(Integer.MAX_VALUE, by));
        long n = Types.length(object);
        long from = bound(low, n, by, by > 0 ? 0 : n - 1);
        long to = bound(high, n, by, by > 0 ? n : -1);
        budget.allocate(by > 0 ? Math.max(0, to - from) : Math.max(0, from - to));
        if (object instanceof Text t && by == 1) {
            return from >= to ? t.slice(0, 0) : t.slice(t.offset(from), t.offset(to));
        }
        List<Object> all = Types.iterate(object);
        List<Object> kept = new ArrayList<>();
        for (long i = from; by > 0 ? i < to : i > to; i += by) kept.add(all.get((int) i));
        if (object instanceof Text t) {
            TextBuilder out = new TextBuilder();
            for (Object c : kept) out.append((Text) c);
            return out.text().markup(t.markup);
        }
        return object instanceof Tuple ? Tuple.copyOf(kept) : object instanceof View ? new View("range", kept) : kept;
    }

    private static boolean isBound(Object o) {
        return o == None.NONE || Types.isInteger(o);
    }

    private static long bound(Object v, long n, long by, long otherwise) {
        if (v == None.NONE) return otherwise;
        long i = Types.index(v);
        if (i < 0) return i < -n ? (by > 0 ? 0 : -1) : i + n;
        return i >= n ? (by > 0 ? n : n - 1) : i;
    }

    /** Assigns {@code namespace.name = value}. */
    static void assign(Object namespace, String name, Object value) {
        if (!(namespace instanceof Namespace n)) {
            throw new TemplateException(
                    "TemplateRuntimeError", "cannot assign attribute on non-namespace object");
        }
        Map<String, Object> attributes = n.attributes;
        attributes.put(name, value);
    }
}
