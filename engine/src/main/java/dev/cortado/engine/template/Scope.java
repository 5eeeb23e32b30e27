package dev.cortado.engine.template;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Variables of one block; a name is looked up outwards. */
final class Scope {
    final Render render;
    private final @Nullable Scope parent;
    private final Map<String, Object> variables = new HashMap<>();

    Scope(Render render) {
        this.render = render;
        this.parent = null;
    }

    Scope(Scope parent) {
        this.render = parent.render;
        this.parent = parent;
    }

    Budget budget() {
        return render.budget;
    }

    void set(String name, Object value) {
        variables.put(name, value);
    }

    Object get(String name) {
        for (Scope s = this; s != null; s = s.parent) {
            Object value = s.variables.get(name);
            if (value != null) return value;
        }
        Callable global = Globals.find(name);
        return global != null ? global : Undefined.variable(name);
    }
}
