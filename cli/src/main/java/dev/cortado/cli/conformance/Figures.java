package dev.cortado.cli.conformance;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What was measured, by name, in the order of measuring. */
final class Figures {
    private final Map<String, Number> values = new LinkedHashMap<>();

    /** The largest of all values so far; NaN stays. */
    void largest(String name, double value) {
        values.merge(name, value, (a, b) -> Math.max(a.doubleValue(), b.doubleValue()));
    }

    void count(String name, long more) {
        values.merge(name, more, (a, b) -> a.longValue() + b.longValue());
    }

    void value(String name, double value) {
        values.put(name, value);
    }

    Map<String, Number> values() {
        return values;
    }

    /** {@code max abs 2.1e-06, argmax mismatches 0}. */
    @Override
    public String toString() {
        return values.entrySet().stream()
                .map(e -> e.getKey() + " " + text(e.getValue()))
                .collect(Collectors.joining(", "));
    }

    private static String text(Number value) {
        if (value instanceof Long whole) {
            return whole.toString();
        }
        double number = value.doubleValue();
        return number == 0 ? "0" : String.format(Locale.ROOT, "%.3g", number);
    }
}
