package dev.cortado.engine.template;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Python's data model over Java values: {@link None}, Boolean, Long or BigInteger, Double, {@link Text}, List,
 * {@link Tuple}, {@link Dict}, {@link View}, {@link Namespace}, {@link Undefined}, {@link Callable}. Nothing else is
 * ever reachable from a template: {@link #fromHost} copies what the caller passes in and refuses the rest.
 */
final class Types {
    private Types() {}

    /**
     * A deep copy of a host value in the template's data model.
     *
     * @param path how the caller would name the value, for the error
     * @throws IllegalArgumentException for any other class of value, and for nesting deeper than 200
     */
    static Object fromHost(Object value, boolean trusted, String path, int depth) {
        if (value == null) return None.NONE;
        if (depth > 200) throw new IllegalArgumentException("template variable " + path + " is nested too deeply");
        if (value instanceof CharSequence s) return Text.of(s.toString(), !trusted);
        if (value instanceof Boolean || value instanceof Long || value instanceof Double) return value;
        if (value instanceof BigInteger b) return Operators.narrow(b);
        if (value instanceof Float || value instanceof java.math.BigDecimal) return ((Number) value).doubleValue();
        if (value instanceof Number n && (n instanceof Integer || n instanceof Short || n instanceof Byte)) {
            return n.longValue();
        }
        if (value instanceof List<?> list) {
            List<Object> copy = new ArrayList<>(list.size());
            for (Object o : list) copy.add(fromHost(o, trusted, path + "[]", depth + 1));
            return copy;
        }
        if (value instanceof Map<?, ?> map) {
            Dict copy = new Dict();
            for (Map.Entry<?, ?> e : map.entrySet()) {
                copy.put(
                        fromHost(e.getKey(), trusted, path + " key", depth + 1),
                        fromHost(e.getValue(), trusted, path + "." + e.getKey(), depth + 1));
            }
            return copy;
        }
        throw new IllegalArgumentException("template variable " + path + " has class "
                + value.getClass().getName() + "; expected text, number, boolean, null, List or Map");
    }

    /** type(value).__name__ */
    static String name(Object value) {
        if (value instanceof Text t) return t.markup ? "Markup" : "str";
        if (value instanceof Boolean) return "bool";
        if (value instanceof Long || value instanceof BigInteger) return "int";
        if (value instanceof Double) return "float";
        if (value instanceof Tuple) return "tuple";
        if (value instanceof List) return "list";
        if (value instanceof Dict) return "dict";
        if (value instanceof Undefined) return "Undefined";
        if (value instanceof Namespace) return "Namespace";
        if (value instanceof View v) return v.type();
        if (value instanceof Loop) return "LoopContext";
        if (value instanceof Macro) return "Macro";
        if (value instanceof Globals.Joiner) return "Joiner";
        if (value instanceof Globals.Cycler) return "Cycler";
        return value == None.NONE ? "NoneType" : value instanceof Methods.Bound ? "builtin_function_or_method" : "function";
    }

    /** jinja2.utils.object_type_repr, the words of "... has no attribute". */
    static String description(Object value) {
        if (value == None.NONE) return "None";
        String module = "";
        if (value instanceof Namespace || value instanceof Globals.Joiner || value instanceof Globals.Cycler) {
            module = "jinja2.utils.";
        } else if (value instanceof Loop || value instanceof Macro) {
            module = "jinja2.runtime.";
        } else if (value instanceof Text t && t.markup) {
            module = "markupsafe.";
        }
        return module + name(value) + " object";
    }

    static boolean truth(Object value) {
        if (value instanceof Boolean b) return b;
        if (value instanceof Text t) return !t.isEmpty();
        if (value instanceof Long l) return l != 0;
        if (value instanceof List<?> l) return !l.isEmpty();
        if (value instanceof Dict d) return d.size() > 0;
        if (value instanceof Double d) return d != 0;
        if (value instanceof View v) return !v.sized() || !v.items().isEmpty();
        if (value instanceof Loop l) return l.length() > 0;
        return value != None.NONE && !(value instanceof Undefined);
    }

    static boolean isNumber(Object o) {
        return o instanceof Long || o instanceof Double || o instanceof Boolean || o instanceof BigInteger;
    }

    static boolean isInteger(Object o) {
        return o instanceof Long || o instanceof Boolean || o instanceof BigInteger;
    }

    static double toDouble(Object o) {
        return o instanceof Boolean b ? (b ? 1 : 0) : ((Number) o).doubleValue();
    }

    /** Boolean as 0 or 1, everything else as it is. */
    static Object plain(Object o) {
        return o instanceof Boolean b ? (Object) (b ? 1L : 0L) : o;
    }

    /** An integer argument; integers beyond 64 bits saturate, as no size or position can be that large. */
    static long index(Object o) {
        if (o instanceof Long l) return l;
        if (o instanceof Boolean b) return b ? 1 : 0;
        if (o instanceof BigInteger b) return b.signum() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
        throw o instanceof Undefined u
                ? u.failure()
                : TemplateException.type("'" + name(o) + "' object cannot be interpreted as an integer");
    }

    static Text string(Object o, String what) {
        if (o instanceof Text t) return t;
        if (o instanceof Undefined u) throw u.failure();
        throw TemplateException.type(what + " must be str, not " + name(o));
    }

    /** Python's ==. */
    static boolean equal(Budget budget, Object a, Object b) {
        if (a == b) return !(a instanceof Double d && d.isNaN());
        if (a instanceof Text x && b instanceof Text y) {
            if (x.length() != y.length()) return false;
            budget.work(x.length());
            return x.chars.equals(y.chars);
        }
        if (isNumber(a) && isNumber(b)) return Operators.compareNumbers(a, b) == 0;
        if (a instanceof Undefined && b instanceof Undefined) return true;
        if (a instanceof List<?> x && b instanceof List<?> y) {
            if (a instanceof Tuple != b instanceof Tuple || x.size() != y.size()) return false;
            budget.enter();
            for (int i = 0; i < x.size(); i++) {
                budget.step();
                if (!equal(budget, x.get(i), y.get(i))) return budget.leave(false);
            }
            return budget.leave(true);
        }
        if (a instanceof Dict x && b instanceof Dict y) {
            if (x.size() != y.size()) return false;
            budget.enter();
            for (Dict.Entry e : x.entries()) {
                budget.step();
                Object other = y.get(e.key());
                if (other == null || !equal(budget, e.value(), other)) return budget.leave(false);
            }
            return budget.leave(true);
        }
        if (a instanceof View x && b instanceof View y && x.sized() && x.type().equals(y.type())) {
            return !x.type().equals("dict_values") && equal(budget, x.items(), y.items());
        }
        return false;
    }

    /** Python's ordering; the operator is for the message. */
    static int compare(Budget budget, Object a, Object b, String operator) {
        if (a instanceof Undefined u) throw u.failure();
        if (b instanceof Undefined u) throw u.failure();
        budget.step();
        if (isNumber(a) && isNumber(b)) return Operators.compareNumbers(a, b);
        if (a instanceof Text x && b instanceof Text y) {
            budget.work(Math.min(x.length(), y.length()));
            return Text.compare(x.chars, y.chars);
        }
        if (a instanceof List<?> x && b instanceof List<?> y && a instanceof Tuple == b instanceof Tuple) {
            budget.enter();
            for (int i = 0; i < Math.min(x.size(), y.size()); i++) {
                if (equal(budget, x.get(i), y.get(i))) continue;
                int order = compare(budget, x.get(i), y.get(i), operator);
                budget.leave(true);
                return order;
            }
            budget.leave(true);
            return Integer.compare(x.size(), y.size());
        }
        throw TemplateException.type("'" + operator + "' not supported between instances of '" + name(a) + "' and '"
                + name(b) + "'");
    }

    static boolean isIterable(Object o) {
        return o instanceof List || o instanceof Dict || o instanceof Text || o instanceof View
                || o instanceof Undefined || o instanceof Loop;
    }

    /** The elements that iterating over a value gives; callers must not modify the list. */
    @SuppressWarnings("unchecked")
    static List<Object> iterate(Object o) {
        if (o instanceof List<?> l) return (List<Object>) l;
        if (o instanceof Dict d) return d.keys();
        if (o instanceof View v) return v.items();
        if (o instanceof Text t) return t.characters();
        if (o instanceof Undefined) return List.of();
        if (o instanceof Loop l) return l.remaining();
        throw TemplateException.type("'" + name(o) + "' object is not iterable");
    }

    static long length(Object o) {
        if (o instanceof Text t) return t.codePointCount();
        if (o instanceof List<?> l) return l.size();
        if (o instanceof Dict d) return d.size();
        if (o instanceof View v && v.sized()) return v.items().size();
        if (o instanceof Undefined) return 0;
        if (o instanceof Loop l) return l.length();
        throw TemplateException.type("object of type '" + name(o) + "' has no len()");
    }

    /** Python's {@code element in container}. */
    static boolean contains(Budget budget, Object container, Object element) {
        if (container instanceof Text t) {
            if (!(element instanceof Text e)) {
                throw TemplateException.type(
                        "'in <string>' requires string as left operand, not " + name(element));
            }
            budget.work(t.length());
            return Search.first(t.chars, e.chars, 0) >= 0;
        }
        if (container instanceof Dict d) return d.get(element) != null;
        if (!isIterable(container)) {
            throw TemplateException.type("argument of type '" + name(container) + "' is not iterable");
        }
        for (Object o : iterate(container)) {
            budget.step();
            if (equal(budget, o, element)) return true;
        }
        return false;
    }
}
