package dev.cortado.engine.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A macro, bound to the scope that defined it; also the {@code caller} of a call block. */
record Macro(Definition definition, Scope scope) implements Callable {

    record Parameter(String name, @Nullable Expression otherwise) {}

    /** @param reads the names the body mentions; it takes extra arguments only if it mentions varargs or kwargs */
    record Definition(String name, List<Parameter> parameters, Statement body, java.util.Set<String> reads) {
        boolean has(String parameter) {
            for (Parameter p : parameters) if (p.name.equals(parameter)) return true;
            return false;
        }
    }

    String name() {
        return definition.name;
    }

    @Nullable Object attribute(String attribute) {
        return switch (attribute) {
            case "name" -> Text.literal(definition.name);
            case "caller" -> definition.reads.contains("caller");
            case "catch_kwargs" -> definition.reads.contains("kwargs");
            case "catch_varargs" -> definition.reads.contains("varargs");
            case "arguments" -> {
                List<Object> names = new ArrayList<>();
                for (Parameter p : definition.parameters) names.add(Text.literal(p.name));
                yield Tuple.copyOf(names);
            }
            default -> null;
        };
    }

    @Override
    public Object call(Render render, Arguments arguments) {
        Scope inner = new Scope(scope);
        List<Parameter> parameters = definition.parameters;
        List<Object> given = arguments.positional();
        Map<String, Object> rest = new LinkedHashMap<>(arguments.named());
        List<Parameter> missing = new ArrayList<>();
        for (int i = 0; i < parameters.size(); i++) {
            Parameter p = parameters.get(i);
            Object named = i < given.size() ? null : rest.remove(p.name);
            if (i < given.size()) inner.set(p.name, given.get(i));
            else if (named != null) inner.set(p.name, named);
            else missing.add(p);
        }
        if (definition.reads.contains("caller") && !definition.has("caller")) {
            Object caller = rest.remove("caller");
            inner.set("caller", caller == null ? new Undefined("No caller defined") : caller);
        }
        extra(inner, given, rest);
        for (Parameter p : missing) {
            inner.set(
                    p.name,
                    p.otherwise == null
                            ? new Undefined("parameter '" + p.name + "' was not provided")
                            : p.otherwise.evaluate(inner));
        }
        return render.capture(definition.body, inner);
    }

    private void extra(Scope inner, List<Object> given, Map<String, Object> rest) {
        int n = definition.parameters.size();
        if (definition.reads.contains("kwargs")) {
            Dict named = new Dict();
            for (Map.Entry<String, Object> e : rest.entrySet()) named.put(Text.literal(e.getKey()), e.getValue());
            inner.set("kwargs", named);
        } else if (!rest.isEmpty()) {
            String first = rest.keySet().iterator().next();
            throw TemplateException.type(
                    rest.containsKey("caller")
                            ? "macro '" + name() + "' was invoked with two values for the special caller argument."
                                    + " This is most likely a bug."
                            : "macro '" + name() + "' takes no keyword argument '" + first + "'");
        }
        if (definition.reads.contains("varargs")) {
            inner.set("varargs", Tuple.copyOf(given.subList(Math.min(n, given.size()), given.size())));
        } else if (given.size() > n) {
            throw TemplateException.type("macro '" + name() + "' takes not more than " + n + " argument(s)");
        }
    }
}
