package dev.cortado.engine.template;

import java.util.List;

/**
 * An iterable that is no list: a generator ({@code map}, {@code select}, {@code items}), which has no length, or a
 * dict view or range, which has one. Its items exist already: expressions have no side effects that laziness could show.
 *
 * @param type Python's type name
 */
record View(String type, List<Object> items) {
    static View generator(List<Object> items) {
        return new View("generator", items);
    }

    boolean sized() {
        return type.startsWith("dict_") || isRange();
    }

    boolean isRange() {
        return type.equals("range");
    }
}
