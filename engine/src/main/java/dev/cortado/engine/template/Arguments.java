package dev.cortado.engine.template;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The evaluated arguments of one call, and their binding to parameter names as Python does it. */
record Arguments(List<Object> positional, Map<String, Object> named) {
    static final Arguments NONE = new Arguments(List.of(), Map.of());

    static Arguments of(Object... positional) {
        return new Arguments(List.of(positional), Map.of());
    }

    /** Arguments without the first positional one. */
    Arguments rest() {
        return new Arguments(positional.subList(1, positional.size()), named);
    }

    Parameters bind(String function, String... names) {
        if (positional.size() > names.length) {
            throw TemplateException.type(function + "() takes at most " + names.length + " arguments ("
                    + positional.size() + " given)");
        }
        for (String key : named.keySet()) {
            int at = List.of(names).indexOf(key);
            String problem = at < 0 ? "an unexpected keyword" : at < positional.size() ? "multiple values for" : "";
            if (!problem.isEmpty()) {
                throw TemplateException.type(function + "() got " + problem + " argument '" + key + "'");
            }
        }
        return new Parameters(this, function, names);
    }

    /** Arguments by the position of their parameter. */
    record Parameters(Arguments arguments, String function, String... names) {
        @Nullable Object optional(int i) {
            return i < arguments.positional.size()
                    ? arguments.positional.get(i)
                    : arguments.named.get(names[i]);
        }

        Object required(int i) {
            Object value = optional(i);
            if (value != null) return value;
            throw TemplateException.type(
                    function + "() missing 1 required positional argument: '" + names[i] + "'");
        }

        Object or(int i, Object otherwise) {
            Object value = optional(i);
            return value == null ? otherwise : value;
        }

        boolean given(int i) {
            return optional(i) != null;
        }

        /** Given and not None. */
        boolean some(int i) {
            Object value = optional(i);
            return value != null && value != None.NONE;
        }

        boolean flag(int i) {
            return Types.truth(or(i, false));
        }

        long integer(int i, long otherwise) {
            return Types.index(or(i, otherwise));
        }

        /** The argument as str() shows it. */
        Text text(int i) {
            return Repr.str(required(i));
        }

        Text text(int i, String otherwise) {
            Object value = optional(i);
            return value == null ? Text.literal(otherwise) : Repr.str(value);
        }

        /** The argument, which must be a str. */
        Text string(int i) {
            return Types.string(required(i), function + "() argument " + (i + 1));
        }
    }
}
