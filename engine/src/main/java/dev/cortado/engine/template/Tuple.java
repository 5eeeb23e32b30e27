package dev.cortado.engine.template;

import java.util.AbstractList;
import java.util.List;

/** A Python tuple: differs from list in repr, type name, equality and hashability. */
final class Tuple extends AbstractList<Object> {
    private final Object[] items;

    private Tuple(Object[] items) {
        this.items = items;
    }

    static Tuple of(Object... items) {
        return new Tuple(items.clone());
    }

    static Tuple copyOf(List<?> items) {
        return new Tuple(items.toArray());
    }

    @Override
    public Object get(int index) {
        return items[index];
    }

    @Override
    public int size() {
        return items.length;
    }
}
