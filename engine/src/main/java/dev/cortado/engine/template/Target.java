package dev.cortado.engine.template;

import java.util.List;

/** What stands left of {@code =} or {@code in}. */
sealed interface Target {
    void assign(Scope scope, Object value);

    record Variable(String name) implements Target {
        @Override
        public void assign(Scope scope, Object value) {
            scope.set(name, value);
        }
    }

    record Attribute(String namespace, String name) implements Target {
        @Override
        public void assign(Scope scope, Object value) {
            Access.assign(scope.get(namespace), name, value);
        }
    }

    record Unpacking(List<Target> parts) implements Target {
        @Override
        public void assign(Scope scope, Object value) {
            if (!Types.isIterable(value)) {
                throw TemplateException.type("cannot unpack non-iterable " + Types.name(value) + " object");
            }
            List<Object> items = Types.iterate(value);
            int n = parts.size();
            if (items.size() > n) throw TemplateException.value("too many values to unpack (expected " + n + ")");
            if (items.size() < n) {
                throw TemplateException.value(
                        "not enough values to unpack (expected " + n + ", got " + items.size() + ")");
            }
            for (int i = 0; i < n; i++) parts.get(i).assign(scope, items.get(i));
        }
    }
}
